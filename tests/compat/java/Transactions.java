// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.*;
import java.util.concurrent.atomic.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/** Transactions with the Java client, of whichever generation its version speaks. */
public class Transactions {
  static final int COPIED = 4000;
  static String bootstrap;

  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  static KafkaProducer<String, String> producer(String id, Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>(
        Map.of("bootstrap.servers", bootstrap, "linger.ms", 1, "delivery.timeout.ms", 60000));
    if (id != null) all.put("transactional.id", id);
    all.putAll(settings);
    var producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    if (id != null) producer.initTransactions();
    return producer;
  }

  static KafkaConsumer<String, String> consumer(String group, String isolation) {
    return new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "group.id", group, "isolation.level", isolation,
        "auto.offset.reset", "earliest", "enable.auto.commit", false, "session.timeout.ms", 6000,
        "heartbeat.interval.ms", 200), new StringDeserializer(), new StringDeserializer());
  }

  /** All values of topics up to where they end for a reader of this isolation, sorted. */
  static List<String> values(String isolation, String... topics) {
    try (var consumer = consumer("none", isolation)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : topics) {
        for (var each : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, each.partition()));
      }
      consumer.assign(partitions);
      var ends = consumer.endOffsets(partitions);
      List<String> values = new ArrayList<>();
      long limit = System.nanoTime() + 60_000_000_000L;
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        check(System.nanoTime() < limit, "read " + values.size() + " up to " + ends);
        for (var record : consumer.poll(Duration.ofMillis(100))) values.add(record.value());
      }
      Collections.sort(values);
      return values;
    }
  }

  static void commitAndAbort() {
    List<String> kept = new ArrayList<>(), all = new ArrayList<>();
    try (var one = producer("one", Map.of()); var two = producer("two", Map.of())) {
      for (int number = 0; number < 60; number++) {
        var producer = number % 2 == 0 ? one : two;
        boolean aborts = number % 3 == 1;
        producer.beginTransaction();
        for (int i = 0; i < 20; i++) {
          String value = number + "-" + i;
          producer.send(i < 12 ? new ProducerRecord<>("a", i, null, value) : new ProducerRecord<>("b", i - 12, null, value));
          all.add(value);
          if (!aborts) kept.add(value);
        }
        if (aborts) {
          producer.flush();
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
    Collections.sort(kept);
    Collections.sort(all);
    check(values("read_committed", "a", "b").equals(kept), "read_committed");
    check(values("read_uncommitted", "a", "b").equals(all), "read_uncommitted");
  }

  static void emptyTransactions() {
    try (var producer = producer("empty", Map.of())) {
      for (int i = 0; i < 20; i++) {
        producer.beginTransaction();
        if (i % 2 == 0) producer.commitTransaction(); else producer.abortTransaction();
      }
    }
  }

  static void fence() {
    try (var first = producer("fenced", Map.of())) {
      first.beginTransaction();
      first.send(new ProducerRecord<>("fence", "lost"));
      first.flush();
      try (var second = producer("fenced", Map.of())) {
        try {
          first.commitTransaction();
          throw new AssertionError("the first producer was not fenced");
        } catch (ProducerFencedException | InvalidProducerEpochException expected) {
        }
        second.beginTransaction();
        second.send(new ProducerRecord<>("fence", "kept"));
        second.commitTransaction();
      }
    }
    check(values("read_committed", "fence").equals(List.of("kept")), "fence: " + values("read_committed", "fence"));
  }

  static void timeOut() throws Exception {
    try (var producer = producer("late", Map.of("transaction.timeout.ms", 1000)); var plain = producer(null, Map.of())) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("late", "late"));
      producer.flush();
      plain.send(new ProducerRecord<>("late", "behind")).get();
      long limit = System.nanoTime() + 60_000_000_000L;
      while (!values("read_committed", "late").equals(List.of("behind"))) {
        check(System.nanoTime() < limit, "the transaction stays open");
      }
      try {
        producer.commitTransaction();
        throw new AssertionError("a transaction was committed that had been aborted");
      } catch (KafkaException expected) {
      }
    }
  }

  /** One of several that copy together: commits, aborts now and then, and goes away and comes back. */
  static class Copier extends Thread {
    final String id;
    final AtomicInteger copied;
    final Random random;
    int aborts = 0;
    Exception failed;

    Copier(String id, AtomicInteger copied, int seed) {
      this.id = id;
      this.copied = copied;
      this.random = new Random(seed);
      start();
    }

    /** False where nothing came. */
    boolean copy(KafkaConsumer<String, String> consumer, KafkaProducer<String, String> producer) {
      var records = consumer.poll(Duration.ofMillis(50));
      if (records.isEmpty()) return false;
      Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
      producer.beginTransaction();
      for (var record : records) {
        producer.send(new ProducerRecord<>("output", record.value()));
        positions.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
      }
      try {
        producer.sendOffsetsToTransaction(positions, consumer.groupMetadata());
        if (random.nextInt(3) == 0) throw new KafkaException("an abort for the sake of it");
        producer.commitTransaction();
        copied.addAndGet(records.count());
      } catch (ProducerFencedException fatal) {
        throw fatal;
      } catch (KafkaException abortable) {
        aborts++;
        producer.abortTransaction();
        var committed = consumer.committed(consumer.assignment());
        for (var each : consumer.assignment()) {
          var offset = committed.get(each);
          if (offset != null) consumer.seek(each, offset.offset()); else consumer.seekToBeginning(List.of(each));
        }
      }
      return true;
    }

    @Override public void run() {
      try (var producer = producer(id, Map.of())) {
        while (copied.get() < COPIED) {
          var consumer = new KafkaConsumer<String, String>(Map.of("bootstrap.servers", bootstrap, "group.id", "copiers",
              "isolation.level", "read_committed", "auto.offset.reset", "earliest", "enable.auto.commit", false,
              "max.poll.records", 100, "heartbeat.interval.ms", 200, "session.timeout.ms", 6000),
              new StringDeserializer(), new StringDeserializer());
          try (consumer) {
            consumer.subscribe(List.of("input"));
            int rounds = 3 + random.nextInt(5);
            while (rounds > 0 && copied.get() < COPIED) rounds -= copy(consumer, producer) ? 1 : 0;
          }
        }
      } catch (Exception wrong) {
        failed = wrong;
      }
    }
  }

  static int copy() throws Exception {
    List<String> sent = new ArrayList<>();
    try (var plain = producer(null, Map.of())) {
      for (int i = 0; i < COPIED; i++) {
        plain.send(new ProducerRecord<>("input", i % 4, null, "" + i));
        sent.add("" + i);
      }
    }
    var copied = new AtomicInteger();
    var copiers = List.of(new Copier("copier-0", copied, 1), new Copier("copier-1", copied, 2));
    int aborts = 0;
    for (var copier : copiers) {
      copier.join();
      if (copier.failed != null) throw copier.failed;
      aborts += copier.aborts;
    }
    Collections.sort(sent);
    var output = values("read_committed", "output");
    check(output.equals(sent), "copied " + output.size() + ", different " + new HashSet<>(output).size());
    check(values("read_uncommitted", "output").size() > COPIED, "nothing was aborted");
    return aborts;
  }

  public static void main(String[] arguments) throws Exception {
    bootstrap = arguments[0];
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      List<NewTopic> topics = new ArrayList<>();
      Map.of("a", 12, "b", 8, "fence", 1, "late", 1, "input", 4, "output", 6).forEach(
          (name, partitions) -> topics.add(new NewTopic(name, partitions, (short) 1)));
      admin.createTopics(topics).all().get();
    }
    commitAndAbort();
    emptyTransactions();
    fence();
    timeOut();
    int aborts = copy();
    System.out.println("Java " + org.apache.kafka.common.utils.AppInfoParser.getVersion() + ": 60 transactions over 20 "
        + "partitions, empty ones, fencing, time-out, " + COPIED + " records copied exactly once with " + aborts + " aborts");
  }
}
