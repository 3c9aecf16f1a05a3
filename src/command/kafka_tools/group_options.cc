// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/group_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace odradek::command::kafka_tools {
namespace {

using Options = OptionRules::Options;

std::string told_all(const Options& options) {
  std::string names;
  for (const CLI::Option* const each : options) names += (names.empty() ? "" : ", ") + told(each);
  return names;
}

std::size_t count_given(const Options& options) {
  return static_cast<std::size_t>(std::count_if(options.begin(), options.end(), &is_given));
}

// At least, or at most, one of some options is to be given with an action.
void require_one(OptionRules& rules, const CLI::Option* action, Options options) {
  rules.add([action, options = std::move(options)]() -> Result<> {
    if (!is_given(action) || count_given(options) > 0) return {};
    return usage_error("Option " + told(action) +
                       " takes one of these options: " + told_all(options));
  });
}
void allow_one(OptionRules& rules, const CLI::Option* action, Options options) {
  rules.add([action, options = std::move(options)]() -> Result<> {
    if (!is_given(action) || count_given(options) < 2) return {};
    return usage_error("Option " + told(action) +
                       " takes at most one of these options: " + told_all(options));
  });
}
// An option makes sense with these actions only. Java: OptionSpecBuilder.availableIf.
void make_available(OptionRules& rules, const CLI::Option* option, Options actions) {
  rules.add([option, actions = std::move(actions)]() -> Result<> {
    if (!is_given(option) || count_given(actions) > 0) return {};
    return usage_error("Option(s) " + told(option) +
                       " are unavailable given other options on the command line");
  });
}

void add_actions(CLI::App& app, OptionRules& rules, GroupArguments& arguments) {
  arguments.lists = rules.action(app.add_flag("--list"));
  arguments.describes = rules.action(app.add_flag("--describe"));
  arguments.deletes = rules.action(app.add_flag("--delete"));
  arguments.resets = rules.action(app.add_flag("--reset-offsets"));
  arguments.deletes_offsets = rules.action(app.add_flag("--delete-offsets"));
  arguments.validates = rules.action(app.add_option("--validate-regex", arguments.regex));
}

void add_reports(CLI::App& app, OptionRules& rules, GroupArguments& arguments) {
  const auto* const members = app.add_flag("--members", arguments.members);
  const auto* const verbose = app.add_flag("--verbose", arguments.verbose);
  const auto* const offsets = app.add_flag("--offsets")->description("As it is anyway");
  const auto* const state = arguments.state =
      app.add_option("--state", arguments.states, "With --list, those in these states")
          ->expected(0, 1);
  const auto* const type = arguments.type =
      app.add_option("--type", arguments.types, "Of these types: classic, consumer")
          ->expected(0, 1);
  const auto* const describes = arguments.describes;
  for (const auto* const option : {members, verbose, offsets}) {
    make_available(rules, option, {describes});
  }
  make_available(rules, state, {describes, arguments.lists});
  make_available(rules, type, {arguments.lists});
  allow_one(rules, describes, {members, offsets, state});
  rules.add([describes, &arguments]() -> Result<> {
    if (!is_given(describes) || arguments.states.empty()) return {};
    return usage_error("Option [describe] does not take a value for [state]");
  });
}

void add_deletions(OptionRules& rules, const GroupArguments& arguments, const CLI::Option* group,
                   const CLI::Option* topic) {
  rules.add([deletes = arguments.deletes, topic]() -> Result<> {
    if (!is_given(deletes) || !is_given(topic)) return {};
    return usage_error(
        "The consumer does not support topic-specific offset deletion from a consumer group.");
  });
  rules.add([deletes = arguments.deletes_offsets, group, topic]() -> Result<> {
    if (!is_given(deletes) || (is_given(group) && is_given(topic))) return {};
    return usage_error("Option [delete-offsets] takes the following options: [topic], [group]");
  });
}

void add_execution(CLI::App& app, OptionRules& rules, GroupArguments& arguments) {
  const auto* const executes = app.add_flag("--execute", arguments.reset.executes);
  const auto* const dry_run =
      app.add_flag("--dry-run")->description("Only print what would be; as it is anyway");
  app.add_flag("--export", arguments.reset.exports, "Print lines for --from-file");
  rules.add([executes, dry_run, resets = arguments.resets]() -> Result<> {
    if (!is_given(resets)) return {};
    if (is_given(executes) && is_given(dry_run)) {
      return usage_error("Option [reset-offsets] only accepts one of [execute] and [dry-run]");
    }
    if (!is_given(executes) && !is_given(dry_run)) {
      fmt::print(stderr, "WARN: nothing is changed without --execute; --dry-run says so.\n");
    }
    return {};
  });
}

// Where --reset-offsets may go.
Options add_places(CLI::App& app, Reset& reset) {
  const auto with_text = [&](const char* name, ResetTo to, const char* help) {
    const auto set = [&reset, to](const std::string& text) {
      reset.to = to;
      reset.text = text;
    };
    return app.add_option_function<std::string>(name, set, help);
  };
  const auto flag = [&](const char* name, ResetTo to) {
    return app.add_flag_function(name, [&reset, to](std::int64_t) { reset.to = to; });
  };
  const CLI::Validator is_number = java_number();
  return {with_text("--to-offset", ResetTo::offset, "An offset")->check(is_number),
          with_text("--shift-by", ResetTo::shift, "So many, or -N")->check(is_number),
          with_text("--to-datetime", ResetTo::datetime,
                    "2026-11-29T12:30:00.000, in UTC or with a zone"),
          with_text("--by-duration", ResetTo::duration, "Before now: PT1H30M"),
          with_text("--from-file", ResetTo::file, "A file as --export writes it"),
          flag("--to-earliest", ResetTo::earliest),
          flag("--to-latest", ResetTo::latest),
          flag("--to-current", ResetTo::current)};
}

void require_place(OptionRules& rules, const CLI::Option* resets, const Options& places,
                   const Options& scopes) {
  for (const CLI::Option* const place : places) {
    Options others = places;
    std::erase(others, place);
    rules.exclude(place, others);
  }
  rules.add([resets, places, scopes]() -> Result<> {
    if (!is_given(resets)) return {};
    if (count_given(scopes) == 0) {
      return usage_error("One of the reset scopes should be defined: --all-topics, --topic.");
    }
    if (count_given(places) > 0) return {};
    return usage_error("Option '[reset-offsets]' requires one of the following scenarios: [" +
                       told_all(places) + "]");
  });
}

}  // namespace

