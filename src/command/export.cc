// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/producer.h"
#include "command/record_text.h"
#include "command/stop.h"
#include "command/verbs.h"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>
#include <memory>

// odradek export and import: whole topics as lines of JSON, byte for byte.
namespace odradek::command {
namespace {

struct ExportArguments {
  std::string topic;
  std::string file = "-";
  bool keeps_partitions = true;
};

Error cannot_open(const std::string& file) { return {Fault::not_found, "cannot open " + file}; }

Result<> write_out(Session& session, const ExportArguments& arguments) {
  std::ofstream file;
  if (arguments.file != "-") {
    file.open(arguments.file, std::ios::binary);
    if (!file) return cannot_open(arguments.file);
  }
  std::ostream& out = arguments.file == "-" ? std::cout : file;
  TRY(const auto partitions, client::partitions_of(session.cluster(), arguments.topic));
  constexpr auto committed = client::IsolationLevel::read_committed;
  TRY(const auto starts, offsets_at(session.cluster(), partitions, client::earliest));
  TRY(const auto ends, offsets_at(session.cluster(), partitions, client::latest, committed));
  std::int64_t total = 0;
  for (const auto& [place, end] : ends) total += end - starts.at(place);
  client::Consumer consumer(session.cluster(), committed);
  consumer.assign(starts);
  watch_for_stop();
  Progress progress("export " + arguments.topic, total);
  std::int64_t count = 0;
  const auto has_more = [&] {
    for (const auto& [place, end] : ends) {
      if (consumer.positions().at(place) < end) return true;
    }
    return false;
  };
  while (!is_stopped() && out && has_more()) {
    TRY(const auto records, consumer.poll(poll_time));
    for (const auto& record : records) {
      if (record.offset >= ends.at(record.from)) continue;
      out << boost::json::serialize(to_json(record)) << '\n';
      progress.show(++count);
    }
  }
  out.flush();
  if (!out) return Error{Fault::io, "cannot write to " + arguments.file};
  if (has_more()) return Error{Fault::io, "stopped after " + std::to_string(count) + " records"};
  session.say("exported " + std::to_string(count) + " records of " + arguments.topic);
  return {};
}

Result<> read_in(Session& session, const ExportArguments& arguments) {
  std::ifstream file;
  if (arguments.file != "-") {
    file.open(arguments.file, std::ios::binary);
    if (!file) return cannot_open(arguments.file);
  }
  std::istream& in = arguments.file == "-" ? std::cin : file;
  TRY(auto producer, client::Producer::open(session.cluster(), arguments.topic, {}));
  Progress progress("import " + arguments.topic);
  std::int64_t count = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    auto record = from_json(line);
    if (!record) return std::move(record).error().within("line " + std::to_string(count + 1));
    if (!arguments.keeps_partitions) record->partition.reset();
    TRY(producer.send(*record));
    progress.show(++count);
  }
  TRY(producer.flush());
  session.say("imported " + std::to_string(count) + " records into " + arguments.topic);
  return {};
}

}  // namespace

void add_export(Verbs& verbs) {
  const auto arguments = std::make_shared<ExportArguments>();
  CLI::App* const exports =
      verbs.add(verbs.app(), "export", "Write a topic as lines of JSON, byte for byte");
  CLI::App* const imports =
      verbs.add(verbs.app(), "import", "Write what export wrote into a topic");
  for (CLI::App* const verb : {exports, imports}) {
    verb->add_option("TOPIC", arguments->topic, "The topic")->required();
    verb->add_option("FILE", arguments->file, "- is standard input or output");
  }
  imports->add_flag("!--any-partition", arguments->keeps_partitions,
                    "Choose partitions anew, by the keys");
  verbs.on(exports, [arguments](Session& session) { return write_out(session, *arguments); });
  verbs.on(imports, [arguments](Session& session) { return read_in(session, *arguments); });
}

}  // namespace odradek::command
