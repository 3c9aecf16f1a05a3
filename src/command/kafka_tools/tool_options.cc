// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/tool_options.h"

#include "base/properties.h"
#include "base/text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

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
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return Error{Fault::io, "cannot read " + file};
  return text.str();
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
    TRY(const Property property, parse_assignment(text));
    properties[property.name] = property.value;
  }
  return properties;
}

bool is_true(const Properties& properties, std::string_view name, bool otherwise) {
  std::string text(trim(text_of(properties, name, otherwise ? "true" : "false")));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return std::tolower(letter); });
  return text == "true";
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
