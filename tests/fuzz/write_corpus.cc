// SPDX-License-Identifier: Apache-2.0
// Writes the seeds of the fuzzers below the directory that is named.
#include "fuzz/each_message.h"
#include "fuzz/group_content.h"
#include "group/records.h"
#include "log/producer_state.h"
#include "support/batches.h"
#include "support/filler.h"
#include "wire/header.h"

#include <filesystem>
#include <fstream>

namespace {

using namespace odradek;

std::string root;

void write_seed(const std::string& fuzzer, const std::string& name, Bytes bytes) {
  std::filesystem::create_directories(root + "/" + fuzzer);
  std::ofstream(root + "/" + fuzzer + "/" + name, std::ios::binary)
      .write(chars(bytes), static_cast<std::streamsize>(bytes.size()));
}

template <class Message>
Buffer filled(const wire::Api& api, wire::Version version, Buffer head) {
  Message message;
  test::Filler(version).fill(message);
  wire::Output output;
  output.bytes = std::move(head);
  wire::Writer(output, version, api.is_flexible(version)).write(message);
  return output.bytes;
}

void write_messages() {
  test::for_each_message([]<class Request>() {
    const auto& api = Request::api;
    for (wire::Version version = api.versions.first; version <= api.versions.last; ++version) {
      const std::string name =
          std::to_string(static_cast<int>(api.key)) + "-v" + std::to_string(version);
      Buffer head;
      append_big(head, static_cast<std::int16_t>(api.key));
      append_big(head, version);
      write_seed("response", name, filled<typename Request::Response>(api, version, head));
      append_big(head, std::int32_t{7});
      append_big(head, std::int16_t{-1});
      write_seed("request", name, filled<Request>(api, version, head));
    }
  });
}

void write_batches() {
  for (int codec = 0; codec < wire::codec_count; ++codec) {
    Buffer batch = test::a_batch({.count = 5, .codec = static_cast<wire::Codec>(codec)});
    write_seed("record_batch", "codec-" + std::to_string(codec), batch);
    Buffer input{static_cast<std::byte>(codec)};
    append(input, *wire::compress(static_cast<wire::Codec>(codec), as_bytes("aaaaaaaabbbbaaaa")));
    write_seed("compression", "codec-" + std::to_string(codec), input);
  }
}

void write_files() {
  log::ProducerState state;
  state.update(wire::BatchView(test::a_batch(
      {.producer_id = ProducerId{1}, .producer_epoch = ProducerEpoch{0}, .base_sequence = 0})));
  Buffer snapshot{std::byte{2}};
  append(snapshot, state.encode());
  write_seed("disk", "snapshot", snapshot);
  write_seed("disk", "offsets",
             as_bytes("\3"
                      "0\n1\nt 0 5\n"));
  write_seed("disk", "epochs",
             as_bytes("\4"
                      "0\n1\n3 5\n"));
  write_seed("disk", "index", Buffer(25));
  write_seed("config", "properties",
             as_bytes("num.partitions=3\nlisteners=PLAINTEXT://[::1]:9092,A://h:1\n"
                      "log.cleanup.policy=compact,delete\n# no\n"));
}

void write_groups() {
  group::GroupMetadataValue value;
  value.protocol_type = "consumer";
  value.protocol = "range";
  value.leader = "a";
  value.members.resize(2);
  value.members[0] = {.member_id = "a", .client_id = "c", .session_timeout_ms = 10000};
  value.members[1] = {.member_id = "b", .group_instance_id = "i", .session_timeout_ms = 10000};
  const std::vector<group::Record> records{
      group::record_of(group::OffsetCommitKey{"g", "t", {0}}, {.offset = {5}, .metadata = "m"}),
      group::record_of(group::GroupMetadataKey{"g"}, value),
      group::tombstone_of(group::OffsetCommitKey{"g", "t", {1}}),
      group::tombstone_of(group::GroupMetadataKey{"h"})};
  test::GroupContent content;
  for (const group::Record& record : records) {
    auto& pair = content.records.emplace_back();
    pair.key = record.key;
    if (record.value) pair.value = *record.value;
  }
  wire::Output output;
  wire::Writer(output, 0, true).write(content);
  write_seed("group", "records", output.bytes);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  root = arguments[1];
  write_messages();
  write_batches();
  write_files();
  write_groups();
  return 0;
}
