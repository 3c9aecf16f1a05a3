// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "client/groups.h"
#include "command/kafka_tools/group_options.h"
#include "command/kafka_tools/group_report.h"
#include "command/kafka_tools/kafka_tools.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>

// kafka-consumer-groups. Kafka: ConsumerGroupCommand.
namespace odradek::command::kafka_tools {
namespace {

// Kafka: GroupState, GroupType.
constexpr std::array states{"PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty",
                            "Assigning",          "Reconciling"};
constexpr std::array group_types{"Classic", "Consumer"};

// Those of a list that are known, in their own spelling; all must be.
template <std::size_t count>
Result<std::vector<std::string>> parse_known(const std::string& list,
                                             const std::array<const char*, count>& known,
                                             const char* what, const char* plural) {
  std::vector<std::string> chosen;
  for (const std::string& word : split_words(list)) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const char* each) { return lower(each) == lower(word); });
    if (found == known.end()) {
      return Error{Fault::invalid, fmt::format("Invalid {} list '{}'. Valid {} are: {}", what, list,
                                               plural, fmt::join(known, ", "))};
    }
    chosen.emplace_back(*found);
  }
  return chosen;
}

// Where a filter names nothing, everything goes through it.
bool passes(const std::vector<std::string>& filter, const std::string& text) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const std::string& each) {
           return lower(each) == lower(text);
         });
}

std::string type_of(const client::ListedGroup& group) {
  const auto found = std::find_if(group_types.begin(), group_types.end(), [&](const char* each) {
    return lower(each) == lower(group.group_type);
  });
  return found == group_types.end() ? "Unknown" : *found;
}

// Of share and streams groups others tell.
Result<std::vector<client::ListedGroup>> consumer_groups_of(Session& session) {
  TRY(auto groups, client::list_groups(session.cluster()));
  std::erase_if(groups, [](const client::ListedGroup& group) {
    const bool is_consumers = group.protocol_type.empty() || group.protocol_type == "consumer";
    return !is_consumers || (!group.group_type.empty() && type_of(group) == "Unknown");
  });
  return groups;
}

Result<std::vector<std::string>> chosen_groups(Session& session, const GroupArguments& arguments) {
  if (!arguments.all_groups) return arguments.groups;
  TRY(const auto groups, consumer_groups_of(session));
  std::vector<std::string> names;
  for (const auto& each : groups) names.push_back(each.group_id);
  return names;
}

Result<> list(Session& session, const GroupArguments& arguments) {
  TRY(const auto wanted_states, parse_known(arguments.states, states, "state", "states"));
  TRY(const auto wanted_types, parse_known(arguments.types, group_types, "types", "types"));
  TRY(auto groups, consumer_groups_of(session));
  std::erase_if(groups, [&](const client::ListedGroup& group) {
    return !passes(wanted_states, group.group_state) || !passes(wanted_types, type_of(group));
  });
  const bool tells_type = is_given(arguments.type);
  const bool tells_state = is_given(arguments.state);
  std::size_t width = 15;
  for (const auto& each : groups) width = std::max(width, each.group_id.size());
  const auto print_line = [&](const std::string& group, const std::string& type,
                              const std::string& state) {
    std::string line = fmt::format("{:<{}}", group, width + 10);
    if (tells_type) line += fmt::format(" {:<20}", type);
    if (tells_state) line += fmt::format(" {:<20}", state);
    fmt::print("{}\n", tells_type || tells_state ? line : group);
  };
  if (tells_type || tells_state) print_line("GROUP", "TYPE", "STATE");
  for (const auto& each : groups) print_line(each.group_id, type_of(each), each.group_state);
  return {};
}

Result<> describe(Session& session, const GroupArguments& arguments) {
  TRY(const auto groups, chosen_groups(session, arguments));
  const auto report = is_given(arguments.state) ? GroupReport::state
                      : arguments.members       ? GroupReport::members
                                                : GroupReport::offsets;
  return print_groups(session, groups, report, arguments.verbose ? Verbose::yes : Verbose::no);
}

Result<> remove(Session& session, const GroupArguments& arguments) {
  TRY(const auto groups, chosen_groups(session, arguments));
  std::string deleted;
  std::string failed;
  for (const std::string& name : groups) {
    const auto done = client::delete_group(session.cluster(), name);
    if (done) {
      deleted += (deleted.empty() ? "'" : ", '") + name + "'";
    } else {
      failed += fmt::format("* Group '{}' could not be deleted due to: {}\n", name,
                            message_of(done.error()));
    }
  }
  if (failed.empty()) {
    fmt::print("Deletion of requested consumer groups ({}) was successful.\n", deleted);
    return {};
  }
  fmt::print("\nError: Deletion of some consumer groups failed:\n{}", failed);
  if (!deleted.empty()) {
    fmt::print("\nThese consumer groups were deleted successfully: {}\n", deleted);
  }
  return {};
}

// Kafka's are regular expressions of RE2 on the broker (KIP-848), and so are ours.
Result<> validate(const std::string& text) {
  const RE2 expression(text, RE2::Quiet);
  expression.ok()
      ? fmt::print("The regular expression `{}` is valid.\n", text)
      : fmt::print("The regular expression `{}` is invalid: {}.\n", text, expression.error());
  return {};
}

Result<> act(Session& session, const GroupArguments& arguments) {
  if (is_given(arguments.validates)) return validate(arguments.regex);
  if (is_given(arguments.lists)) return list(session, arguments);
  if (is_given(arguments.describes)) return describe(session, arguments);
  if (is_given(arguments.deletes)) return remove(session, arguments);
  if (is_given(arguments.deletes_offsets)) {
    if (arguments.groups.size() > 1) {
      return Error{Fault::invalid,
                   "Found multiple arguments for option group, but you asked for only one"};
    }
    return delete_offsets(session, arguments.groups.front(), arguments.reset.topics);
  }
  Reset reset = arguments.reset;
  TRY(reset.groups, chosen_groups(session, arguments));
  reset.tells_groups = arguments.groups.size() != 1;
  return reset_offsets(session, reset);
}

}  // namespace

Action consumer_groups(CLI::App& app, ToolSettings& settings) {
  const auto arguments = std::make_shared<GroupArguments>();
  add_group_options(app, settings, *arguments);
  return [arguments](Session& session) { return act(session, *arguments); };
}

}  // namespace odradek::command::kafka_tools
