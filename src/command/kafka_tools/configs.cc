// SPDX-License-Identifier: Apache-2.0
#include "base/parse_number.h"
#include "base/text.h"
#include "command/kafka_tools/config_entities.h"
#include "command/kafka_tools/kafka_tools.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

// kafka-configs. Kafka: ConfigCommand.
namespace odradek::command::kafka_tools {
namespace {

constexpr std::array known_types{"topics", "clients",        "users",  "brokers",
                                 "ips",    "client-metrics", "groups", "broker-loggers"};

// A flag that says type and name at once ("--topic t"), or type and default ("--broker-defaults").
struct ShortFlag {
  const char* flag;
  const char* type;
};
constexpr std::array name_flags{ShortFlag{"--topic", "topics"},
                                ShortFlag{"--client", "clients"},
                                ShortFlag{"--user", "users"},
                                ShortFlag{"--broker", "brokers"},
                                ShortFlag{"--broker-logger", "broker-loggers"},
                                ShortFlag{"--ip", "ips"},
                                ShortFlag{"--client-metrics", "client-metrics"},
                                ShortFlag{"--group", "groups"}};
constexpr std::array default_flags{
    ShortFlag{"--client-defaults", "clients"}, ShortFlag{"--user-defaults", "users"},
    ShortFlag{"--broker-defaults", "brokers"}, ShortFlag{"--ip-defaults", "ips"}};

struct ConfigsArguments {
  const CLI::App* app = nullptr;
  const CLI::Option* alters = nullptr;
  std::vector<std::string> types;
  std::vector<std::string> names;
  std::array<std::string, name_flags.size()> short_names;
  std::string added;
  std::string added_file;
  std::vector<std::string> deleted;
  bool shows_all = false;

