// SPDX-License-Identifier: Apache-2.0
#include "client/producer.h"
#include "command/line_input.h"
#include "command/record_text.h"
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <memory>

// odradek produce: a record for each line of standard input.
namespace odradek::command {
namespace {

struct ProduceArguments {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> key_separator;
  std::vector<std::string> headers;
  std::optional<int> partition;
  std::string input = "text";
  std::string codec = "none";
  std::string acks = "all";
  bool makes_no_topic = false;
};

Result<client::ProducerRecord> record_of(const std::string& line,
                                         const ProduceArguments& arguments) {
  client::ProducerRecord record;
  if (arguments.input == "json") {
    TRY(record, from_json(line));
  } else {
    std::string_view value = line;
    if (arguments.key_separator) {
      const auto found = value.find(*arguments.key_separator);
      if (found == std::string_view::npos) {
        return Error{Fault::invalid, "no separator \"" + *arguments.key_separator + "\" in \"" +
                                         line.substr(0, 80) + "\""};
      }
      record.key = copy_of(as_bytes(value.substr(0, found)));
      value.remove_prefix(found + arguments.key_separator->size());
    }
    record.value = copy_of(as_bytes(value));
  }
  if (arguments.key) record.key = copy_of(as_bytes(*arguments.key));
  if (arguments.partition) record.partition = PartitionId{*arguments.partition};
  for (const std::string& text : arguments.headers) {
    TRY(auto header, parse_assignment(text));
    record.headers.emplace_back(header.name, header.value);
  }
  return record;
}

// With JSON each batch is told when it is written.
void tell_batch(const Session& session, const std::string& topic,
                const client::Producer::Written& written) {
  Table table({"topic", "partition", "offset", "records"});
  table.add({{"topic", topic},
             {"partition", written.partition.value},
             {"offset", written.base_offset.value},
             {"records", written.records}});
  session.print(table);
}

Result<> produce(Session& session, const ProduceArguments& arguments) {
  client::Producer::Settings settings;
  settings.codec = *wire::parse_codec(arguments.codec);
  settings.acks = arguments.acks == "all" ? std::int16_t{-1} : std::int16_t{1};
  std::size_t written = 0;
  settings.on_written = [&](const client::Producer::Written& batch) {
    written += batch.records;
    if (session.prints_json()) tell_batch(session, arguments.topic, batch);
  };
  if (arguments.makes_no_topic) settings.create = client::Cluster::AutoCreate::no;
  TRY(auto producer, client::Producer::open(session.cluster(), arguments.topic, settings));
  Progress progress("records");
  std::int64_t count = 0;
  LineInput input;
  for (std::string line; input.next(line);) {
    auto record = record_of(line, arguments);
    if (!record) {
      return std::move(record).error().within("line " + std::to_string(count + 1));
    }
    TRY(producer.send(std::move(*record)));
    progress.show(++count);
    if (input.would_wait()) {
      TRY(producer.flush());
    }
  }
  TRY(producer.flush());
  session.say("produced " + std::to_string(written) + " records to " + arguments.topic);
  return {};
}

}  // namespace

void add_produce(Verbs& verbs) {
  const auto arguments = std::make_shared<ProduceArguments>();
  CLI::App* const verb =
      verbs.add(verbs.app(), "produce", "Write a record for each line of standard input");
  verb->add_option("TOPIC", arguments->topic, "Made if it is not there")->required();
  verb->add_option("-k,--key", arguments->key, "The key of all of them");
  verb->add_option("-K,--key-separator", arguments->key_separator,
                   "What stands between key and value in a line");
  verb->add_option("-H,--header", arguments->headers, "name=value, for all of them");
  verb->add_option("-p,--partition", arguments->partition, "Where to; else by the key");
  verb->add_option("-i,--input", arguments->input, "text, or json: as consume -o json writes it")
      ->check(CLI::IsMember({"text", "json"}));
  verb->add_option("-z,--compress", arguments->codec, "none, gzip, snappy, lz4 or zstd")
      ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}));
  verb->add_option("--acks", arguments->acks, "all, or 1")->check(CLI::IsMember({"all", "1"}));
  verb->add_flag("--no-create", arguments->makes_no_topic, "A topic that is not there is an error");
  verbs.on(verb, [arguments](Session& session) { return produce(session, *arguments); });
}

}  // namespace odradek::command
