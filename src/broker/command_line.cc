// SPDX-License-Identifier: Apache-2.0
#include "broker/command_line.h"

#include "log/posix_file_system.h"
#include "meta/group_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace odradek::broker {
namespace {

constexpr std::string_view version = ODRADEK_VERSION;

struct Arguments {
  std::string config_file;
  std::vector<std::string> settings;
  std::optional<int> port;
  std::string data;
  std::string ready;
  bool prints_config_page = false;
  std::optional<int> nodes;
  std::string racks;
  int node_to_stop = -1;
  int node_to_start = -1;
  CLI::App* asks_cleaner = nullptr;
  CLI::App* verifies_logs = nullptr;
  CLI::App* repairs_logs = nullptr;
  std::vector<std::string> folders;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", "odradek " + std::string(version));
  app.add_option("--config", arguments.config_file, "A server.properties file")->type_name("FILE");
  app.add_option("--set", arguments.settings, "A setting by its Kafka name; may be repeated")
      ->type_name("KEY=VALUE");
  app.add_option("--port", arguments.port, "The port to listen on; 0 takes a free one [9092]")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  app.add_option("--nodes", arguments.nodes, "Brokers in this process, on ports from --port up [1]")
      ->type_name("N");
  app.add_option("--racks", arguments.racks, "Their racks: a,b,c")->type_name("RACK,...");
  app.add_option("--data", arguments.data, "The data directory [odradek-data]")->type_name("DIR");
  app.add_option("--ready", arguments.ready, "Print one line of JSON when clients may connect")
      ->type_name("json")
      ->check(CLI::IsMember({"json"}));
  app.add_flag("--print-config-page", arguments.prints_config_page,
               "Print every setting with its default, range and meaning");
  app.fallthrough();
  auto* const node = app.add_subcommand("node", "Command a node of a running broker");
  node->require_subcommand(1);
  const auto id = CLI::Range(0, std::numeric_limits<int>::max());
  node->add_subcommand("stop", "Close its ports and give its partitions to others")
      ->add_option("ID", arguments.node_to_stop, "The node's id")
      ->required()
      ->check(id);
  node->add_subcommand("start", "Open its ports again")
      ->add_option("ID", arguments.node_to_start, "The node's id")
      ->required()
      ->check(id);
  auto* const cleaner = app.add_subcommand("cleaner", "Ask a running broker about compaction");
  cleaner->require_subcommand(1);
  arguments.asks_cleaner = cleaner->add_subcommand(
      "status", "What is compacted, what became of it, and which logs cannot be");
  auto* const log = app.add_subcommand("log", "Look at the logs of a broker that does not run");
  log->require_subcommand(1);
  arguments.verifies_logs =
      log->add_subcommand("verify", "Read all of them, and say what is damaged");
  arguments.verifies_logs->add_option("PARTITION", arguments.folders, "As orders-3; all if none");
  arguments.repairs_logs = log->add_subcommand(
      "repair", "Take damaged bytes out, keep them beside, and save everything else");
  arguments.repairs_logs->add_option("PARTITION", arguments.folders, "As orders-3")->required();
  app.footer(
      "Examples:\n"
      "  odradek                               a broker on localhost:9092\n"
      "  odradek --port 0 --ready json         on a free port, for tests\n"
      "  odradek --nodes 3 --racks a,b,c       three brokers in one process\n"
      "  odradek node stop 2                   one of them plays dead\n"
      "  odradek cleaner status                what compaction did, one line for each log\n"
      "  odradek log verify                    reads every record that is stored\n"
      "  odradek --set num.partitions=3        any setting of Kafka's, see docs/config.md\n"
      "Settings also come from KAFKA_* and KAFKA_CFG_* environment variables.");
}

std::string listeners_on_port(const std::string& listeners, int port) {
  const auto comma = listeners.find(',');
  const std::string first = listeners.substr(0, comma);
  const auto colon = first.rfind(':');
  return first.substr(0, colon + 1) + std::to_string(port) +
         (comma == std::string::npos ? "" : listeners.substr(comma));
}

Result<std::vector<ConfigSetting>> settings_of(const Arguments& arguments,
                                               const std::vector<std::string>& environment) {
  std::vector<ConfigSetting> settings;
  if (!arguments.config_file.empty()) {
    log::PosixFileSystem files;
    TRY(const Buffer content, files.read_file(arguments.config_file));
    auto read = read_properties(as_text(content));
    if (!read) return std::move(read).error().within(arguments.config_file);
    settings = std::move(*read);
  }
  for (auto& setting : read_environment(environment)) settings.push_back(std::move(setting));
  for (const std::string& text : arguments.settings) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
      return Error{Fault::invalid, "--set " + text + ": expected KEY=VALUE"};
    }
    settings.push_back(
        {text.substr(0, equals), text.substr(equals + 1), ConfigSource::command_line});
  }
  if (arguments.nodes) {
    settings.push_back(
        {"odradek.nodes", std::to_string(*arguments.nodes), ConfigSource::command_line});
  }
  if (!arguments.racks.empty()) {
    settings.push_back({"odradek.racks", arguments.racks, ConfigSource::command_line});
  }
  if (!arguments.data.empty()) {
    settings.push_back({"log.dirs", arguments.data, ConfigSource::command_line});
  }
  return settings;
}

