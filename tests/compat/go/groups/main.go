// SPDX-License-Identifier: Apache-2.0

// The life of a consumer group with franz-go: members come and go, and what was committed is gone on from.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const partitions, records = 6, 3000

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAILED:", err)
		os.Exit(1)
	}
}

func expect(condition bool, format string, values ...any) {
	if !condition {
		check(fmt.Errorf(format, values...))
	}
}

// All that the members of one group have read and own.
type shared struct {
	sync.Mutex
	seen  map[string]int
	owner map[int32]string
	fault error
}

func (s *shared) await(what string, condition func() bool) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		s.Lock()
		done, owner, seen := condition(), fmt.Sprint(s.owner), len(s.seen)
		s.Unlock()
		if done {
			return
		}
		expect(time.Now().Before(deadline), "%s: %s %d", what, owner, seen)
	}
}

func (s *shared) owned(name string) int {
	count := 0
	for _, owner := range s.owner {
		if owner == name {
			count++
		}
	}
	return count
}

type member struct {
	client *kgo.Client
	done   chan struct{}
}

func join(ctx context.Context, s *shared, bootstrap, group, topic, name string, options ...kgo.Opt) *member {
	give := func(ctx context.Context, client *kgo.Client, gone map[string][]int32) {
		check(client.CommitUncommittedOffsets(ctx))
		s.Lock()
		defer s.Unlock()
		for _, each := range gone[topic] {
			delete(s.owner, each)
		}
	}
	options = append([]kgo.Opt{kgo.SeedBrokers(bootstrap), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
		kgo.HeartbeatInterval(200 * time.Millisecond), kgo.SessionTimeout(10 * time.Second),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, added map[string][]int32) {
			s.Lock()
			defer s.Unlock()
			for _, each := range added[topic] {
				if other, taken := s.owner[each]; taken && other != name {
					s.fault = fmt.Errorf("%s was given partition %d of %s", name, each, other)
				}
				s.owner[each] = name
			}
		}), kgo.OnPartitionsRevoked(give)}, options...)
	client, err := kgo.NewClient(options...)
	check(err)
	m := &member{client, make(chan struct{})}
	go func() {
		defer close(m.done)
		for {
			fetches := client.PollFetches(ctx)
			if fetches.IsClientClosed() {
				return
			}
			s.Lock()
			fetches.EachRecord(func(r *kgo.Record) { s.seen[string(r.Value)]++ })
			s.Unlock()
			client.AllowRebalance()
		}
	}()
	return m
}

func (m *member) leave() {
	m.client.CloseAllowingRebalance()
	<-m.done
}

func live(ctx context.Context, bootstrap, name string, balancer kgo.GroupBalancer) {
	topic, group := "go-life-"+name, "go-group-"+name
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	check(err)
	defer client.Close()
	admin := kadm.NewClient(client)
	_, err = admin.CreateTopic(ctx, partitions, 1, nil, topic)
	check(err)
	produce := func(first int) {
		for i := first; i < first+records; i++ {
			client.Produce(ctx, &kgo.Record{Topic: topic, Partition: int32(i % partitions), Value: []byte(strconv.Itoa(i))},
				func(_ *kgo.Record, err error) { check(err) })
		}
		check(client.Flush(ctx))
	}
	s := &shared{seen: map[string]int{}, owner: map[int32]string{}}
	one := join(ctx, s, bootstrap, group, topic, "one", kgo.Balancers(balancer))
	two := join(ctx, s, bootstrap, group, topic, "two", kgo.Balancers(balancer))
	s.await("shared", func() bool { return s.owned("one") == 3 && s.owned("two") == 3 })
	produce(0)
	s.await("read", func() bool { return len(s.seen) == records })
	two.leave()
	s.await("taken over", func() bool { return s.owned("one") == partitions })
	produce(records)
	s.await("read", func() bool { return len(s.seen) == 2*records })
	one.leave()
	three := join(ctx, s, bootstrap, group, topic, "three", kgo.Balancers(balancer))
	produce(2 * records)
	s.await("read", func() bool { return len(s.seen) == 3*records })
	lag, err := admin.Lag(ctx, group)
	check(err)
	expect(lag[group].State == "Stable" && len(lag[group].Members) == 1, "%v", lag[group])
	three.leave()
	check(s.fault)
	for value, times := range s.seen {
		expect(times == 1, "%s was read %d times", value, times)
	}
	offsets, err := admin.FetchOffsets(ctx, group)
	check(err)
	at, _ := offsets.Lookup(topic, 0)
	expect(at.At == 3*records/partitions, "committed %d", at.At)
	deleted, err := admin.DeleteGroups(ctx, group)
	check(err)
	check(deleted[group].Err)
	fmt.Printf("franz-go %s: %d records, each once, by members that came and went\n", name, len(s.seen))
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	live(ctx, os.Args[1], "cooperative", kgo.CooperativeStickyBalancer())
	live(ctx, os.Args[1], "sticky", kgo.StickyBalancer())
	live(ctx, os.Args[1], "range", kgo.RangeBalancer())
	live(ctx, os.Args[1], "roundrobin", kgo.RoundRobinBalancer())
}
