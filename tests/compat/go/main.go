// SPDX-License-Identifier: Apache-2.0

// franz-go against one broker: what goes in comes out, in every codec, by sessions and topic ids.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const records = 50_000

var epoch = time.UnixMilli(1_700_000_000_000)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func value(i int) []byte {
	switch {
	case i%7 == 0:
		return nil
	case i%10 == 0:
		return []byte{}
	}
	return []byte("value-" + strconv.Itoa(i))
}

func roundTrip(ctx context.Context, bootstrap, name string, codec kgo.CompressionCodec) {
	topic := "franz-" + name
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.ProducerBatchCompression(codec),
		kgo.RecordPartitioner(kgo.RoundRobinPartitioner()), kgo.DefaultProduceTopic(topic))
	check(err)
	admin := kadm.NewClient(client)
	_, err = admin.CreateTopic(ctx, 3, 1, nil, topic)
	check(err)
	type place struct {
		partition int32
		offset    int64
	}
	places := make([]place, records)
	for i := 0; i < records; i++ {
		i := i
		record := &kgo.Record{Key: []byte(strconv.Itoa(i)), Value: value(i), Timestamp: epoch.Add(time.Duration(i) * time.Millisecond),
			Headers: []kgo.RecordHeader{{Key: "number", Value: []byte(strconv.Itoa(i))}}}
		client.Produce(ctx, record, func(r *kgo.Record, err error) {
			check(err)
			places[i] = place{r.Partition, r.Offset}
		})
	}
	check(client.Flush(ctx))
	client.Close()

	reader, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{
		topic: {0: kgo.NewOffset().AtStart(), 1: kgo.NewOffset().AtStart(), 2: kgo.NewOffset().AtStart()}}))
	check(err)
	defer reader.Close()
	for read := 0; read < records; {
		fetches := reader.PollFetches(ctx)
		check(fetches.Err0())
		fetches.EachError(func(_ string, _ int32, err error) { check(err) })
		fetches.EachRecord(func(r *kgo.Record) {
			i, err := strconv.Atoi(string(r.Key))
			check(err)
			wanted := value(i)
			ok := string(r.Value) == string(wanted) && (r.Value == nil) == (wanted == nil) &&
				r.Timestamp.Equal(epoch.Add(time.Duration(i)*time.Millisecond)) &&
				places[i] == place{r.Partition, r.Offset} && string(r.Headers[0].Value) == strconv.Itoa(i)
			if !ok {
				check(fmt.Errorf("record %d is not what was sent: %+v", i, r))
			}
			read++
		})
	}
	fmt.Printf("franz-go %s: %d records, all back\n", name, records)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	roundTrip(ctx, os.Args[1], "none", kgo.NoCompression())
	roundTrip(ctx, os.Args[1], "gzip", kgo.GzipCompression())
	roundTrip(ctx, os.Args[1], "snappy", kgo.SnappyCompression())
	roundTrip(ctx, os.Args[1], "lz4", kgo.Lz4Compression())
	roundTrip(ctx, os.Args[1], "zstd", kgo.ZstdCompression())
}
