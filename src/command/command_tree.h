// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

#include <string>

// What is made of the declarations of the command line, so that it is never out of date.
namespace odradek::command {

// A script that completes verbs and options in "bash", "zsh" or "fish".
std::string completion_script(const CLI::App& app, const std::string& shell);

// A man page, in roff.
std::string man_page(const CLI::App& app, const std::string& version);

}  // namespace odradek::command
