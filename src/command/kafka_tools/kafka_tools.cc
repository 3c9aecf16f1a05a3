// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/kafka_tools.h"

#include "base/parse_number.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace odradek::command::kafka_tools {
namespace {

// How a tool tells of what went wrong. Usage is told on standard error, and ends with 1.
struct Failure {
  std::FILE* stream = stderr;
  const char* words = "";      // before the error; "{}" is what the tool was called with
  bool has_usage_too = false;  // whether wrong values found on the way are told like that as well
  int exit_code = exit_failed;
};

struct Tool {
  std::string_view name;
  Action (*declare)(CLI::App&, ToolSettings&);
  Failure failure;
  bool needs_cluster = true;
};

const std::array tools{
    Tool{"kafka-topics", &topics, {stdout, "Error while executing topic command : ", true}},
    Tool{"kafka-console-producer", &console_producer, {stderr, "", true}},
    Tool{"kafka-console-consumer", &console_consumer, {stderr, "", true}},
    // Kafka's ends well here.
    Tool{"kafka-consumer-groups",
         &consumer_groups,
         {stdout, "\nError: Executing consumer group command failed due to ", false, 0}},
    Tool{"kafka-configs",
         &configs,
         {stderr, "Error while executing config command with args '{}'\n"}},
    Tool{"kafka-get-offsets", &get_offsets, {stderr, "Error occurred: ", true}},
    Tool{"kafka-broker-api-versions", &broker_api_versions, {}},
    Tool{"kafka-storage", &storage, {}, false},
};

const Tool* find(std::string_view name) {
  const auto found =
      std::find_if(tools.begin(), tools.end(), [&](const Tool& each) { return each.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

int end_with_usage(const std::string& words) {
  fmt::print(stderr, "{}\n--help lists the options\n", words);
  return exit_failed;
}

// The parser's complaints in the words that Kafka's tools have for them.
std::string words_of(const CLI::App& app, const CLI::ParseError& wrong) {
  const auto unknown = app.remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&wrong) == nullptr || unknown.empty()) {
    return wrong.what();
  }
  return unknown.front().substr(
             std::min(unknown.front().find_first_not_of('-'), unknown.front().size())) +
         " is not a recognized option";
}

// What the properties say of the client.
Result<> take_properties(ToolSettings& settings) {
  TRY(settings.properties, read_properties(settings.config_file, settings.config_flags));
  const std::string security = text_of(settings.properties, "security.protocol", "PLAINTEXT");
  if (security != "PLAINTEXT") {
    return Error{Fault::invalid,
                 "security.protocol=" + security + " is not there yet: only PLAINTEXT is"};
  }
  settings.session.client_id =
      text_of(settings.properties, "client.id", settings.session.client_id);
  const std::string timeout = text_of(settings.properties, "request.timeout.ms");
  if (timeout.empty() || settings.has_timeout) return {};
  const auto milliseconds = parse_number<int>(timeout);
  if (!milliseconds || *milliseconds <= 0) {
    return Error{Fault::invalid,
                 "request.timeout.ms=" + timeout + " is not a number of milliseconds"};
  }
  settings.session.timeout = client::Milliseconds(*milliseconds);
  return {};
}

int tell(const Tool& tool, const Error& error, const std::string& arguments) {
  const Failure& failure = tool.failure;
  if (error.fault == Fault::invalid && !failure.has_usage_too) {
    return end_with_usage(message_of(error));
  }
  std::string words = failure.words;
  if (const auto at = words.find("{}"); at != std::string::npos) words.replace(at, 2, arguments);
  fmt::print(failure.stream, "{}{}\n", words, message_of(error));
  return failure.exit_code;
}

std::string joined_arguments(int count, const char* const* arguments) {
  std::string text;
  for (int i = 1; i < count; ++i) text += (i == 1 ? "" : " ") + std::string(arguments[i]);
  return text;
}

}  // namespace

std::string tool_name(std::string_view program) {
  std::string_view name = program.substr(program.rfind('/') + 1);
  if (name.ends_with(".sh")) name.remove_suffix(3);
  return find(name) ? std::string(name) : std::string();
}

// The broker's words stand in brackets behind Kafka's name for the error (client::outcome).
std::string message_of(const Error& error) {
  const auto open = error.context.find(" (");
  const bool has_words = open != std::string::npos && error.context.ends_with(')');
  return has_words ? error.context.substr(open + 2, error.context.size() - open - 3)
                   : error.context;
}

std::optional<int> run(std::string_view program, int argument_count, const char* const* arguments) {
  const Tool* const tool = find(tool_name(program));
  if (!tool) return std::nullopt;
  CLI::App app("Kafka's " + std::string(tool->name) + ", by odradek", std::string(tool->name));
  app.set_version_flag("--version", ODRADEK_VERSION);
  ToolSettings settings;
  if (tool->needs_cluster) {
    settings.bootstrap =
        app.add_option("--bootstrap-server", settings.session.bootstrap, "host:port,host:port");
    app.add_option("--command-config", settings.config_file, "A file of properties of the client");
  }
  const Action action = tool->declare(app, settings);
  if (argument_count < 2) return end_with_usage(app.help());
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    return end_with_usage(words_of(app, wrong));
  }
  if (const auto right = settings.rules.check(); !right) {
    return end_with_usage(right.error().context);
  }
  if (const auto read = take_properties(settings); !read) {
    return end_with_usage(read.error().context);
  }
  const auto done = command::run(settings.session, action);
  return done ? 0 : tell(*tool, done.error(), joined_arguments(argument_count, arguments));
}

}  // namespace odradek::command::kafka_tools
