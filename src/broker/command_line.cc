// SPDX-License-Identifier: Apache-2.0
#include "broker/command_line.h"

#include "command/command_tree.h"
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
  CLI::App* dumps_logs = nullptr;
  bool dumps_records = false;
  std::vector<std::string> folders;
  CLI::App* develops = nullptr;
  std::vector<std::string> topics;
  std::string seed_file;
  bool exits_with_parent = false;
  int idle_exit = 0;
  CLI::App* config = nullptr;
  CLI::App* dumps_config = nullptr;
  CLI::App* completes = nullptr;
  std::string shell = "bash";
  CLI::App* shows_version = nullptr;
  bool prints_man_page = false;
};

// How a broker begins and ends.
void declare_start(CLI::App& app, Arguments& arguments) {
  app.add_option("--topic", arguments.topics,
                 "A topic to begin with: name, name:partitions or name:partitions:config=value")
      ->type_name("TOPIC");
  app.add_option("--seed", arguments.seed_file,
                 "A YAML file of topics, records and group offsets to begin with")
      ->type_name("FILE");
  app.add_flag("--exit-with-parent", arguments.exits_with_parent,
               "End when the process ends that started it");
  app.add_option("--idle-exit", arguments.idle_exit, "End after so many seconds without a client")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 365 * 24 * 3600));
  arguments.develops = app.add_subcommand(
      "dev", "Run a broker for development: nothing is kept, nothing waited for");
}

