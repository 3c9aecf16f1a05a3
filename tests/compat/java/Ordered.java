// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.*;
import java.util.concurrent.atomic.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

/**
 * Sends 0, 1, 2, … to the partitions of a topic in turn, for some seconds, and reads them meanwhile: each must come
 * once and in order. With a rack and the node that is there, the bytes must come from that node.
 */
public class Ordered {
  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  static double fetchedFrom(Consumer<?, ?> consumer, int node) {
    for (var metric : consumer.metrics().values()) {
      MetricName name = metric.metricName();
      if (name.name().equals("incoming-byte-total") && ("node-" + node).equals(name.tags().get("node-id"))) {
        return (Double) metric.metricValue();
      }
    }
    return 0;
  }

  public static void main(String[] args) throws Exception {
    String bootstrap = args[0], topic = args[1];
    int partitions = Integer.parseInt(args[2]);
    long end = System.nanoTime() + Long.parseLong(args[3]) * 1_000_000_000L;
    String rack = args.length > 4 ? args[4] : "";
    int near = args.length > 5 ? Integer.parseInt(args[5]) : 0;
    AtomicLong sent = new AtomicLong(), total = new AtomicLong(-1);
    AtomicReference<Exception> failed = new AtomicReference<>();
    Thread sender = new Thread(() -> {
      Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "linger.ms", 2, "delivery.timeout.ms", 120000);
      try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
        while (System.nanoTime() < end && failed.get() == null) {
          long number = sent.getAndIncrement();
          producer.send(new ProducerRecord<>(topic, (int) (number % partitions), null, Long.toString(number)),
              (metadata, wrong) -> { if (wrong != null) failed.compareAndSet(null, wrong); });
          if (number % 100 == 0) Thread.sleep(5);
        }
      } catch (Exception wrong) {
        failed.compareAndSet(null, wrong);
      }
      total.set(sent.get());
    });
    sender.start();
    Map<String, Object> reading = Map.of("bootstrap.servers", bootstrap, "client.rack", rack, "metadata.max.age.ms", 3000,
        "auto.offset.reset", "none");
    try (var consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int i = 0; i < partitions; i++) all.add(new TopicPartition(topic, i));
      consumer.assign(all);
      for (var each : all) consumer.seek(each, 0);
      long[] next = new long[partitions];
      long read = 0;
      for (int i = 0; i < partitions; i++) next[i] = i;
      long deadline = 0;
      while (read != total.get()) {
        if (failed.get() != null) throw failed.get();
        if (total.get() >= 0 && deadline == 0) deadline = System.nanoTime() + 60_000_000_000L;
        check(deadline == 0 || System.nanoTime() < deadline, "read " + read + " of " + total.get());
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          long number = Long.parseLong(record.value());
          check(number == next[record.partition()], record + ": expected " + next[record.partition()]);
          next[record.partition()] += partitions;
          read++;
        }
      }
      if (near > 0) {
        double there = fetchedFrom(consumer, near), others = 0;
        for (int node = 1; node <= 9; node++) if (node != near) others += fetchedFrom(consumer, node);
        check(there > 10 * others, there + " bytes from node " + near + ", " + others + " from others");
      }
      System.out.println("java: " + read + " records, once and in order" + (near > 0 ? ", from node " + near : ""));
    }
    sender.join();
  }
}
