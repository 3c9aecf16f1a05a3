// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/tool_options.h"

#include "base/parse_number.h"
#include "base/properties.h"
#include "base/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace odradek::command::kafka_tools {

std::vector<std::string> split_list(const std::vector<std::string>& given) {
  std::vector<std::string> names;
  for (const std::string& text : given) {
    for (std::string& name : split_words(text)) names.push_back(std::move(name));
  }
  return names;
}

std::string told(const CLI::Option* option) { return "[" + option->get_lnames().front() + "]"; }

void OptionRules::require(const CLI::Option* option) {
  add([option]() -> Result<> {
    if (option->count() > 0) return {};
    return Error{Fault::invalid, "Missing required argument \"" + told(option) + "\""};
  });
}

void OptionRules::require_with(const CLI::Option* option, const CLI::Option* other) {
  add([option, other]() -> Result<> {
    if (option->count() > 0 || other->count() == 0) return {};
    return Error{Fault::invalid, "Missing required argument \"" + told(option) + "\""};
  });
}

void OptionRules::exclude(const CLI::Option* option, const Options& others) {
  for (const CLI::Option* const other : others) {
    add([option, other]() -> Result<> {
      if (option->count() == 0 || other->count() == 0) return {};
      return Error{Fault::invalid, "Option \"" + told(option) + "\" can't be used with option \"" +
                                       told(other) + "\""};
    });
  }
}

void OptionRules::prefer(const CLI::Option* option, const CLI::Option* old) {
  add([option, old]() -> Result<> {
    const std::string name = "--" + option->get_lnames().front();
    const std::string old_name = "--" + old->get_lnames().front();
    if (old->count() == 0) return {};
    if (option->count() > 0) {
      return Error{Fault::invalid,
                   "Options " + name + " and " + old_name + " cannot be specified together."};
    }
    fmt::print(stderr, "Warning: {} is deprecated. Use {} instead.\n", old_name, name);
    return {};
  });
}

void OptionRules::require_one_action(const std::string& names) {
  add([actions = actions_, names]() -> Result<> {
    const auto given = std::count_if(actions.begin(), actions.end(),
                                     [](const auto* action) { return action->count() > 0; });
    if (given == 1) return {};
    return Error{Fault::invalid, "Command must include exactly one action: " + names};
  });
}

void OptionRules::only_with(const CLI::Option* option, const Options& actions) {
  Options others;
  for (const CLI::Option* const action : actions_) {
    if (std::count(actions.begin(), actions.end(), action) == 0) others.push_back(action);
  }
  exclude(option, others);
}

Result<> OptionRules::check() const {
  for (const auto& rule : rules_) {
    TRY(rule());
  }
  return {};
}

void add_client_properties(CLI::App& app, ToolSettings& settings, const std::string& old_file,
                           const std::string& old_property) {
  const auto* const file = app.get_option("--command-config");
  settings.rules.prefer(file, app.add_option(old_file, settings.config_file));
  const auto* const property = app.add_option("--command-property", settings.config_flags);
  settings.rules.prefer(property, app.add_option(old_property, settings.config_flags));
}

Result<std::string> read_text(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  // A folder can be opened, and fails only when it is read.
  if (!stream.is_open() || stream.bad() || std::filesystem::is_directory(file)) {
    return Error{Fault::io, "cannot read " + file};
  }
  return text;
}

std::optional<std::int64_t> parse_java_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return parse_number<std::int64_t>(text);
}

CLI::Validator java_number() {
  return CLI::Validator(
      [](const std::string& text) {
        return parse_java_number(text) ? std::string()
                                       : "Cannot parse argument '" + text + "' as a number";
      },
      "NUMBER");
}

client::Milliseconds within_reason(std::int64_t milliseconds) {
  constexpr std::int64_t century = std::int64_t{100} * 365 * 86'400'000;
  return client::Milliseconds(std::clamp(milliseconds, -century, century));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

Result<Properties> read_properties(const std::string& file, const std::vector<std::string>& given) {
  Properties properties;
  if (!file.empty()) {
    TRY(const std::string text, read_text(file));
    auto parsed = parse_properties(text);
    if (!parsed) return std::move(parsed).error().within(file);
    for (const Property& each : *parsed) properties[each.name] = each.value;
  }
  for (const std::string& text : given) {
    const auto equals = text.find('=');  // none is an empty value
    properties[text.substr(0, equals)] =
        equals == std::string::npos ? std::string() : text.substr(equals + 1);
  }
  return properties;
}

bool is_true(const Properties& properties, std::string_view name, bool otherwise) {
  return lower(std::string(trim(text_of(properties, name, otherwise ? "true" : "false")))) ==
         "true";
}

std::string text_of(const Properties& properties, std::string_view name,
                    std::string_view otherwise) {
  const auto found = properties.find(name);
  return found == properties.end() ? std::string(otherwise) : found->second;
}

Result<TopicFilter> TopicFilter::parse(std::string_view text) {
  std::string pattern;
  for (const char letter : trim(text)) {
    if (letter != ' ') pattern += letter == ',' ? '|' : letter;
  }
  constexpr std::string_view quotes = "\"'";
  const auto first = std::min(pattern.find_first_not_of(quotes), pattern.size());
  pattern.erase(0, first);
  pattern.erase(pattern.find_last_not_of(quotes) + 1);
  return parse_pattern(pattern);
}

Result<TopicFilter> TopicFilter::parse_pattern(std::string_view pattern) {
  const auto expression =
      std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), RE2::Quiet);
  if (!expression->ok()) {
    return Error{Fault::invalid,
                 std::string(pattern) + " is an invalid regex: " + expression->error()};
  }
  return TopicFilter([expression](std::string_view topic) {
    return RE2::FullMatch(re2::StringPiece(topic.data(), topic.size()), *expression);
  });
}

}  // namespace odradek::command::kafka_tools
