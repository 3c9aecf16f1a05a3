// SPDX-License-Identifier: Apache-2.0
#include "command/session.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace odradek::command {
namespace {

std::string cell_text(const boost::json::object& row, const std::string& column) {
  const auto* const value = row.if_contains(column);
  if (!value || value->is_null()) return "-";
  if (value->is_string()) return std::string(value->get_string().c_str());
  return boost::json::serialize(*value);
}

std::string heading(std::string_view column) {
  std::string text;
  for (const char letter : column) {
    text +=
        letter == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return text;
}

}  // namespace

Ending ending_of(const Error& error) {
  switch (error.fault) {
    case Fault::unreachable:
      return {exit_unreachable,
              "is it running there? odradek dev starts one here; odradek doctor -b HOST:PORT says "
              "what is in the way"};
    case Fault::not_found:
      return {exit_not_found,
              "odradek topic ls, odradek group ls and odradek cluster describe say what there is"};
    case Fault::invalid:
      return {exit_usage, "--help says what a verb takes"};
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
  return {exit_failed, nullptr};
}

std::string Table::as_text(Headings headings) const {
  std::vector<std::size_t> widths;
  for (const std::string& column : columns_) {
    std::size_t width = column.size();
    for (const auto& row : rows_) width = std::max(width, cell_text(row, column).size());
    widths.push_back(width);
  }
  std::string text;
  const auto add_line = [&](const auto& cell) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line += fmt::format("{:<{}}  ", cell(columns_[i]), widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  add_line([](const std::string& column) { return heading(column); });
  if (headings == Headings::bold) text = "\033[1m" + text.substr(0, text.size() - 1) + "\033[0m\n";
  for (const auto& row : rows_) {
    add_line([&](const std::string& column) { return cell_text(row, column); });
  }
  return text;
}

std::string Table::as_json() const {
  std::string text;
  for (const auto& row : rows_) text += boost::json::serialize(row) + "\n";
  return text;
}

Result<Session> Session::open(const CommonOptions& options) {
  Session session(options);
  client::ClusterSettings settings;
  TRY(settings.bootstrap, client::parse_addresses(options.bootstrap));
  settings.client_id = options.client_id;
  settings.timeout = options.timeout;
  session.cluster_ = std::make_unique<client::Cluster>(std::move(settings));
  return session;
}

Result<> run(const CommonOptions& options, const Action& action) {
  auto session = Session::open(options);
  if (!session) return session.error();
  Result<> done;
  try {
    done = action(*session);
  } catch (const std::out_of_range&) {
    done = Error{Fault::corrupt, "an answer of the broker lacks what was asked for"};
  }
  std::fflush(stdout);
  return done;
}

void Session::print(const Table& table) const {
  // https://no-color.org
  const bool is_coloured = ::isatty(STDOUT_FILENO) != 0 && !std::getenv("NO_COLOR");
  print(prints_json()
            ? table.as_json()
            : table.as_text(is_coloured ? Table::Headings::bold : Table::Headings::plain));
}

void Session::print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Session::say(const std::string& words) const {
  if (!prints_json()) fmt::print(stderr, "{}\n", words);
}

Progress::Progress(std::string what, std::optional<std::int64_t> total)
    : what_(std::move(what)),
      total_(total),
      is_shown_(::isatty(STDERR_FILENO) != 0),
      began_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (is_shown_ && last_ != std::chrono::steady_clock::time_point{}) fmt::print(stderr, "\r\033[K");
}

void Progress::show(std::int64_t done) {
  using std::chrono::steady_clock;
  constexpr auto interval = std::chrono::milliseconds(100);
  const auto now = steady_clock::now();
  if (!is_shown_ || now - last_ < interval) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  if (total_ && *total_ > 0) {
    constexpr int width = 30;
    const auto filled = static_cast<int>(std::min<std::int64_t>(width, done * width / *total_));
    fmt::print(stderr, "\r\033[K{} [{:=<{}}{:{}}] {}/{} {:.0f}/s", what_, "", filled, "",
               width - filled, done, *total_, rate);
  } else {
    fmt::print(stderr, "\r\033[K{} {} {:.0f}/s", what_, done, rate);
  }
  std::fflush(stderr);
}

std::string joined(const std::vector<NodeId>& nodes) {
  std::string text;
  for (const NodeId node : nodes) text += (text.empty() ? "" : ",") + std::to_string(node.value);
  return text;
}

Result<Property> parse_assignment(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error{Fault::invalid, "\"" + text + "\" is not of the form name=value"};
  }
  return Property{text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace odradek::command