void add_rows(std::string& page, const std::vector<OptionBase*>& options, bool by_broker_name) {
  for (const OptionBase* option : options) {
    const auto& about = option->about();
    const std::string_view name = by_broker_name ? about.broker_name : about.name;
    if (name.empty()) continue;
    constexpr std::array type_names{"",     "boolean", "string", "int",   "short",
                                    "long", "double",  "list",   "class", "password"};
    constexpr std::array effect_names{"enforced", "accepted", "ignored"};
    page += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", name,
                        type_names[static_cast<std::size_t>(option->type())],
                        option->default_text().value_or("(none)"), option->range_text(),
                        effect_names[static_cast<std::size_t>(about.effect)], about.doc);
  }
}

}  // namespace

std::string config_page() {
  const BrokerOptions options;
  std::string page =
      "# Settings\n\n"
      "Printed by `odradek --print-config-page`; a test compares. *Enforced* settings do what "
      "they\n"
      "say. *Accepted* ones are taken, checked and described, and change nothing: what they ask "
      "for "
      "is\n"
      "so anyway, or need not be. *Ignored* ones belong to features that are not there; they are "
      "taken,\n"
      "checked and described too, so that a configuration of Kafka's starts as it is.\n";
  constexpr std::string_view header =
      "\n| name | type | default | range | effect | meaning |\n| --- | --- | --- | --- | --- | --- "
      "|\n";
  page += "\n## Broker\n" + std::string(header);
  add_rows(page, options.options(), false);
  page += "\n## Broker: defaults for topics\n" + std::string(header);
  add_rows(page, options.topic_defaults.options(), true);
  page += "\n## Topics\n" + std::string(header);
  add_rows(page, options.topic_defaults.options(), false);
  page += "\n## Groups\n" + std::string(header);
  add_rows(page, meta::GroupOptions().options(), false);
  page += "\n## Client metrics\n" + std::string(header);
  add_rows(page, meta::ClientMetricsOptions().options(), false);
  return page;
}

Result<CommandLine> read_command_line(int argument_count, const char* const* argument_values,
                                      const std::vector<std::string>& environment,
                                      BrokerConfig& config) {
  CLI::App app("odradek: a broker that Kafka clients cannot tell from Apache Kafka", "odradek");
  Arguments arguments;
  declare(app, arguments);
  CommandLine result;
  try {
    app.parse(argument_count, argument_values);
  } catch (const CLI::Success& done) {
    std::ostringstream output;
    app.exit(done, output, output);
    return CommandLine{.task = CommandLine::Task::print_and_exit, .output = output.str()};
  } catch (const CLI::ParseError& wrong) {
    return Error{Fault::invalid, std::string(wrong.what()) + " (--help lists what there is)"};
  }
  if (arguments.prints_config_page) {
    return CommandLine{.task = CommandLine::Task::print_and_exit, .output = config_page()};
  }
  TRY(const auto settings, settings_of(arguments, environment));
  TRY(auto known, apply(config.options(), settings, result.warnings));
  if (arguments.port) {
    auto& listeners = config.options().listeners;
    listeners.assign(listeners_on_port(*listeners, *arguments.port));
    known["listeners"] = {"listeners", *listeners, ConfigSource::command_line};
  }
  config.set_static(std::move(known));
  result.ready_json = arguments.ready == "json";
  if (arguments.node_to_stop >= 0 || arguments.node_to_start >= 0) {
    const bool up = arguments.node_to_start >= 0;
    result.task = CommandLine::Task::command_broker;
    result.broker_command =
        to_text(NodeCommand{{up ? arguments.node_to_start : arguments.node_to_stop}, up});
  }
  if (arguments.asks_cleaner->parsed()) {
    result.task = CommandLine::Task::command_broker;
    result.broker_command = cleaner_status_command;
  }
  if (arguments.verifies_logs->parsed() || arguments.repairs_logs->parsed()) {
    result.task = CommandLine::Task::command_logs;
    result.log_command = {arguments.repairs_logs->parsed(), arguments.folders};
  }
  return result;
}

}  // namespace odradek::broker
