// SPDX-License-Identifier: Apache-2.0
#include "broker/kafka_settings.h"

#include <array>
#include <span>

namespace odradek::broker {
namespace {

using enum OptionType;
using enum OptionUpdate;
using enum OptionEffect;

// Names, types, defaults and ways of updating are those of Kafka 4.3.
struct Setting {
  const char* name;
  OptionType type;
  const char* default_text;
  OptionUpdate update = at_start;
};

constexpr Setting sasl[] = {
    {"sasl.client.callback.handler.class", class_name, nullptr},
    {"sasl.enabled.mechanisms", list, "GSSAPI", per_broker},
    {"sasl.jaas.config", password, nullptr, per_broker},
    {"sasl.kerberos.kinit.cmd", string, "/usr/bin/kinit", per_broker},
    {"sasl.kerberos.min.time.before.relogin", int64, "60000", per_broker},
    {"sasl.kerberos.principal.to.local.rules", list, "DEFAULT", per_broker},
    {"sasl.kerberos.service.name", string, nullptr, per_broker},
    {"sasl.kerberos.ticket.renew.jitter", real, "0.05", per_broker},
    {"sasl.kerberos.ticket.renew.window.factor", real, "0.8", per_broker},
    {"sasl.login.callback.handler.class", class_name, nullptr},
    {"sasl.login.class", class_name, nullptr},
    {"sasl.login.connect.timeout.ms", int32, nullptr},
    {"sasl.login.read.timeout.ms", int32, nullptr},
    {"sasl.login.refresh.buffer.seconds", int16, "300", per_broker},
    {"sasl.login.refresh.min.period.seconds", int16, "60", per_broker},
    {"sasl.login.refresh.window.factor", real, "0.8", per_broker},
    {"sasl.login.refresh.window.jitter", real, "0.05", per_broker},
    {"sasl.login.retry.backoff.max.ms", int64, "10000"},
    {"sasl.login.retry.backoff.ms", int64, "100"},
    {"sasl.mechanism.controller.protocol", string, "GSSAPI"},
    {"sasl.mechanism.inter.broker.protocol", string, "GSSAPI", per_broker},
    {"sasl.oauthbearer.assertion.algorithm", string, "RS256"},
    {"sasl.oauthbearer.assertion.claim.aud", string, nullptr},
    {"sasl.oauthbearer.assertion.claim.exp.seconds", int32, "300"},
    {"sasl.oauthbearer.assertion.claim.iss", string, nullptr},
    {"sasl.oauthbearer.assertion.claim.jti.include", boolean, "false"},
    {"sasl.oauthbearer.assertion.claim.nbf.seconds", int32, "60"},
    {"sasl.oauthbearer.assertion.claim.sub", string, nullptr},
    {"sasl.oauthbearer.assertion.file", string, nullptr},
    {"sasl.oauthbearer.assertion.private.key.file", string, nullptr},
    {"sasl.oauthbearer.assertion.private.key.passphrase", password, nullptr},
    {"sasl.oauthbearer.assertion.template.file", string, nullptr},
    {"sasl.oauthbearer.client.credentials.client.id", string, nullptr},
    {"sasl.oauthbearer.client.credentials.client.secret", password, nullptr},
    {"sasl.oauthbearer.clock.skew.seconds", int32, "30"},
    {"sasl.oauthbearer.expected.audience", list, ""},
    {"sasl.oauthbearer.expected.issuer", string, nullptr},
    {"sasl.oauthbearer.jwks.endpoint.refresh.ms", int64, "3600000"},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", int64, "10000"},
    {"sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", int64, "100"},
    {"sasl.oauthbearer.jwks.endpoint.url", string, nullptr},
    {"sasl.oauthbearer.jwt.retriever.class", class_name,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever"},
    {"sasl.oauthbearer.jwt.validator.class", class_name,
     "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator"},
    {"sasl.oauthbearer.scope", string, nullptr},
    {"sasl.oauthbearer.scope.claim.name", string, "scope"},
    {"sasl.oauthbearer.sub.claim.name", string, "sub"},
    {"sasl.oauthbearer.token.endpoint.url", string, nullptr},
    {"sasl.server.callback.handler.class", class_name, nullptr},
    {"sasl.server.max.receive.size", int32, "524288"},
};
constexpr Setting authentication[] = {
    {"connection.failed.authentication.delay.ms", int32, "100"},
    {"connections.max.reauth.ms", int64, "0"},
    {"principal.builder.class", class_name,
     "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder", per_broker},
    {"security.inter.broker.protocol", string, "PLAINTEXT"},
    {"security.providers", string, nullptr},
};
constexpr Setting tls[] = {
    {"ssl.allow.dn.changes", boolean, "false"},
    {"ssl.allow.san.changes", boolean, "false"},
    {"ssl.cipher.suites", list, "", per_broker},
    {"ssl.client.auth", string, "none", per_broker},
    {"ssl.enabled.protocols", list, "TLSv1.2,TLSv1.3", per_broker},
    {"ssl.endpoint.identification.algorithm", string, "https", per_broker},
    {"ssl.engine.factory.class", class_name, nullptr, per_broker},
    {"ssl.key.password", password, nullptr, per_broker},
    {"ssl.keymanager.algorithm", string, "SunX509", per_broker},
    {"ssl.keystore.certificate.chain", password, nullptr, per_broker},
    {"ssl.keystore.key", password, nullptr, per_broker},
    {"ssl.keystore.location", string, nullptr, per_broker},
    {"ssl.keystore.password", password, nullptr, per_broker},
    {"ssl.keystore.type", string, "JKS", per_broker},
    {"ssl.principal.mapping.rules", string, "DEFAULT"},
    {"ssl.protocol", string, "TLSv1.3", per_broker},
    {"ssl.provider", string, nullptr, per_broker},
    {"ssl.secure.random.implementation", string, nullptr, per_broker},
    {"ssl.trustmanager.algorithm", string, "PKIX", per_broker},
    {"ssl.truststore.certificates", password, nullptr, per_broker},
    {"ssl.truststore.location", string, nullptr, per_broker},
    {"ssl.truststore.password", password, nullptr, per_broker},
    {"ssl.truststore.type", string, "JKS", per_broker},
};
constexpr Setting delegation_tokens[] = {
    {"delegation.token.expiry.check.interval.ms", int64, "3600000"},
    {"delegation.token.expiry.time.ms", int64, "86400000"},
    {"delegation.token.max.lifetime.ms", int64, "604800000"},
    {"delegation.token.secret.key", password, nullptr},
};
constexpr Setting authorizer[] = {
    {"authorizer.class.name", string, ""},
    {"early.start.listeners", list, nullptr},
};
constexpr Setting share_groups[] = {
    {"group.share.assignment.interval.ms", int32, "1000", cluster_wide},
    {"group.share.assignors", list, "simple"},
    {"group.share.delivery.count.limit", int32, "5"},
    {"group.share.heartbeat.interval.ms", int32, "5000"},
    {"group.share.max.assignment.interval.ms", int32, "15000"},
    {"group.share.max.delivery.count.limit", int32, "10"},
    {"group.share.max.heartbeat.interval.ms", int32, "15000"},
    {"group.share.max.partition.max.record.locks", int32, "4000"},
    {"group.share.max.record.lock.duration.ms", int32, "60000"},
    {"group.share.max.session.timeout.ms", int32, "60000"},
    {"group.share.max.share.sessions", int32, "2000"},
    {"group.share.max.size", int32, "200"},
    {"group.share.min.assignment.interval.ms", int32, "0"},
    {"group.share.min.delivery.count.limit", int32, "2"},
    {"group.share.min.heartbeat.interval.ms", int32, "5000"},
    {"group.share.min.partition.max.record.locks", int32, "100"},
    {"group.share.min.record.lock.duration.ms", int32, "15000"},
    {"group.share.min.session.timeout.ms", int32, "45000"},
    {"group.share.partition.max.record.locks", int32, "2000"},
    {"group.share.record.lock.duration.ms", int32, "30000"},
    {"group.share.session.timeout.ms", int32, "45000"},
    {"share.coordinator.append.linger.ms", int32, "-1"},
    {"share.coordinator.cached.buffer.max.bytes", int32, "1048588", cluster_wide},
    {"share.coordinator.load.buffer.size", int32, "5242880"},
    {"share.coordinator.snapshot.update.records.per.snapshot", int32, "500"},
    {"share.coordinator.state.topic.compression.codec", int32, "0"},
    {"share.coordinator.state.topic.min.isr", int16, "2"},
    {"share.coordinator.state.topic.num.partitions", int32, "50"},
    {"share.coordinator.state.topic.replication.factor", int16, "3"},
    {"share.coordinator.state.topic.segment.bytes", int32, "104857600"},
    {"share.coordinator.threads", int32, "1"},
    {"share.coordinator.write.timeout.ms", int32, "5000"},
    {"share.fetch.purgatory.purge.interval.requests", int32, "1000"},
};
constexpr Setting consumer_protocol[] = {
    {"group.consumer.assignment.interval.ms", int32, "1000", cluster_wide},
    {"group.consumer.assignors", list, "uniform,range"},
    {"group.consumer.heartbeat.interval.ms", int32, "5000"},
    {"group.consumer.max.assignment.interval.ms", int32, "15000"},
    {"group.consumer.max.heartbeat.interval.ms", int32, "15000"},
    {"group.consumer.max.session.timeout.ms", int32, "60000"},
    {"group.consumer.max.size", int32, "2147483647"},
    {"group.consumer.migration.policy", string, "bidirectional"},
    {"group.consumer.min.assignment.interval.ms", int32, "0"},
    {"group.consumer.min.heartbeat.interval.ms", int32, "5000"},
    {"group.consumer.min.session.timeout.ms", int32, "45000"},
    {"group.consumer.session.timeout.ms", int32, "45000"},
};
constexpr Setting streams_protocol[] = {
    {"group.streams.assignment.interval.ms", int32, "1000", cluster_wide},
    {"group.streams.heartbeat.interval.ms", int32, "5000"},
    {"group.streams.initial.rebalance.delay.ms", int32, "3000"},
    {"group.streams.max.assignment.interval.ms", int32, "15000"},
    {"group.streams.max.heartbeat.interval.ms", int32, "15000"},
    {"group.streams.max.session.timeout.ms", int32, "60000"},
    {"group.streams.max.size", int32, "2147483647"},
    {"group.streams.max.standby.replicas", int32, "2"},
    {"group.streams.min.assignment.interval.ms", int32, "0"},
    {"group.streams.min.heartbeat.interval.ms", int32, "5000"},
    {"group.streams.min.session.timeout.ms", int32, "45000"},
    {"group.streams.num.standby.replicas", int32, "0"},
    {"group.streams.session.timeout.ms", int32, "45000"},
};
constexpr Setting protocols[] = {
    {"group.coordinator.rebalance.protocols", list, "classic,consumer,streams"},
};
constexpr Setting coordinators[] = {
    {"group.coordinator.append.linger.ms", int32, "-1"},
    {"group.coordinator.background.threads", int32, "2"},
    {"group.coordinator.cached.buffer.max.bytes", int32, "1048588", cluster_wide},
    {"group.coordinator.threads", int32, "4"},
    {"offsets.commit.timeout.ms", int32, "5000"},
    {"offsets.load.buffer.size", int32, "5242880"},
};
constexpr Setting offsets[] = {
    {"offsets.topic.compression.codec", int32, "0"},
};
constexpr Setting tiered_storage[] = {
    {"follower.fetch.last.tiered.offset.enable", boolean, "false", cluster_wide},
    {"remote.fetch.max.wait.ms", int32, "500", cluster_wide},
    {"remote.list.offsets.request.timeout.ms", int64, "30000", cluster_wide},
    {"remote.log.index.file.cache.total.size.bytes", int64, "1073741824", cluster_wide},
    {"remote.log.manager.copier.thread.pool.size", int32, "10", cluster_wide},
    {"remote.log.manager.copy.max.bytes.per.second", int64, "9223372036854775807", cluster_wide},
    {"remote.log.manager.copy.quota.window.num", int32, "11"},
    {"remote.log.manager.copy.quota.window.size.seconds", int32, "1"},
    {"remote.log.manager.expiration.thread.pool.size", int32, "10", cluster_wide},
    {"remote.log.manager.fetch.max.bytes.per.second", int64, "9223372036854775807", cluster_wide},
    {"remote.log.manager.fetch.quota.window.num", int32, "11"},
    {"remote.log.manager.fetch.quota.window.size.seconds", int32, "1"},
    {"remote.log.manager.follower.thread.pool.size", int32, "2", cluster_wide},
    {"remote.log.manager.task.interval.ms", int64, "30000"},
    {"remote.log.manager.thread.pool.size", int32, "2"},
    {"remote.log.metadata.custom.metadata.max.bytes", int32, "128"},
    {"remote.log.metadata.manager.class.name", string,
     "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager"},
    {"remote.log.metadata.manager.class.path", string, nullptr},
    {"remote.log.metadata.manager.impl.prefix", string, "rlmm.config."},
    {"remote.log.metadata.manager.listener.name", string, nullptr},
    {"remote.log.reader.max.pending.tasks", int32, "100"},
    {"remote.log.reader.threads", int32, "10", cluster_wide},
    {"remote.log.storage.manager.class.name", string, nullptr},
    {"remote.log.storage.manager.class.path", string, nullptr},
    {"remote.log.storage.manager.impl.prefix", string, "rsm.config."},
    {"remote.log.storage.system.enable", boolean, "false"},
};
constexpr Setting quorum[] = {
    {"broker.heartbeat.interval.ms", int32, "2000"},
    {"broker.session.timeout.ms", int32, "9000"},
    {"controlled.shutdown.enable", boolean, "true"},
    {"controller.quorum.append.linger.ms", int32, "25"},
    {"controller.quorum.auto.join.enable", boolean, "false"},
    {"controller.quorum.bootstrap.servers", list, ""},
    {"controller.quorum.election.backoff.max.ms", int32, "1000"},
    {"controller.quorum.election.timeout.ms", int32, "1000"},
    {"controller.quorum.fetch.max.bytes", int32, "1048576"},
    {"controller.quorum.fetch.snapshot.max.bytes", int32, "1048576"},
    {"controller.quorum.fetch.timeout.ms", int32, "2000"},
    {"controller.quorum.request.timeout.ms", int32, "2000"},
    {"controller.quorum.retry.backoff.ms", int32, "20"},
    {"controller.socket.timeout.ms", int32, "30000"},
    {"initial.broker.registration.timeout.ms", int32, "60000"},
    {"metadata.log.dir", string, nullptr},
    {"metadata.log.max.record.bytes.between.snapshots", int64, "20971520"},
    {"metadata.log.max.snapshot.interval.ms", int64, "3600000"},
    {"metadata.log.segment.bytes", int32, "1073741824"},
    {"metadata.log.segment.ms", int64, "604800000"},
    {"metadata.max.idle.interval.ms", int32, "500"},
    {"metadata.max.retention.bytes", int64, "104857600"},
    {"metadata.max.retention.ms", int64, "604800000"},
};
constexpr Setting replicas[] = {
    {"alter.log.dirs.replication.quota.window.num", int32, "11"},
    {"alter.log.dirs.replication.quota.window.size.seconds", int32, "1"},
    {"num.replica.alter.log.dirs.threads", int32, nullptr},
    {"num.replica.fetchers", int32, "1", cluster_wide},
    {"replica.fetch.backoff.ms", int32, "1000"},
    {"replica.fetch.max.bytes", int32, "1048576"},
    {"replica.fetch.min.bytes", int32, "1"},
    {"replica.fetch.response.max.bytes", int32, "10485760"},
    {"replica.fetch.wait.max.ms", int32, "500"},
    {"replica.high.watermark.checkpoint.interval.ms", int64, "5000"},
    {"replica.lag.time.max.ms", int64, "30000"},
    {"replica.socket.receive.buffer.bytes", int32, "65536"},
    {"replica.socket.timeout.ms", int32, "30000"},
    {"replication.quota.window.num", int32, "11"},
    {"replication.quota.window.size.seconds", int32, "1"},
};
constexpr Setting metrics[] = {
    {"kafka.metrics.polling.interval.secs", int32, "10"},
    {"kafka.metrics.reporters", list, ""},
    {"metric.reporters", list, "org.apache.kafka.common.metrics.JmxReporter", cluster_wide},
    {"metrics.num.samples", int32, "2"},
    {"metrics.recording.level", string, "INFO"},
    {"metrics.sample.window.ms", int64, "30000"},
    {"telemetry.max.bytes", int32, "1048576"},
};
constexpr Setting classes[] = {
    {"alter.config.policy.class.name", class_name, nullptr},
    {"client.quota.callback.class", class_name, nullptr},
    {"config.providers", list, "", cluster_wide},
    {"create.topic.policy.class.name", class_name, nullptr},
};
constexpr Setting purgatories[] = {
    {"delete.records.purgatory.purge.interval.requests", int32, "1"},
    {"fetch.purgatory.purge.interval.requests", int32, "1000"},
    {"producer.purgatory.purge.interval.requests", int32, "1000"},
};
constexpr Setting threads[] = {
    {"background.threads", int32, "10", cluster_wide},
    {"num.recovery.threads.per.data.dir", int32, "2", cluster_wide},
    {"queued.max.requests", int32, "500"},
};
constexpr Setting flushing[] = {
    {"log.dir.failure.timeout.ms", int64, "30000"},
    {"log.flush.offset.checkpoint.interval.ms", int32, "60000"},
    {"log.flush.scheduler.interval.ms", int64, "9223372036854775807"},
    {"log.flush.start.offset.checkpoint.interval.ms", int32, "60000"},
};
constexpr Setting directories[] = {
    {"cordoned.log.dirs", list, "", per_broker},
};
constexpr Setting jitter[] = {
    {"log.roll.jitter.hours", int32, "0"},
};
constexpr Setting quotas[] = {
    {"quota.window.num", int32, "11"},
};
constexpr Setting requests[] = {
    {"request.timeout.ms", int32, "30000"},
    {"socket.connection.setup.timeout.max.ms", int64, "30000"},
    {"socket.connection.setup.timeout.ms", int64, "10000"},
};

struct Group {
  std::span<const Setting> settings;
  OptionEffect effect;
  const char* why;
};
constexpr std::array groups = std::to_array<Group>({
    {sasl, ignored, "SASL is not served yet."},
    {authentication, ignored, "Clients do not authenticate yet."},
    {tls, ignored, "TLS is not served yet."},
    {delegation_tokens, ignored, "There are no delegation tokens yet."},
    {authorizer, ignored, "There is no authorizer yet: everything is allowed."},
    {share_groups, ignored, "Share groups (KIP-932) are not served yet."},
    {consumer_protocol, ignored, "The consumer protocol (KIP-848) is not served yet."},
    {streams_protocol, ignored, "The streams protocol (KIP-1071) is not served yet."},
    {protocols, accepted, "The classic protocol is served."},
    {coordinators, accepted,
     "A node coordinates on its own thread and writes at the end of each turn."},
    {offsets, ignored, "Offsets are stored uncompressed."},
    {tiered_storage, ignored, "There is no tiered storage."},
    {quorum, ignored, "There is no quorum of controllers: a node writes the catalogue itself."},
    {replicas, accepted, "Replicas are views of one disk: nothing is copied between them."},
    {metrics, ignored, "There are no metrics reporters."},
    {classes, ignored, "Classes of Java cannot be loaded."},
    {purgatories, accepted, "Who waits hangs on what it waits for: there is nothing to purge."},
    {threads, accepted, "A node is one thread, with a few more for the disk."},
    {flushing, accepted, "What is acknowledged is on the disk: see odradek.durability."},
    {directories, ignored, "There is one data directory."},
    {jitter, accepted, "A random time by which segments are rolled earlier."},
    {quotas, accepted, "A client pays back what it has used too much, however long ago."},
    {requests, accepted, "Nodes of a process do not connect to each other."},
});

std::vector<KnownOption::Row> make_rows() {
  std::vector<KnownOption::Row> rows;
  for (const Group& group : groups) {
    for (const Setting& each : group.settings) {
      rows.push_back(
          {{each.name, group.why, each.update, group.effect}, each.type, each.default_text});
    }
  }
  return rows;
}

}  // namespace

const std::vector<KnownOption::Row>& kafka_settings() {
  static const std::vector<KnownOption::Row> rows = make_rows();
  return rows;
}

}  // namespace odradek::broker
