// SPDX-License-Identifier: Apache-2.0
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.*;

/** The Java client against one broker: what goes in comes out, and the Admin client's topic tools. */
public class RoundTrip {
  static final int RECORDS = 50_000;
  static final long EPOCH = 1_700_000_000_000L;

  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  static void fails(Class<?> expected, KafkaFuture<?> future) throws Exception {
    try {
      future.get();
    } catch (ExecutionException e) {
      check(expected.isInstance(e.getCause()), "expected " + expected + " but got " + e.getCause());
      return;
    }
    throw new AssertionError("expected " + expected);
  }

  static void roundTrip(String bootstrap, Admin admin, String codec) throws Exception {
    String topic = "java-" + codec;
    admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1))).all().get();
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "compression.type", codec, "linger.ms", 5));
    Map<Integer, RecordMetadata> sent = new ConcurrentHashMap<>();
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> futures = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        var record = new ProducerRecord<>(topic, null, EPOCH + i, "key-" + i, i % 7 == 0 ? null : i % 10 == 0 ? "" : "value-" + i);
        record.headers().add("number", Integer.toString(i).getBytes()).add("null", null);
        futures.add(producer.send(record));
      }
      for (int i = 0; i < RECORDS; i++) sent.put(i, futures.get(i).get());
    }
    Map<String, Object> reading = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "isolation.level", codec.equals("none") ? "read_uncommitted" : "read_committed"));
    try (var consumer = new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1), new TopicPartition(topic, 2));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      int read = 0;
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (read < RECORDS && System.nanoTime() < deadline) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          int i = Integer.parseInt(record.key().substring(4));
          check(Objects.equals(record.value(), i % 7 == 0 ? null : i % 10 == 0 ? "" : "value-" + i), "value of " + i);
          check(record.timestamp() == EPOCH + i, "timestamp of " + i);
          check(record.offset() == sent.get(i).offset() && record.partition() == sent.get(i).partition(), "place of " + i);
          Header[] headers = record.headers().toArray();
          check(headers.length == 2 && new String(headers[0].value()).equals("" + i) && headers[1].value() == null, "headers of " + i);
          read++;
        }
      }
      check(read == RECORDS, "read " + read + " of " + RECORDS);
      var ends = consumer.endOffsets(partitions);
      check(ends.values().stream().mapToLong(x -> x).sum() == RECORDS, "end offsets");
      var found = consumer.offsetsForTimes(Map.of(partitions.get(0), EPOCH + RECORDS / 2));
      check(found.get(partitions.get(0)).timestamp() >= EPOCH + RECORDS / 2, "offset for a time");
    }
    System.out.println("kafka-clients " + codec + ": " + RECORDS + " records, all back");
  }

  static void administration(Admin admin) throws Exception {
    admin.createTopics(List.of(new NewTopic("admin", 2, (short) 1).configs(Map.of("segment.bytes", "1048576")))).all().get();
    fails(TopicExistsException.class, admin.createTopics(List.of(new NewTopic("admin", 1, (short) 1))).all());
    fails(InvalidTopicException.class, admin.createTopics(List.of(new NewTopic("a/b", 1, (short) 1))).all());
    fails(InvalidReplicationFactorException.class, admin.createTopics(List.of(new NewTopic("rf", 1, (short) 3))).all());
    fails(InvalidPartitionsException.class, admin.createTopics(List.of(new NewTopic("np", 0, (short) 1))).all());
    fails(InvalidConfigurationException.class, admin.createTopics(List.of(new NewTopic("cfg", 1, (short) 1).configs(Map.of("segment.bytes", "14")))).all());
    var validated = admin.createTopics(List.of(new NewTopic("checked", 4, (short) 1)), new CreateTopicsOptions().validateOnly(true));
    check(validated.numPartitions("checked").get() == 4, "validate only");
    check(!admin.listTopics().names().get().contains("checked"), "validate only creates nothing");
    var described = admin.describeTopics(List.of("admin")).allTopicNames().get().get("admin");
    check(described.partitions().size() == 2 && described.partitions().get(0).isr().size() == 1, "describe");
    check(admin.describeTopics(TopicCollection.ofTopicIds(List.of(described.topicId()))).allTopicIds().get().size() == 1, "describe by id");
    fails(UnknownTopicOrPartitionException.class, admin.describeTopics(List.of("nothing")).allTopicNames());
    admin.createPartitions(Map.of("admin", NewPartitions.increaseTo(5))).all().get();
    fails(InvalidPartitionsException.class, admin.createPartitions(Map.of("admin", NewPartitions.increaseTo(3))).all());
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, "admin");
    admin.incrementalAlterConfigs(Map.of(resource, List.of(
        new AlterConfigOp(new ConfigEntry("retention.ms", "5000"), AlterConfigOp.OpType.SET),
        new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.APPEND)))).all().get();
    var config = admin.describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true)).all().get().get(resource);
    check(config.get("retention.ms").value().equals("5000") && config.get("cleanup.policy").value().equals("delete,compact"), "altered configs");
    check(config.get("segment.bytes").source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "source of a config");
    check(config.get("cleanup.policy").synonyms().size() == 2, "synonyms");
    fails(InvalidConfigurationException.class, admin.incrementalAlterConfigs(Map.of(resource, List.of(
        new AlterConfigOp(new ConfigEntry("retention.ms", "x"), AlterConfigOp.OpType.SET)))).all());
    var partition = new TopicPartition("java-none", 0);
    var low = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(100))).lowWatermarks().get(partition).get().lowWatermark();
    check(low == 100, "delete records");
    fails(org.apache.kafka.common.errors.OffsetOutOfRangeException.class, admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1L << 40))).all());
    check(admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition).get().offset() == 100, "earliest");
    var max = admin.listOffsets(Map.of(partition, OffsetSpec.maxTimestamp())).partitionResult(partition).get();
    check(max.timestamp() > EPOCH + RECORDS - 100, "max timestamp");
    check(admin.listOffsets(Map.of(partition, OffsetSpec.latestTiered())).partitionResult(partition).get().offset() == -1, "latest tiered");
    check(admin.describeCluster().nodes().get().size() == 1, "cluster");
    check(admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).size() == 1, "log dirs");
    var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    check(admin.describeConfigs(List.of(broker)).all().get().get(broker).get("num.partitions") != null, "broker configs");
    admin.deleteTopics(List.of("admin")).all().get();
    fails(UnknownTopicOrPartitionException.class, admin.deleteTopics(List.of("admin")).all());
    System.out.println("Java Admin: topics, partitions, configs, offsets, records, log dirs");
  }

  public static void main(String[] arguments) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
      for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) roundTrip(arguments[0], admin, codec);
      administration(admin);
    }
  }
}
