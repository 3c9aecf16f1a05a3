// SPDX-License-Identifier: Apache-2.0
// Brokers that live through a simulated life each, from their seeds.
#include "sim/world.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>

namespace {

using odradek::sim::World;

struct Options {
  std::uint64_t seeds = 20;
  std::uint64_t first = 1;
  std::optional<std::uint64_t> seed;
  bool says_all = false;
  bool logs = false;
};

std::string told(const World& world) {
  const auto& model = world.model();
  std::string text =
      fmt::format("{} records, {} transactions, {} of {} compacted away", model.records(),
                  model.transactions(), model.compacted_away(), model.keyed());
  for (const auto& [event, count] : world.events()) text += fmt::format(", {} x {}", count, event);
  return text;
}

// What its clients have seen, as a number; none where something did not hold.
std::optional<std::uint64_t> live(std::uint64_t seed, bool says_all) {
  World world(seed);
  const bool is_well = world.run();
  if (says_all || !is_well) fmt::print("seed {}: {}\n", seed, told(world));
  if (is_well) return world.model().fingerprint();
  constexpr std::size_t most = 10;
  const auto& problems = world.model().problems();
  for (std::size_t i = 0; i < std::min(most, problems.size()); ++i)
    fmt::print("  {}\n", problems[i]);
  fmt::print("again: ./dev sim --seed {}\n", seed);
  return std::nullopt;
}

int run(const Options& options) {
  if (options.seed) return live(*options.seed, true) ? 0 : 1;
  const auto one = live(options.first, options.says_all);
  if (!one) return 1;
  if (live(options.first, false) != one) {
    fmt::print("seed {} was another life the second time\n", options.first);
    return 1;
  }
  for (std::uint64_t seed = options.first + 1; seed < options.first + options.seeds; ++seed) {
    if (!live(seed, options.says_all)) return 1;
    if ((seed - options.first) % 50 == 49) {
      fmt::print("{} of {} seeds\n", seed - options.first + 1, options.seeds);
      std::fflush(stdout);
    }
  }
  fmt::print("{} seeds, all well\n", options.seeds);
  return 0;
}

}  // namespace

int main(int argument_count, char** arguments) {
  Options options;
  CLI::App app("Whole brokers with model clients on a disk, a network and in a time of their own");
  app.add_option("--seeds", options.seeds, "How many lives")->capture_default_str();
  app.add_option("--first", options.first, "The first of them")->capture_default_str();
  app.add_option("--seed", options.seed, "This one alone, and what happened in it");
  app.add_flag("--verbose", options.says_all, "What happened in each");
  app.add_flag("--log", options.logs, "What the broker logs, and what befalls it when");
  CLI11_PARSE(app, argument_count, arguments);
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_level(options.logs ? spdlog::level::debug : spdlog::level::off);
  return run(options);
}
