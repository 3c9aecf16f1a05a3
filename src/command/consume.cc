// SPDX-License-Identifier: Apache-2.0
#include "client/consumer.h"
#include "client/group_consumer.h"
#include "command/output.h"
#include "command/places.h"
#include "command/record_text.h"
#include "command/stop.h"
#include "command/verbs.h"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>
#include <utility>

// odradek consume and tail: records of topics, as lines.
namespace odradek::command {

using client::ConsumerRecord;
using client::Offsets;

namespace {

struct ConsumeArguments {
  std::vector<std::string> topics;
  std::vector<int> partitions;
  std::string from = "start";
  std::string to;
  std::string format;
  std::string group;
  std::int64_t count = -1;
  bool follows = false;
  bool is_committed_only = false;

  client::IsolationLevel isolation() const {
    return is_committed_only ? client::IsolationLevel::read_committed
                             : client::IsolationLevel::read_uncommitted;
  }
};

// Prints records until there have been enough.
class Printer {
 public:
  // A slow reader does not end what has to be done `meanwhile`.
  Printer(const Session& session, const ConsumeArguments& arguments,
          Output::Meanwhile meanwhile = {})
      : output_(std::move(meanwhile)),
        prints_json_(session.prints_json()),
        format_(arguments.format),
        left_(arguments.count) {
    if (format_.empty()) format_ = arguments.topics.size() > 1 ? "%t-%p @%o %k %v\\n" : "%v\\n";
  }

  bool is_done() const { return left_ == 0; }
  Result<> print(const ConsumerRecord& record) {
    if (left_ > 0) --left_;
    return output_.write(prints_json_ ? boost::json::serialize(to_json(record)) + "\n"
                                      : formatted(format_, record));
  }

 private:
  Output output_;
  bool prints_json_;
  std::string format_;
  std::int64_t left_;
};

Result<std::vector<client::TopicPartition>> chosen_partitions(Session& session,
                                                              const ConsumeArguments& arguments) {
  std::vector<client::TopicPartition> chosen;
  for (const std::string& topic : arguments.topics) {
    TRY(const auto partitions, client::partitions_of(session.cluster(), topic));
    for (const auto& each : partitions) {
      const auto& wanted = arguments.partitions;
      const bool is_wanted =
          wanted.empty() || std::count(wanted.begin(), wanted.end(), each.partition.value) > 0;
      if (is_wanted) chosen.push_back(each);
    }
  }
  if (chosen.empty()) return Error{Fault::not_found, "no such partition"};
  return chosen;
}

bool is_read(const Offsets& positions, const Offsets& ends) {
  return std::all_of(positions.begin(), positions.end(),
                     [&](const auto& each) { return each.second >= ends.at(each.first); });
}

Result<> read_partitions(Session& session, const ConsumeArguments& arguments) {
  TRY(const auto partitions, chosen_partitions(session, arguments));
  TRY(const auto from,
      places(session.cluster(), partitions, arguments.from, arguments.isolation()));
  TRY(const auto ends, places(session.cluster(), partitions,
                              arguments.to.empty() ? "end" : arguments.to, arguments.isolation()));
  client::Consumer consumer(session.cluster(), arguments.isolation());
  consumer.assign(from);
  if (arguments.follows) consumer.set_patience(client::without_end);
  Printer printer(session, arguments);
  const bool has_end = !arguments.follows || !arguments.to.empty();
  while (!printer.is_done() && !is_stopped() && !(has_end && is_read(consumer.positions(), ends))) {
    TRY(const auto records, consumer.poll(poll_time));
    for (const ConsumerRecord& record : records) {
      const bool is_wanted = !has_end || record.offset < ends.at(record.from);
      if (!is_wanted || printer.is_done()) continue;
      TRY(printer.print(record));
    }
  }
  return {};
}

Result<> read_assigned(const ConsumeArguments& arguments, client::GroupConsumer& consumer,
                       Printer& printer) {
  const auto has_more = [&] { return arguments.follows || !consumer.is_at_end(); };
  while (!printer.is_done() && !is_stopped() && has_more()) {
    TRY(const auto records, consumer.poll(poll_time));
    for (const ConsumerRecord& record : records) {
      if (printer.is_done()) break;
      TRY(printer.print(record));
      consumer.done(record);
    }
  }
  return {};
}

// Goes on where the group was; `from` counts where it never was. Commits what was printed.
Result<> read_as_member(Session& session, const ConsumeArguments& arguments) {
  client::GroupConsumer consumer(session.cluster(), arguments.group, arguments.topics,
                                 arguments.isolation(), [&](const auto& partitions) {
                                   return places(session.cluster(), partitions, arguments.from,
                                                 arguments.isolation());
                                 });
  Printer printer(session, arguments, [&] { return consumer.stay(); });
  const auto joined = consumer.join();
  const auto done = joined ? read_assigned(arguments, consumer, printer) : joined;
  const auto left = consumer.leave();
  return done ? left : done;
}

Result<> consume(Session& session, const ConsumeArguments& arguments) {
  TRY(check_format(arguments.format));
  if (!arguments.group.empty() && !arguments.partitions.empty()) {
    return Error{Fault::invalid, "with --group the group decides about partitions"};
  }
  watch_for_stop();
  return arguments.group.empty() ? read_partitions(session, arguments)
                                 : read_as_member(session, arguments);
}

void take_common(CLI::App& verb, ConsumeArguments& arguments) {
  verb.add_option("TOPIC", arguments.topics, "Names of topics")->required();
  verb.add_option("-p,--partition", arguments.partitions, "Only these");
  verb.add_option("-f,--format", arguments.format,
                  "%t topic %p partition %o offset %k key %v value %T time %h headers, \\n \\t");
  verb.add_option("-n,--count", arguments.count, "End after so many records");
  verb.add_flag("--committed", arguments.is_committed_only,
                "Nothing of open or aborted transactions");
}

}  // namespace

void add_consume(Verbs& verbs) {
  const auto reading = std::make_shared<ConsumeArguments>();
  CLI::App* const consumes = verbs.add(verbs.app(), "consume", "Print the records of topics");
  take_common(*consumes, *reading);
  consumes->add_option("--from", reading->from, "start, end, an offset, -N before the end, @TIME")
      ->capture_default_str();
  consumes->add_option("--to", reading->to, "The same; the end as it is now");
  consumes->add_option("-g,--group", reading->group,
                       "As a member of this group, which is committed");
  consumes->add_flag("-F,--follow", reading->follows, "Go on with what comes");
  verbs.on(consumes, [reading](Session& session) { return consume(session, *reading); });

  const auto tailing = std::make_shared<ConsumeArguments>();
  tailing->from = "-10";
  tailing->follows = true;
  CLI::App* const tails = verbs.add(verbs.app(), "tail", "Print the last records, and what comes");
  take_common(*tails, *tailing);
  tails->add_option("--from", tailing->from, "Where to begin")->capture_default_str();
  verbs.on(tails, [tailing](Session& session) { return consume(session, *tailing); });
}

}  // namespace odradek::command
