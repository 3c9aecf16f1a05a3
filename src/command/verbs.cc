// SPDX-License-Identifier: Apache-2.0
#include "command/verbs.h"

#include <CLI/CLI.hpp>

#include <utility>

namespace odradek::command {

CLI::App* Verbs::add(CLI::App& to, const std::string& name, const std::string& help) {
  CLI::App* const verb = to.add_subcommand(name, help);
  verb->add_option("-b,--bootstrap", options_.bootstrap, "Brokers, as host:port,host:port")
      ->envname("ODRADEK_BOOTSTRAP")
      ->type_name("ADDRESSES")
      ->capture_default_str();
  verb->add_option("-o,--output", options_.output, "table, or json: one object a line")
      ->check(CLI::IsMember({"table", "json"}))
      ->type_name("KIND");
  const auto set_timeout = [this](const int& seconds) {
    options_.timeout = std::chrono::seconds(seconds);
  };
  verb->add_option_function<int>("--timeout", set_timeout, "Seconds that a broker has to answer")
      ->check(CLI::Range(1, 3600))
      ->type_name("SECONDS");
  return verb;
}

CLI::App* Verbs::add_noun(const std::string& name, const std::string& help,
                          const std::string& plural) {
  CLI::App* const noun = app_.add_subcommand(name, help);
  noun->alias(plural);
  noun->require_subcommand(1);
  return noun;
}

void Verbs::on(CLI::App* verb, Action action) {
  verb->callback([this, action = std::move(action)] { chosen_ = action; });
}

}  // namespace odradek::command
