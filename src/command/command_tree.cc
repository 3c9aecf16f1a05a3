// SPDX-License-Identifier: Apache-2.0
#include "command/command_tree.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace odradek::command {
namespace {

// CLI11 lists children of a const application through a filter only.
std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* each) { return !each->get_name().empty(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* each) { return !each->get_group().empty(); });
}

using Visit = std::function<void(const std::string& path, const CLI::App& app)>;

// Every verb with the words that lead to it, the application itself first.
void walk(const CLI::App& app, const std::string& path, const Visit& visit) {
  visit(path, app);
  for (const CLI::App* const verb : verbs_of(app)) {
    walk(*verb, path + (path.empty() ? "" : " ") + verb->get_name(), visit);
  }
}

std::string words_after(const CLI::App& app) {
  std::string words;
  for (const CLI::App* const verb : verbs_of(app)) words += verb->get_name() + " ";
  for (const CLI::Option* const option : options_of(app)) {
    for (const auto& name : option->get_lnames()) words += "--" + name + " ";
  }
  if (!words.empty()) words.pop_back();
  return words;
}

// The words before the cursor that are verbs are the key to what may follow.
std::string bash_script(const CLI::App& app) {
  std::string script =
      "# Completes odradek in bash: source <(odradek completion bash)\n"
      "declare -A _odradek_words\n";
  walk(app, "", [&](const std::string& path, const CLI::App& each) {
    script += fmt::format("_odradek_words['{}.']='{}'\n", path, words_after(each));
  });
  script +=
      "_odradek() {\n"
      "  local path='' word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    [ -n \"${_odradek_words[\"${path:+$path }$word.\"]+x}\" ] && path=\"${path:+$path "
      "}$word\"\n"
      "  done\n"
      "  COMPREPLY=($(compgen -W \"${_odradek_words[\"$path.\"]}\" -- "
      "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
      "}\n"
      "complete -o default -F _odradek odradek\n";
  return script;
}

std::string zsh_script(const CLI::App& app) {
  return "# Completes odradek in zsh: source <(odradek completion zsh)\n"
         "autoload -U +X compinit && compinit\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(app);
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return "'" + text + "'";
}

std::string fish_script(const CLI::App& app) {
  std::string script = "# Completes odradek in fish: odradek completion fish | source\n";
  walk(app, "", [&](const std::string& path, const CLI::App& each) {
    std::string when = "__fish_use_subcommand";
    if (!path.empty()) {
      when.clear();
      for (std::string rest = path; !rest.empty();) {
        const auto space = rest.find(' ');
        when += (when.empty() ? "" : "; and ") +
                ("__fish_seen_subcommand_from " + rest.substr(0, space));
        rest = space == std::string::npos ? "" : rest.substr(space + 1);
      }
    }
    for (const CLI::App* const verb : verbs_of(each)) {
      script += fmt::format("complete -c odradek -f -n {} -a {} -d {}\n", quoted(when),
                            verb->get_name(), quoted(verb->get_description()));
    }
    for (const CLI::Option* const option : options_of(each)) {
      for (const auto& name : option->get_lnames()) {
        script += fmt::format("complete -c odradek -n {} -l {} -d {}\n", quoted(when), name,
                              quoted(option->get_description()));
      }
    }
  });
  return script;
}

std::string roff(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("\\-", at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  if (text.starts_with('.') || text.starts_with('\'')) text.insert(0, "\\&");
  return text;
}

std::string option_lines(const CLI::Option& option) {
  std::string name = option.get_name(false, true);
  std::replace(name.begin(), name.end(), ',', ' ');
  return ".TP\n\\fB" + roff(name) + "\\fR\n" + roff(option.get_description()) + "\n";
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  if (shell == "zsh") return zsh_script(app);
  if (shell == "fish") return fish_script(app);
  return bash_script(app);
}

std::string man_page(const CLI::App& app, const std::string& version) {
  std::string page =
      ".TH ODRADEK 1 \"\" \"odradek " + version + "\" \"User Commands\"\n" +
      ".SH NAME\nodradek \\- a broker that Kafka clients cannot tell from Apache "
      "Kafka, and its command line\n.SH SYNOPSIS\n.B odradek\n[\\fIOPTION\\fR]... "
      "[\\fIVERB\\fR [\\fIARGUMENT\\fR]...]\n.SH DESCRIPTION\nWithout a verb it runs "
      "a broker on localhost:9092. With one it works against any Kafka.\n";
  walk(app, "", [&](const std::string& path, const CLI::App& each) {
    page += path.empty() ? std::string(".SH OPTIONS\n") : ".SH \"" + roff(path) + "\"\n";
    if (!path.empty()) page += roff(each.get_description()) + "\n";
    for (const CLI::Option* const option : options_of(each)) page += option_lines(*option);
  });
  page +=
      ".SH \"EXIT STATUS\"\n0 done, 1 failed, 2 wrong usage, 3 no broker answers, 4 what was named "
      "is not there.\n.SH ENVIRONMENT\n.TP\n\\fBODRADEK_BOOTSTRAP\\fR\nThe brokers of verbs that "
      "take \\-\\-bootstrap.\n.TP\n\\fBKAFKA_*\\fR, \\fBKAFKA_CFG_*\\fR\nSettings of the broker, "
      "by "
      "the rule of Kafka's images.\n";
  return page;
}

}  // namespace odradek::command
