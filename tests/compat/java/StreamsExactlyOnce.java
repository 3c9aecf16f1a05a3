// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;

/** Kafka Streams with exactly_once_v2, closed and started again on the way: what comes out is what must come out. */
public class StreamsExactlyOnce {
  static final int RECORDS = 100_000, WORDS = 997, PARTITIONS = 4;
  static String bootstrap;

  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  static void produce(String topic, int from, int to, int step) {
    try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", 5),
        new StringSerializer(), new StringSerializer())) {
      for (int i = from; i < to; i += step) {
        producer.send(new ProducerRecord<>(topic, null, 1_700_000_000_000L + i, "k" + i, "w" + i % WORDS + " all"));
      }
    }
  }

  static KafkaStreams start(String name, Topology topology) {
    Properties settings = new Properties();
    settings.putAll(Map.of("application.id", name, "bootstrap.servers", bootstrap, "processing.guarantee",
        "exactly_once_v2", "commit.interval.ms", 200, "num.stream.threads", 2, "state.dir",
        System.getProperty("java.io.tmpdir") + "/streams-" + ProcessHandle.current().pid(), "auto.offset.reset",
        "earliest", "replication.factor", 1, "default.key.serde", Serdes.StringSerde.class, "default.value.serde",
        Serdes.StringSerde.class));
    settings.put("session.timeout.ms", 6000);  // Streams does not leave its group at the end
    settings.put("statestore.cache.max.bytes", 0);  // each word makes a record: one too many or too few is seen
    var streams = new KafkaStreams(topology, settings);
    streams.start();
    return streams;
  }

  /** Reads a topic until so many records have come, and a little longer, where there must be no more. */
  static <V> List<ConsumerRecord<String, V>> read(String topic, int count, Deserializer<V> values) {
    List<ConsumerRecord<String, V>> all = new ArrayList<>();
    try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed",
        "enable.auto.commit", false, "auto.offset.reset", "earliest"), new StringDeserializer(), values)) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 0; i < PARTITIONS; i++) partitions.add(new TopicPartition(topic, i));
      consumer.assign(partitions);
      long limit = System.nanoTime() + 180_000_000_000L;
      while (all.size() < count) {
        check(System.nanoTime() < limit, topic + ": " + all.size() + " of " + count);
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
      consumer.poll(Duration.ofMillis(1000)).forEach(all::add);
    }
    check(all.size() == count, topic + ": " + all.size() + " instead of " + count);
    return all;
  }

  static void wordCount() {
    var builder = new StreamsBuilder();
    builder.<String, String>stream("lines").flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((key, word) -> word).count(Materialized.with(Serdes.String(), Serdes.Long())).toStream()
        .to("counts", Produced.with(Serdes.String(), Serdes.Long()));
    var topology = builder.build();
    produce("lines", 0, RECORDS / 2, 1);
    var first = start("words", topology);
    read("counts", RECORDS, new LongDeserializer());
    first.close();
    var second = start("words", topology);
    produce("lines", RECORDS / 2, RECORDS, 1);
    var counts = read("counts", 2 * RECORDS, new LongDeserializer());
    second.close();
    Map<String, Long> last = new HashMap<>();
    for (var record : counts) {
      check(record.value() == last.getOrDefault(record.key(), 0L) + 1, record.key() + " went to " + record.value());
      last.put(record.key(), record.value());
    }
    check(last.get("all") == RECORDS, "all: " + last.get("all"));
    for (int i = 0; i < WORDS; i++) {
      check(last.get("w" + i) == (RECORDS - i + WORDS - 1) / WORDS, "w" + i + ": " + last.get("w" + i));
    }
  }

  static void join() {
    var builder = new StreamsBuilder();
    builder.<String, String>stream("left").join(builder.<String, String>stream("right"),
        (left, right) -> left + "|" + right, JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofHours(1))).to("joined");
    produce("left", 0, RECORDS, 1);
    produce("right", 0, RECORDS, 2);
    var streams = start("join", builder.build());
    var joined = read("joined", RECORDS / 2, new StringDeserializer());
    streams.close();
    Set<String> keys = new HashSet<>();
    for (var record : joined) {
      int i = Integer.parseInt(record.key().substring(1));
      String line = "w" + i % WORDS + " all";
      check(keys.add(record.key()) && i % 2 == 0 && record.value().equals(line + "|" + line), record.toString());
    }
  }

  public static void main(String[] arguments) throws Exception {
    bootstrap = arguments[0];
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      List<NewTopic> topics = new ArrayList<>();
      for (String name : List.of("lines", "counts", "left", "right", "joined")) {
        topics.add(new NewTopic(name, PARTITIONS, (short) 1));
      }
      admin.createTopics(topics).all().get();
    }
    wordCount();
    join();
    System.out.println("Kafka Streams, exactly_once_v2: a word count of " + RECORDS + " lines over a restart, a windowed "
        + "join of " + RECORDS + " with " + RECORDS / 2 + ", as expected");
    System.exit(0);
  }
}
