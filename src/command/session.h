// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/properties.h"
#include "base/result.h"
#include "client/cluster.h"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The command line over our own client, against any Kafka. Data goes to standard output, words to
// standard error.
namespace odradek::command {

inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_unreachable = 3;
inline constexpr int exit_not_found = 4;

// How a verb ends that failed.
struct Ending {
  int exit_code = exit_failed;
  const char* advice = nullptr;  // what to type next, where that is often the same thing
};
Ending ending_of(const Error& error);

// What every verb takes.
struct CommonOptions {
  std::string bootstrap = "localhost:9092";
  std::string output = "table";  // or json: a line for each row
  std::string client_id = "odradek";
  client::Milliseconds timeout{10'000};  // for an answer
};

// Rows with the same columns, in the order of the first row's; a value that is missing is empty.
class Table {
 public:
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}
  void add(boost::json::object row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  // Aligned, with a line of names; or one JSON object a line.
  enum class Headings { plain, bold };
  std::string as_text(Headings headings) const;
  std::string as_json() const;

 private:
  std::vector<std::string> columns_;
  std::vector<boost::json::object> rows_;
};

// What a verb works with: a cluster, and where to say what.
class Session {
 public:
  static Result<Session> open(const CommonOptions& options);

  client::Cluster& cluster() { return *cluster_; }
  const CommonOptions& options() const { return options_; }
  bool prints_json() const { return options_.output == "json"; }

  void print(const Table& table) const;
  void print(std::string_view text) const;  // as it is
  // A word about what was done; nothing with JSON, where the data says it.
  void say(const std::string& words) const;

 private:
  explicit Session(CommonOptions options) : options_(std::move(options)) {}

  CommonOptions options_;
  std::unique_ptr<client::Cluster> cluster_;
};

// What a verb, or a tool of Kafka's, does.
using Action = std::function<Result<>(Session&)>;
// Does it in a session of its own, and writes out what it printed. An answer that lacks what was
// asked for is Fault::corrupt.
Result<> run(const CommonOptions& options, const Action& action);

// How far long work is, on one line of standard error that is written over; nothing where that is
// not a terminal.
class Progress {
 public:
  explicit Progress(std::string what, std::optional<std::int64_t> total = {});
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::int64_t done);

 private:
  std::string what_;
  std::optional<std::int64_t> total_;
  bool is_shown_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point last_{};
};

// Ids as "1,2,3".
std::string joined(const std::vector<NodeId>& nodes);
// "name=value" into its two parts; Fault::invalid where there is no '='.
Result<Property> parse_assignment(const std::string& text);

}  // namespace odradek::command