void declare_verbs(CLI::App& app, command::Verbs& verbs, Arguments& arguments) {
  command::add_topic(verbs);
  command::add_produce(verbs);
  command::add_consume(verbs);
  command::add_group(verbs);
  command::add_config(verbs);
  command::add_transaction(verbs);
  command::add_cluster(verbs);
  command::add_health(verbs);
  command::add_doctor(verbs);
  command::add_export(verbs);
  command::add_perf(verbs);
  arguments.config = app.get_subcommand("config");
  arguments.config->require_subcommand(0, 1);  // dump where none is named
  arguments.dumps_config = arguments.config->add_subcommand(
      "dump", "Every setting that a broker would have here, and where it comes from");
  arguments.completes = app.add_subcommand("completion", "A script that completes these words");
  arguments.completes->add_option("SHELL", arguments.shell, "bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  arguments.shows_version = app.add_subcommand("version", "Which version this is");
  app.add_flag("--print-man-page", arguments.prints_man_page)->group("");
}

void declare(CLI::App& app, Arguments& arguments) {
  app.fallthrough();  // what is said of the broker may stand behind a verb
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
  declare_start(app, arguments);
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
  auto* const log = app.add_subcommand("log", "Look at the files of logs");
  log->require_subcommand(1);
  arguments.verifies_logs =
      log->add_subcommand("verify", "Read all of them, and say what is damaged");
  arguments.verifies_logs->add_option("PARTITION", arguments.folders, "As orders-3; all if none");
  arguments.repairs_logs = log->add_subcommand(
      "repair", "Take damaged bytes out, keep them beside, and save everything else");
  arguments.repairs_logs->add_option("PARTITION", arguments.folders, "As orders-3")->required();
  arguments.dumps_logs = log->add_subcommand("dump", "Print batches as they stand in the files");
  arguments.dumps_logs->add_option("PARTITION", arguments.folders, "As orders-3")->required();
  arguments.dumps_logs->add_flag("-r,--records", arguments.dumps_records, "And their records");
  app.footer(
      "Examples:\n"
      "  odradek                               a broker on localhost:9092\n"
      "  odradek --port 0 --ready json         on a free port, for tests\n"
      "  odradek --nodes 3 --racks a,b,c       three brokers in one process\n"
      "  odradek dev --topic orders:3          for development, with a topic to begin with\n"
      "  odradek --set num.partitions=3        any setting of Kafka's, see docs/config.md\n"
      "  echo hello | odradek produce orders   against any Kafka: -b host:port\n"
      "  odradek consume orders -F             and what comes\n"
      "  odradek VERB --help                   what a verb takes\n"
      "Settings also come from KAFKA_* and KAFKA_CFG_* environment variables.");
}

// What makes a broker quick where nothing has to be kept; whatever else is said counts more.
std::vector<ConfigSetting> development_settings() {
  return {{"odradek.durability", "os", ConfigSource::default_value},
          {"group.initial.rebalance.delay.ms", "0", ConfigSource::default_value},
          {"log.initial.task.delay.ms", "1000", ConfigSource::default_value}};
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
  if (arguments.develops->parsed()) settings = development_settings();
  if (!arguments.config_file.empty()) {
    log::PosixFileSystem files;
    TRY(const Buffer content, files.read_file(arguments.config_file));
    auto read = read_properties(as_text(content));
    if (!read) return std::move(read).error().within(arguments.config_file);
    settings.insert(settings.end(), read->begin(), read->end());
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

std::string source_text(ConfigSource source) {
  constexpr std::array names{"default", "file", "environment", "command line"};
  return names[static_cast<std::size_t>(source)];
}

// "name=value", and where it comes from; those that were set first.
std::string config_dump(const BrokerOptions& options, const StaticConfigs& set) {
  std::string own;
  std::string rest;
  for (const std::string_view name : options.names()) {
    const OptionBase& option = *options.find_option(name);
    const bool is_secret = option.type() == OptionType::password;
    const auto found = set.find(name);
    const auto source = found == set.end() ? ConfigSource::default_value : found->second.source;
    const auto value = option.text();
    const std::string shown = !value ? "" : is_secret ? "(hidden)" : *value;
    const std::string line = fmt::format("{}={}  # {}\n", name, shown, source_text(source));
    (source == ConfigSource::default_value ? rest : own) += line;
  }
  return own + rest;
}

Result<command::SeedPlan> seed_plan(const Arguments& arguments,
                                    const std::vector<std::string>& environment) {
  command::SeedPlan plan;
  constexpr std::string_view create_topics = "KAFKA_CREATE_TOPICS=";
  for (const std::string& variable : environment) {
    if (!variable.starts_with(create_topics)) continue;
    TRY(command::add_create_topics(std::string_view(variable).substr(create_topics.size()), plan));
  }
  if (!arguments.seed_file.empty()) {
    TRY(command::add_seed_file(arguments.seed_file, plan));
  }
  for (const std::string& topic : arguments.topics) {
    TRY(command::add_topic_flag(topic, plan));
  }
  return plan;
}

CommandLine printed(std::string text, int exit_code = 0) {
  CommandLine line;
  line.task = CommandLine::Task::print_and_exit;
  line.output = std::move(text);
  line.exit_code = exit_code;
  return line;
}

// What needs no settings of a broker; nothing where it does.
std::optional<CommandLine> without_settings(const CLI::App& app, const Arguments& arguments,
                                            const command::Verbs& verbs) {
  if (arguments.prints_config_page) return printed(config_page());
  if (arguments.prints_man_page) return printed(command::man_page(app, std::string(version)));
  if (arguments.shows_version->parsed()) return printed("odradek " + std::string(version) + "\n");
  if (arguments.completes->parsed()) {
    return printed(command::completion_script(app, arguments.shell));
  }
  if (!verbs.chosen()) return std::nullopt;
  CommandLine line;
  line.task = CommandLine::Task::command_cluster;
  line.cluster_options = verbs.options();
  line.cluster_action = verbs.chosen();
  return line;
}

void choose_task(CommandLine& line, const Arguments& arguments, const BrokerConfig& config,
                 const StaticConfigs& set) {
  if (arguments.node_to_stop >= 0 || arguments.node_to_start >= 0) {
    const bool up = arguments.node_to_start >= 0;
    line.task = CommandLine::Task::command_broker;
    line.broker_command =
        to_text(NodeCommand{{up ? arguments.node_to_start : arguments.node_to_stop}, up});
  }
  if (arguments.asks_cleaner->parsed()) {
    line.task = CommandLine::Task::command_broker;
    line.broker_command = cleaner_status_command;
  }
  const std::pair<const CLI::App*, LogCommand::Kind> log_verbs[] = {
      {arguments.verifies_logs, LogCommand::Kind::verify},
      {arguments.repairs_logs, LogCommand::Kind::repair},
      {arguments.dumps_logs, LogCommand::Kind::dump}};
  for (const auto& [verb, kind] : log_verbs) {
    if (!verb->parsed()) continue;
    line.task = CommandLine::Task::command_logs;
    line.log_command = {kind, arguments.dumps_records, arguments.folders};
  }
  if (arguments.config->parsed()) line = printed(config_dump(config.options(), set));
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
  command::Verbs verbs(app);
  declare_verbs(app, verbs, arguments);
  try {
    app.parse(argument_count, argument_values);
  } catch (const CLI::Success& done) {
    std::ostringstream output;
    app.exit(done, output, output);
    return printed(output.str());
  } catch (const CLI::ParseError& wrong) {
    return Error{Fault::invalid, std::string(wrong.what()) + " (--help lists what there is)"};
  }
  if (auto done = without_settings(app, arguments, verbs)) return std::move(*done);
  CommandLine result;
  TRY(const auto settings, settings_of(arguments, environment));
  TRY(auto known, apply(config.options(), settings, result.warnings));
  if (arguments.port) {
    auto& listeners = config.options().listeners;
    listeners.assign(listeners_on_port(*listeners, *arguments.port));
    known["listeners"] = {"listeners", *listeners, ConfigSource::command_line};
  }
  TRY(result.seed, seed_plan(arguments, environment));
  result.ready_json = arguments.ready == "json";
  result.is_for_development = arguments.develops->parsed();
  result.exits_with_parent = arguments.exits_with_parent;
  result.idle_exit = std::chrono::seconds(arguments.idle_exit);
  choose_task(result, arguments, config, known);
  config.set_static(std::move(known));
  return result;
}

}  // namespace odradek::broker
