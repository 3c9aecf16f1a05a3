// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command/session.h"

#include <CLI/App.hpp>

#include <memory>
#include <string>

namespace odradek::command {

// Collects what the command line asks for: each verb declares itself on the application, and
// whichever is named there sets what is to be done.
class Verbs {
 public:
  explicit Verbs(CLI::App& app) : app_(app) {}

  CLI::App& app() { return app_; }
  // A verb with the options that all have. `plural` may be said as well.
  CLI::App* add(CLI::App& to, const std::string& name, const std::string& help);
  // A noun: it has verbs, and one of them must be named.
  CLI::App* add_noun(const std::string& name, const std::string& help, const std::string& plural);
  // What the verb does, with what its options were bound to.
  void on(CLI::App* verb, Action action);

  const CommonOptions& options() const { return options_; }
  const Action& chosen() const { return chosen_; }

 private:
  CLI::App& app_;
  CommonOptions options_;
  Action chosen_;
};

// A noun whose verbs share their arguments.
template <class Arguments>
class Noun {
 public:
  Noun(Verbs& verbs, const std::string& name, const std::string& help, const std::string& plural)
      : verbs_(verbs), noun_(*verbs.add_noun(name, help, plural)) {}

  CLI::App* add(const std::string& name, const std::string& help,
                Result<> (*act)(Session&, const Arguments&)) {
    CLI::App* const verb = verbs_.add(noun_, name, help);
    verbs_.on(verb,
              [arguments = arguments_, act](Session& session) { return act(session, *arguments); });
    return verb;
  }
  // What options are bound to; lives as long as the actions.
  Arguments* operator->() const { return arguments_.get(); }

 private:
  Verbs& verbs_;
  CLI::App& noun_;
  std::shared_ptr<Arguments> arguments_ = std::make_shared<Arguments>();
};

// One for each noun or verb, in the file of its name.
void add_topic(Verbs& verbs);
void add_produce(Verbs& verbs);
void add_consume(Verbs& verbs);
void add_group(Verbs& verbs);
void add_config(Verbs& verbs);
void add_transaction(Verbs& verbs);
void add_cluster(Verbs& verbs);
void add_health(Verbs& verbs);
void add_doctor(Verbs& verbs);
void add_export(Verbs& verbs);
void add_perf(Verbs& verbs);

}  // namespace odradek::command
