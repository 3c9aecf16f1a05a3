// SPDX-License-Identifier: Apache-2.0

// Consume, transform, produce with franz-go's transactional sessions: two members of a group, with aborts at random.
package main

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const partitions, records = 4, 10000

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func client(bootstrap string, options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(bootstrap))...)
	check(err)
	return made
}

func copyAll(bootstrap, id string, seed int64, copied, aborts *atomic.Int64) {
	session, err := kgo.NewGroupTransactSession(kgo.SeedBrokers(bootstrap), kgo.TransactionalID(id),
		kgo.ConsumerGroup("copiers"), kgo.ConsumeTopics("input"), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.HeartbeatInterval(200*time.Millisecond),
		kgo.RequireStableFetchOffsets(), kgo.FetchMaxWait(100*time.Millisecond), kgo.MaxBufferedRecords(200))
	check(err)
	defer session.Close()
	random := rand.New(rand.NewSource(seed))
	for copied.Load() < records {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		fetches := session.PollRecords(ctx, 150)
		cancel()
		if fetches.NumRecords() == 0 {
			continue
		}
		check(session.Begin())
		promise := kgo.AbortingFirstErrPromise(session.Client())
		fetches.EachRecord(func(record *kgo.Record) {
			session.Produce(context.Background(), &kgo.Record{Topic: "output", Value: record.Value}, promise.Promise())
		})
		wish := kgo.TransactionEndTry(promise.Err() == nil && random.Intn(3) > 0)
		committed, err := session.End(context.Background(), wish)
		check(err)
		if committed {
			copied.Add(int64(fetches.NumRecords()))
		} else {
			aborts.Add(1)
		}
	}
}

func read(bootstrap string, level kgo.IsolationLevel, atLeast int) map[string]int {
	reader := client(bootstrap, kgo.ConsumeTopics("output"), kgo.FetchIsolationLevel(level),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer reader.Close()
	seen, count := map[string]int{}, 0
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		fetches := reader.PollFetches(ctx)
		cancel()
		fetches.EachRecord(func(record *kgo.Record) { seen[string(record.Value)]++ })
		count += fetches.NumRecords()
		if count >= atLeast && fetches.NumRecords() == 0 {
			return seen
		}
	}
	check(fmt.Errorf("only %d records came", count))
	return nil
}

func main() {
	bootstrap := os.Args[1]
	writer := client(bootstrap)
	admin := kadm.NewClient(writer)
	_, err := admin.CreateTopics(context.Background(), partitions, 1, nil, "input", "output")
	check(err)
	for i := 0; i < records; i++ {
		writer.Produce(context.Background(), &kgo.Record{Topic: "input", Value: []byte(fmt.Sprint(i))}, nil)
	}
	check(writer.Flush(context.Background()))
	writer.Close()
	var copied, aborts atomic.Int64
	var group sync.WaitGroup
	for i := int64(0); i < 2; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			copyAll(bootstrap, fmt.Sprintf("copier-%d", i), i, &copied, &aborts)
		}()
	}
	group.Wait()
	seen := read(bootstrap, kgo.ReadCommitted(), records)
	for i := 0; i < records; i++ {
		if seen[fmt.Sprint(i)] != 1 {
			check(fmt.Errorf("%d was read %d times", i, seen[fmt.Sprint(i)]))
		}
	}
	if aborts.Load() == 0 || len(seen) != records {
		check(fmt.Errorf("%d aborts, %d different records", aborts.Load(), len(seen)))
	}
	fmt.Printf("franz-go: two transactional sessions copied %d records exactly once, with %d aborts\n", records, aborts.Load())
}
