// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "command/session.h"

#include <CLI/App.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the options of Kafka's tools have in common.
namespace odradek::command::kafka_tools {

// Names as these tools take them: several flags, or one with commas.
std::vector<std::string> split_list(const std::vector<std::string>& given);

// That a tool was called wrongly, in Kafka's words.
inline Error usage_error(std::string words) { return {Fault::invalid, std::move(words)}; }

// Which options go together, checked in the order in which the rules were added. The words are
// Kafka's. Kafka: CommandLineUtils.
class OptionRules {
 public:
  using Options = std::vector<const CLI::Option*>;

  void require(const CLI::Option* option);
  // Only where `other` is given.
  void require_with(const CLI::Option* option, const CLI::Option* other);
  void exclude(const CLI::Option* option, const Options& others);
  // Two names of one option, the older of which is told to go; without values in `spelling`.
  void prefer(const CLI::Option* option, const CLI::Option* old);

  // One of several flags says what is done.
  const CLI::Option* action(const CLI::Option* flag) { return actions_.emplace_back(flag); }
  // There must be exactly one, after the actions were added; `names` is how they are told.
  void require_one_action(const std::string& names);
  // The option is only for these actions.
  void only_with(const CLI::Option* option, const Options& actions);

  // Anything else. Fault::invalid with the words.
  void add(std::function<Result<>()> rule) { rules_.push_back(std::move(rule)); }
  Result<> check() const;

 private:
  Options actions_;
  std::vector<std::function<Result<>()>> rules_;
};
// "[topic]", as Kafka tells of an option.
std::string told(const CLI::Option* option);

Result<std::string> read_text(const std::string& file);
// A number as Java reads one: digits behind a sign, or none.
std::optional<std::int64_t> parse_java_number(std::string_view text);
// The check of an option for such a number.
CLI::Validator java_number();
// So that it can be added to the time.
client::Milliseconds within_reason(std::int64_t milliseconds);
std::string lower(std::string text);

// "a=b" by name, as flags and as files of Java's have them.
using Properties = std::map<std::string, std::string, std::less<>>;
// What stands in a file, and above it what is given as flags. No file where its name is empty.
Result<Properties> read_properties(const std::string& file, const std::vector<std::string>& given);
bool is_true(const Properties& properties, std::string_view name, bool otherwise = false);
std::string text_of(const Properties& properties, std::string_view name,
                    std::string_view otherwise = "");

// What every tool has: its options are bound to it, and its action reads it.
struct ToolSettings {
  CommonOptions session;
  OptionRules rules;
  const CLI::Option* bootstrap = nullptr;
  bool has_timeout = false;  // by a flag, which counts more than properties
  // What is said of the client: a file (--command-config) and single properties above it. Those
  // count that a client of ours has: `client.id`, `request.timeout.ms`, and that there is no
  // security.
  std::string config_file;
  std::vector<std::string> config_flags;
  Properties properties;  // both, when the action runs
};
// The options of the file and of single properties, as the newer tools have them.
void add_client_properties(CLI::App& app, ToolSettings& settings, const std::string& old_file,
                           const std::string& old_property);

// Topics by a regular expression, of which a comma separates alternatives. Kafka: IncludeList.
class TopicFilter {
 public:
  // Fault::invalid where that is no regular expression.
  static Result<TopicFilter> parse(std::string_view text);
  // The same where a comma is a comma. Kafka: ConsoleConsumer.
  static Result<TopicFilter> parse_pattern(std::string_view text);
  bool matches(std::string_view topic) const { return matches_(topic); }

 private:
  explicit TopicFilter(std::function<bool(std::string_view)> matches)
      : matches_(std::move(matches)) {}

  std::function<bool(std::string_view)> matches_;
};

}  // namespace odradek::command::kafka_tools
