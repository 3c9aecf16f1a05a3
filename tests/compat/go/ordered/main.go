// SPDX-License-Identifier: Apache-2.0

// Sends 0, 1, 2, … to the partitions of a topic in turn, for some seconds, and reads them meanwhile: each must come
// once and in order. With a rack and the node that is there, the bytes must come from that node.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	check(err)
	return value
}

// Counts the bytes of fetches from each node.
type fetched [10]atomic.Int64

func (f *fetched) OnBrokerRead(meta kgo.BrokerMetadata, key int16, bytes int, _, _ time.Duration, _ error) {
	if key == 1 && meta.NodeID > 0 && meta.NodeID < 10 {
		f[meta.NodeID].Add(int64(bytes))
	}
}

func send(ctx context.Context, seeds []string, topic string, partitions int64, end time.Time, total *atomic.Int64) {
	producer, err := kgo.NewClient(kgo.SeedBrokers(seeds...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(2*time.Millisecond))
	check(err)
	defer producer.Close()
	sent := int64(0)
	for ; time.Now().Before(end); sent++ {
		record := &kgo.Record{Topic: topic, Partition: int32(sent % partitions), Value: []byte(strconv.FormatInt(sent, 10))}
		producer.Produce(ctx, record, func(_ *kgo.Record, err error) { check(err) })
		if sent%100 == 0 {
			time.Sleep(5 * time.Millisecond)
		}
	}
	check(producer.Flush(ctx))
	total.Store(sent)
}

func main() {
	seeds, topic, partitions := strings.Split(os.Args[1], ","), os.Args[2], number(os.Args[3])
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(number(os.Args[4])+150)*time.Second)
	defer cancel()
	var total atomic.Int64
	total.Store(-1)
	go send(ctx, seeds, topic, partitions, time.Now().Add(time.Duration(number(os.Args[4]))*time.Second), &total)

	var from fetched
	rack, near := "", int64(0)
	if len(os.Args) > 6 {
		rack, near = os.Args[5], number(os.Args[6])
	}
	starts := map[int32]kgo.Offset{}
	next := make([]int64, partitions)
	for i := range next {
		starts[int32(i)] = kgo.NewOffset().At(0)
		next[i] = int64(i)
	}
	consumer, err := kgo.NewClient(kgo.SeedBrokers(seeds...), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: starts}),
		kgo.Rack(rack), kgo.WithHooks(&from), kgo.MetadataMaxAge(3*time.Second), kgo.MetadataMinAge(100*time.Millisecond), kgo.FetchMaxWait(200*time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()))
	check(err)
	defer consumer.Close()
	read := int64(0)
	for read != total.Load() {
		poll, done := context.WithTimeout(ctx, 200*time.Millisecond)
		fetches := consumer.PollFetches(poll)
		done()
		check(ctx.Err())
		fetches.EachError(func(_ string, _ int32, err error) {
			if err != context.DeadlineExceeded {
				check(err)
			}
		})
		fetches.EachRecord(func(r *kgo.Record) {
			if got := number(string(r.Value)); got != next[r.Partition] {
				check(fmt.Errorf("partition %d offset %d: %d, expected %d", r.Partition, r.Offset, got, next[r.Partition]))
			}
			next[r.Partition] += partitions
			read++
		})
	}
	where := ""
	if near > 0 {
		others := int64(0)
		for node := range from {
			if int64(node) != near {
				others += from[node].Load()
			}
		}
		if from[near].Load() <= 10*others {
			check(fmt.Errorf("%d bytes from node %d, %d from others", from[near].Load(), near, others))
		}
		where = fmt.Sprintf(", from node %d", near)
	}
	fmt.Printf("franz-go: %d records, once and in order%s\n", read, where)
}