bool is_given(const CLI::Option* option) { return option->count() > 0; }

void add_group_options(CLI::App& app, ToolSettings& settings, GroupArguments& arguments) {
  OptionRules& rules = settings.rules;
  add_actions(app, rules, arguments);
  settings.session.timeout = std::chrono::seconds(30);
  const auto set_timeout = [&settings](const std::int64_t& milliseconds) {
    settings.session.timeout = within_reason(milliseconds);
    settings.has_timeout = true;
  };
  app.add_option_function<std::int64_t>("--timeout", set_timeout, "Milliseconds")
      ->check(CLI::PositiveNumber);
  const auto* const group = app.add_option("--group", arguments.groups)->allow_extra_args(false);
  const auto* const all_groups = app.add_flag("--all-groups", arguments.all_groups);
  const auto* const topic = app.add_option("--topic", arguments.reset.topics, "name, or name:0,1")
                                ->allow_extra_args(false);
  const auto* const all_topics = app.add_flag("--all-topics", arguments.reset.all_topics);
  rules.add([validates = arguments.validates, bootstrap = settings.bootstrap]() -> Result<> {
    if (is_given(validates) || is_given(bootstrap)) return {};
    return usage_error("Missing required argument \"[bootstrap-server]\"");
  });
  add_reports(app, rules, arguments);
  require_one(rules, arguments.describes, {all_groups, group});
  require_one(rules, arguments.deletes, {all_groups, group});
  add_deletions(rules, arguments, group, topic);
  add_execution(app, rules, arguments);
  require_one(rules, arguments.resets, {all_groups, group});
  const Options places = add_places(app, arguments.reset);
  require_place(rules, arguments.resets, places,
                {topic, all_topics, app.get_option("--from-file")});
  rules.exclude(group, {all_groups, arguments.lists});
  rules.exclude(topic, {arguments.lists, arguments.describes});
  rules.require_one_action(
      "--list, --describe, --delete, --reset-offsets, --delete-offsets, --validate-regex");
}

}  // namespace odradek::command::kafka_tools
