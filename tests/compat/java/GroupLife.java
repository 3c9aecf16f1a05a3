// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.*;
import java.util.function.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/** The life of a consumer group with the Java client: members come and go, and what was committed is gone on from. */
public class GroupLife {
  static final int PARTITIONS = 6, RECORDS = 3000;

  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  /** A member in a thread of its own, since a consumer that does not poll takes no part in rebalances. */
  static class Member extends Thread {
    final KafkaConsumer<String, String> consumer;
    final List<String> values = Collections.synchronizedList(new ArrayList<>());
    volatile Set<TopicPartition> owned = Set.of();
    volatile int assignments = 0;
    volatile boolean stopping = false;
    volatile Exception failed;

    Member(String bootstrap, String group, String topic, Map<String, Object> settings) {
      Map<String, Object> all = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "group.id", group,
          "group.protocol", "classic", "auto.offset.reset", "earliest", "heartbeat.interval.ms", 200,
          "session.timeout.ms", 10000, "enable.auto.commit", false));
      all.putAll(settings);
      consumer = new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
      consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
          assignments++;
          owned = Set.copyOf(consumer.assignment());
        }
        public void onPartitionsRevoked(Collection<TopicPartition> gone) {
          consumer.commitSync();
          Set<TopicPartition> left = new HashSet<>(consumer.assignment());
          left.removeAll(gone);
          owned = left;
        }
      });
      start();
    }

    @Override public void run() {
      try (consumer) {
        while (!stopping) {
          for (var record : consumer.poll(Duration.ofMillis(50))) values.add(record.value());
        }
        consumer.commitSync();
      } catch (Exception wrong) {
        failed = wrong;
      }
    }

    void end() throws Exception {
      stopping = true;
      join();
      if (failed != null) throw failed;
    }
  }

  static void await(BooleanSupplier condition, Supplier<String> what) throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      check(System.nanoTime() < deadline, what.get());
      Thread.sleep(10);
    }
  }

  static void produce(Producer<String, String> producer, String topic, int first) {
    for (int i = first; i < first + RECORDS; i++) producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, "" + i));
    producer.flush();
  }

  static void live(String bootstrap, Admin admin, Producer<String, String> producer, String name, Map<String, Object> settings)
      throws Exception {
    String topic = "life-" + name, group = "group-" + name;
    admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    Function<String, Member> member = instance -> {
      Map<String, Object> own = new HashMap<>(settings);
      if (own.containsKey("group.instance.id")) own.put("group.instance.id", instance);
      return new Member(bootstrap, group, topic, own);
    };
    Member one = member.apply("one"), two = member.apply("two");
    await(() -> one.owned.size() == 3 && two.owned.size() == 3, () -> one.owned + " " + two.owned);
    produce(producer, topic, 0);
    await(() -> one.values.size() + two.values.size() >= RECORDS, () -> one.values.size() + " and " + two.values.size());
    var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    check(described.members().size() == 2 && described.groupState() == GroupState.STABLE, described.toString());
    Member last;
    if (settings.containsKey("group.instance.id")) {
      int before = one.assignments;
      two.end();
      Member again = member.apply("two");
      await(() -> again.owned.size() == 3, () -> again.owned.toString());
      check(one.assignments == before, "a static member that comes back is no reason to rebalance");
      again.end();
      admin.removeMembersFromConsumerGroup(group,
          new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("two")))).all().get();
      last = one;
    } else {
      two.end();
      last = one;
    }
    await(() -> last.owned.size() == PARTITIONS, () -> last.owned.toString());
    produce(producer, topic, RECORDS);
    await(() -> one.values.size() + two.values.size() >= 2 * RECORDS, () -> one.values.size() + " and " + two.values.size());
    one.end();
    if (settings.containsKey("group.instance.id")) {
      admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get();
    }
    Member late = member.apply("late");
    produce(producer, topic, 2 * RECORDS);
    await(() -> late.values.size() >= RECORDS, () -> "" + late.values.size());
    late.end();
    Set<String> seen = new HashSet<>();
    for (Member each : List.of(one, two, late)) {
      for (String value : each.values) check(seen.add(value), value + " was read twice");
    }
    check(seen.size() == 3 * RECORDS, seen.size() + " records");
    administrate(admin, group, topic, settings.containsKey("group.instance.id"));
    System.out.println("java " + name + ": " + seen.size() + " records, each once, by members that came and went");
  }

  /** What Admin can do with a group. */
  static void administrate(Admin admin, String group, String topic, boolean isStatic) throws Exception {
    if (isStatic) admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions()).all().get();
    await(() -> {
      try {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group).groupState() == GroupState.EMPTY;
      } catch (Exception wrong) {
        throw new AssertionError(wrong);
      }
    }, () -> "the group is not empty");
    check(admin.listGroups(ListGroupsOptions.forConsumerGroups()).all().get().stream().anyMatch(each ->
        each.groupId().equals(group) && each.protocol().equals("consumer")), "listed");
    var zero = new TopicPartition(topic, 0);
    var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    check(offsets.size() == PARTITIONS && offsets.get(zero).offset() == 3 * RECORDS / PARTITIONS, offsets.toString());
    admin.alterConsumerGroupOffsets(group, Map.of(zero, new OffsetAndMetadata(7, Optional.of(0), "mine"))).all().get();
    var altered = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(zero);
    check(altered.offset() == 7 && altered.metadata().equals("mine"), altered.toString());
    admin.deleteConsumerGroupOffsets(group, Set.of(zero)).all().get();
    check(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().size() == PARTITIONS - 1, "deleted");
    admin.deleteConsumerGroups(List.of(group)).all().get();
    try {
      admin.describeConsumerGroups(List.of(group)).all().get();
      check(false, "the group is still there");
    } catch (Exception gone) {
      check(gone.getCause() instanceof GroupIdNotFoundException, gone.toString());
    }
  }

  public static void main(String[] args) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", args[0]);
    String assignor = "org.apache.kafka.clients.consumer.";
    try (Admin admin = Admin.create(settings);
         var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      live(args[0], admin, producer, "default", Map.of());
      live(args[0], admin, producer, "range", Map.of("partition.assignment.strategy", assignor + "RangeAssignor"));
      live(args[0], admin, producer, "roundrobin", Map.of("partition.assignment.strategy", assignor + "RoundRobinAssignor"));
      live(args[0], admin, producer, "cooperative",
          Map.of("partition.assignment.strategy", assignor + "CooperativeStickyAssignor"));
      live(args[0], admin, producer, "static", Map.of("group.instance.id", ""));
    }
  }
}
