// SPDX-License-Identifier: Apache-2.0
#include "broker/command_line.h"
#include "broker/process.h"
#include "command/kafka_tools/kafka_tools.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace odradek;

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  return variables;
}

void set_up_logging(const broker::BrokerOptions& options) {
  // Nodes log from their own threads.
  auto logger = std::make_shared<spdlog::logger>("odradek",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::from_str(*options.log_level));
}

// Of the ready line, after a stop that was not in order.
std::string recovered_part(const broker::LogRecovery::Progress& recovered) {
  return fmt::format(R"(,"recovered":{{"logs":{},"bytes":{},"bytes_cut":{},"damaged":{}}})",
                     recovered.logs, recovered.bytes_checked, recovered.bytes_cut,
                     recovered.damaged);
}

// For a test or a script that started the broker: where it is, on one line.
void print_ready(const broker::Process::Started& process,
                 std::chrono::steady_clock::time_point started) {
  const auto took = std::chrono::steady_clock::now() - started;
  const auto line =
      fmt::format(R"({{"event":"ready","bootstrap":"{}","pid":{},"node_id":{},"nodes":{},)"
                  R"("startup_ms":{:.1f}{}}})"
                  "\n",
                  process.bootstrap, ::getpid(), process.first_node.value, process.nodes,
                  std::chrono::duration<double, std::milli>(took).count(),
                  process.recovered ? recovered_part(*process.recovered) : std::string());
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

// For somebody who has just started it at a terminal, and may want to know what comes next.
void print_banner(const broker::Process::Started& process, const std::string& data,
                  std::chrono::steady_clock::time_point started) {
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
  fmt::print(stderr,
             "odradek is ready after {:.0f} ms\n"
             "  clients   {}\n"
             "  data      {}\n"
             "  try       echo hello | odradek produce greetings; odradek consume greetings\n"
             "  topics    odradek --topic orders:3, or --seed FILE, makes them at the start\n"
             "  stop      Ctrl-C\n",
             took.count(), process.bootstrap, data);
}

int command_broker(const std::string& command, const broker::BrokerOptions& options) {
  const auto told = broker::ControlSocket::command(options.data_directory(), command);
  fmt::print("{}", told ? *told : std::string());
  if (told) return 0;
  fmt::print(stderr, "odradek: {}\n", told.error().context);
  return 1;
}

int command_logs(const broker::LogCommand& command, const broker::BrokerOptions& options) {
  const auto whole = broker::run_log_command(command, options.data_directory());
  if (whole) return *whole ? 0 : 1;
  fmt::print(stderr, "odradek: {}\n", whole.error().context);
  return 2;
}

// The next command to type, where something failed that is often the same thing.
const char* advice(const Error& error) {
  switch (error.fault) {
    case Fault::unreachable:
      return "is it running there? odradek dev starts one here; odradek doctor -b HOST:PORT says "
             "what "
             "is in the way";
    case Fault::not_found:
      return "odradek topic ls, odradek group ls and odradek cluster describe say what there is";
    case Fault::invalid:
      return "--help says what a verb takes";
    case Fault::io:
    case Fault::no_space:
    case Fault::no_files:
    case Fault::corrupt:
    case Fault::in_use:
    case Fault::too_large:
    case Fault::conflict:
    case Fault::refused:
      break;
  }
  return nullptr;
}

int command_cluster(const broker::CommandLine& line) {
  auto session = command::Session::open(line.cluster_options);
  Result<> done = session ? Result<>() : Result<>(session.error());
  try {
    if (session) done = line.cluster_action(*session);
  } catch (const std::out_of_range&) {
    // Something that was asked for does not stand in the answer.
    done = Error{Fault::corrupt, "an answer of the broker cannot be understood"};
  }
  std::fflush(stdout);
  if (done) return 0;
  fmt::print(stderr, "odradek: {}\n", done.error().context);
  if (const char* const next = advice(done.error())) fmt::print(stderr, "  {}\n", next);
  return command::exit_code_of(done.error());
}

// Data that is gone when the process ends.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* const place = std::getenv("TMPDIR");
    std::string path = std::string(place ? place : "/tmp") + "/odradek-dev-XXXXXX";
    if (::mkdtemp(path.data())) path_ = path;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Makes what the broker is to begin with, as a client of its own, on a thread of its own; the
// broker is ready after that. Where it fails the broker ends.
class Seeding {
 public:
  Seeding() = default;
  ~Seeding() {
    if (thread_.joinable()) thread_.join();
  }
  Seeding(const Seeding&) = delete;
  Seeding& operator=(const Seeding&) = delete;

  void start(const command::SeedPlan& plan, const std::string& bootstrap,
             std::function<void()> done) {
    thread_ = std::thread([this, &plan, bootstrap, done = std::move(done)] {
      const auto addresses = client::parse_addresses(bootstrap);
      client::Cluster cluster({.bootstrap = *addresses, .client_id = "odradek-seed"});
      const auto seeded = seed(cluster, plan);
      if (seeded) return done();
      spdlog::critical("cannot make what there is to begin with reason=\"{}\"",
                       seeded.error().context);
      has_failed_ = true;
      ::kill(::getpid(), SIGTERM);
    });
  }
  bool has_failed() const { return has_failed_; }

 private:
  static Result<> seed(client::Cluster& cluster, const command::SeedPlan& plan) {
    try {
      return command::seed(cluster, plan);
    } catch (const std::exception& failed) {
      return Error{Fault::corrupt, failed.what()};
    }
  }

  std::thread thread_;
  std::atomic<bool> has_failed_ = false;
};

int run_broker(const broker::CommandLine& line, broker::BrokerConfig& config,
               std::chrono::steady_clock::time_point began) {
  std::optional<TemporaryDirectory> temporary;
  if (line.is_for_development && !config.is_set("log.dirs") && !config.is_set("log.dir")) {
    config.set_data_directory(temporary.emplace().path());
  }
  if (line.exits_with_parent) {
    const pid_t parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return 0;  // it has ended already
  }
  set_up_logging(config.options());
  for (const std::string& warning : line.warnings) spdlog::warn("{}", warning);
  broker::Process process(config);
  process.exit_when_idle_for(line.idle_exit);
  Seeding seeding;
  const auto done = process.run([&](const broker::Process::Started& started) {
    const auto tell = [&line, &config, started, began] {
      if (line.ready_json) print_ready(started, began);
      const std::string& data = config.options().data_directory();
      ::isatty(STDERR_FILENO) != 0
          ? print_banner(started, data, began)
          : spdlog::info("ready bootstrap={} data={}", started.bootstrap, data);
    };
    line.seed.empty() ? tell() : seeding.start(line.seed, started.bootstrap, tell);
  });
  if (!done) {
    fmt::print(stderr, "odradek: {}\n", done.error().context);
    return 1;
  }
  spdlog::info("stopped");
  return seeding.has_failed() ? 1 : 0;
}

// Called as one of Kafka's tools, by a link of its name or as "odradek kafka-topics".
std::optional<int> run_by_name(int argument_count, char** arguments) {
  namespace tools = command::kafka_tools;
  if (argument_count > 0) {
    if (auto done = tools::run(arguments[0], argument_count, arguments)) return done;
  }
  if (argument_count < 2) return std::nullopt;
  return tools::run(arguments[1], argument_count - 1, arguments + 1);
}

int run(int argument_count, char** arguments) {
  using Task = broker::CommandLine::Task;
  const auto began = std::chrono::steady_clock::now();
  if (const auto done = run_by_name(argument_count, arguments)) return *done;
  broker::BrokerConfig config;
  const auto line = broker::read_command_line(argument_count, arguments, environment(), config);
  if (!line) {
    fmt::print(stderr, "odradek: {}\n", line.error().context);
    return 2;
  }
  switch (line->task) {
    case Task::print_and_exit:
      fmt::print("{}", line->output);
      return line->exit_code;
    case Task::command_broker:
      return command_broker(line->broker_command, config.options());
    case Task::command_logs:
      return command_logs(line->log_command, config.options());
    case Task::command_cluster:
      return command_cluster(*line);
    case Task::run:
      break;
  }
  return run_broker(*line, config, began);
}

}  // namespace

int main(int argument_count, char** arguments) {
  try {
    return run(argument_count, arguments);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "odradek: %s\n", failed.what());
    return 1;
  }
}