  bool has(const char* option) const { return app->get_option(option)->count() > 0; }
};

std::vector<std::string> types_of(const ConfigsArguments& arguments) {
  std::vector<std::string> types = arguments.types;
  for (const auto& each : name_flags) {
    if (arguments.has(each.flag)) types.emplace_back(each.type);
  }
  for (const auto& each : default_flags) {
    if (arguments.has(each.flag)) types.emplace_back(each.type);
  }
  return types;
}

// Names and defaults go with the types in the order in which they were given.
std::vector<std::string> names_of(const ConfigsArguments& arguments) {
  std::vector<std::string> names;
  std::size_t next = 0;
  for (const CLI::Option* const option : arguments.app->parse_order()) {
    const std::string& name = option->get_lnames().front();
    if (name == "entity-name") names.push_back(arguments.names.at(next++));
    if (name == "entity-default") names.emplace_back();
  }
  for (std::size_t i = 0; i < name_flags.size(); ++i) {
    if (arguments.has(name_flags[i].flag)) names.push_back(arguments.short_names[i]);
  }
  for (const auto& each : default_flags) {
    if (arguments.has(each.flag)) names.emplace_back();
  }
  return names;
}

std::vector<ConfigEntity> entities_of(const ConfigsArguments& arguments) {
  const auto names = names_of(arguments);
  std::vector<ConfigEntity> entities;
  for (std::string& type : types_of(arguments)) {
    ConfigEntity& entity = entities.emplace_back(ConfigEntity{std::move(type), {}});
    if (entities.size() <= names.size()) entity.name = names[entities.size() - 1];
  }
  return entities;
}

Result<> check_types(const ConfigsArguments& arguments) {
  const auto given = types_of(arguments);
  const std::set<std::string> distinct(given.begin(), given.end());
  for (const std::string& type : distinct) {
    if (std::count(given.begin(), given.end(), type) == 1) continue;
    return usage_error("Duplicate entity type(s) specified: " + type);
  }
  for (const std::string& type : given) {
    if (std::count(known_types.begin(), known_types.end(), type) > 0) continue;
    return usage_error(
        fmt::format("Invalid entity type {}, the entity type must be one of {} with a "
                    "--bootstrap-server or --bootstrap-controller argument",
                    type, fmt::join(known_types, ", ")));
  }
  if (given.empty()) return usage_error("At least one entity type must be specified");
  if (given.size() > 1 && distinct != std::set<std::string>{"clients", "users"}) {
    return usage_error("Only 'users' and 'clients' entity types may be specified together");
  }
  if (!arguments.has("--entity-type") && !arguments.has("--entity-name") &&
      !arguments.has("--entity-default")) {
    return {};
  }
  if (given.size() == arguments.types.size()) return {};
  return usage_error(
      "--entity-{type,name,default} should not be used in conjunction with specific entity flags");
}

bool may_have_default(const std::string& type) {
  return type == "users" || type == "clients" || type == "brokers" || type == "ips";
}

Result<> check_names(const ConfigsArguments& arguments) {
  const auto entities = entities_of(arguments);
  const ConfigEntity& first = entities.front();
  if (names_of(arguments).size() > entities.size()) {
    return usage_error("More entity names specified than entity types");
  }
  const bool is_a_broker = first.type == "brokers" || first.type == "broker-loggers";
  if (is_a_broker && first.name && !first.is_default() && !parse_number<int>(*first.name)) {
    return usage_error("The entity name for " + first.type +
                       " must be a valid integer broker id, but it is: " + *first.name);
  }
  const bool alters = arguments.alters->count() > 0;
  if (first.is_default() && !may_have_default(first.type)) {
    return usage_error(alters ? "An entity name must be specified with --alter of " + first.type
                              : "--entity-default must not be specified with --describe of " +
                                    first.type);
  }
  if (!alters && first.type == "broker-loggers" && !first.name) {
    return usage_error("An entity name must be specified with --describe of broker-loggers");
  }
  if (!alters) return {};
  if (!first.name && may_have_default(first.type)) {
    return usage_error(
        "An entity-name or default entity must be specified with --alter of users, clients, "
        "brokers "
        "or ips");
  }
  if (!first.name)
    return usage_error("An entity name must be specified with --alter of " + first.type);
  if (entities.back().name) return {};
  return usage_error("An entity name must be specified for every entity type");
}

Result<> check_edits(const ConfigsArguments& arguments) {
  if (arguments.alters->count() == 0) return {};
  const bool adds = arguments.has("--add-config");
  const bool adds_file = arguments.has("--add-config-file");
  if (adds && adds_file) {
    return usage_error("Only one of --add-config or --add-config-file must be specified");
  }
  if (adds || adds_file || arguments.has("--delete-config")) return {};
  return usage_error(
      "At least one of --add-config, --add-config-file, or --delete-config must be specified with "
      "--alter");
}

// "a=1,b=[x,y]": what stands in brackets is one value.
Result<std::vector<Property>> parse_added(std::string_view text) {
  std::vector<Property> added;
  do {
    std::size_t end = 0;
    bool is_inside = false;
    for (; end < text.size() && (is_inside || text[end] != ','); ++end) {
      if (text[end] == '[' || text[end] == ']') is_inside = text[end] == '[';
    }
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    const auto equals = one.find('=');
    const bool is_pair =
        equals != std::string_view::npos &&
        one.substr(equals + 1, one.find('[') - equals - 1).find('=') == std::string_view::npos;
    if (!is_pair) {
      return usage_error(
          "requirement failed: Invalid entity config: all configs to be added must be in the "
          "format "
          "\"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.");
    }
    std::string value(one.substr(equals + 1));
    std::erase_if(value, [](char letter) { return letter == '[' || letter == ']'; });
    added.push_back({std::string(trim(one.substr(0, equals))), std::string(trim(value))});
  } while (!text.empty());
  return added;
}

Result<ConfigEdits> edits_of(const ConfigsArguments& arguments) {
  ConfigEdits edits;
  std::map<std::string, std::string> added;  // of one that is said twice the last counts
  if (arguments.has("--add-config")) {
    TRY(const auto parsed, parse_added(arguments.added));
    for (const Property& each : parsed) added[each.name] = each.value;
  }
  TRY(const Properties file, read_properties(arguments.added_file, {}));
  added.insert(file.begin(), file.end());
  for (const auto& [name, value] : added) edits.added.push_back({name, value});
  edits.deleted = split_list(arguments.deleted);
  for (const Property& each : edits.added) {
    const bool is_good = std::all_of(each.name.begin(), each.name.end(), [](char letter) {
      return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
             std::string_view("$._-").find(letter) != std::string_view::npos;
    });
    if (!is_good) return usage_error("Invalid character found for config key: " + each.name);
  }
  return edits;
}

bool is_about_quotas(const ConfigEntity& entity) {
  return entity.type == "users" || entity.type == "clients" || entity.type == "ips";
}

Result<> alter(Session& session, const ConfigsArguments& arguments) {
  const auto entities = entities_of(arguments);
  const ConfigEntity& first = entities.front();
  TRY(const ConfigEdits edits, edits_of(arguments));
  TRY(is_about_quotas(first) ? alter_quota_configs(session, entities, edits)
                             : alter_resource_configs(session, first, edits));
  first.is_default()
      ? fmt::print("Completed updating default config for {} in the cluster.\n", first.type)
      : fmt::print("Completed updating config for {} {}.\n", first.singular(), *first.name);
  return {};
}

Result<> describe(Session& session, const ConfigsArguments& arguments) {
  const auto entities = entities_of(arguments);
  return is_about_quotas(entities.front())
             ? describe_quota_configs(session, entities)
             : describe_resource_configs(session, entities.front(),
                                         arguments.shows_all ? Shown::all : Shown::own);
}

}  // namespace

Action configs(CLI::App& app, ToolSettings& settings) {
  const auto arguments = std::make_shared<ConfigsArguments>();
  OptionRules& rules = settings.rules;
  arguments->app = &app;
  const auto* const alters = arguments->alters = rules.action(app.add_flag("--alter"));
  const auto* const describes = rules.action(app.add_flag("--describe"));
  rules.require_one_action("--describe, --alter");
  app.add_option("--entity-type", arguments->types, fmt::format("{}", fmt::join(known_types, ", ")))
      ->allow_extra_args(false);
  app.add_option("--entity-name", arguments->names)->allow_extra_args(false);
  app.add_flag("--entity-default")->description("Instead of a name");
  for (std::size_t i = 0; i < name_flags.size(); ++i) {
    app.add_option(name_flags[i].flag, arguments->short_names[i],
                   std::string("A name of --entity-type ") + name_flags[i].type);
  }
  for (const auto& each : default_flags) {
    app.add_flag(each.flag)->description(std::string("The default of --entity-type ") + each.type);
  }
  const auto* const added = app.add_option("--add-config", arguments->added, "a=1,b=[x,y]");
  app.add_option("--add-config-file", arguments->added_file, "A file of properties");
  const auto* const deleted = app.add_option("--delete-config", arguments->deleted, "a,b");
  app.add_flag("--all", arguments->shows_all, "The defaults as well");
  rules.exclude(describes, {added, deleted});
  rules.add([arguments] { return check_types(*arguments); });
  rules.require(settings.bootstrap);
  rules.add([arguments] { return check_names(*arguments); });
  rules.add([arguments] { return check_edits(*arguments); });
  return [arguments, alters](Session& session) {
    return alters->count() > 0 ? alter(session, *arguments) : describe(session, *arguments);
  };
}

}  // namespace odradek::command::kafka_tools
