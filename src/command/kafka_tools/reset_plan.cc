// SPDX-License-Identifier: Apache-2.0
#include "command/kafka_tools/reset_plan.h"

#include "base/parse_number.h"
#include "base/text.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>

namespace odradek::command::kafka_tools {
namespace {

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char letter : field) text += letter == '"' ? "\"\"" : std::string(1, letter);
  return text + "\"";
}

// The fields of a line; those in quotes may have commas, and quotes twice.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && is_quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[i++];
    } else if (line[i] == '"') {
      is_quoted = !is_quoted;
    } else if (line[i] == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

}  // namespace

std::string as_csv(const ResetPlan& plan, bool tells_groups) {
  std::string text;
  for (const auto& [group, offsets] : plan) {
    for (const auto& [place, offset] : offsets) {
      if (tells_groups) text += quoted(group) + ",";
      text += quoted(place.topic) + "," + std::to_string(place.partition.value) + "," +
              std::to_string(offset.value) + "\n";
    }
  }
  return text;
}

Result<ResetPlan> parse_csv(std::string_view text, const std::vector<std::string>& groups) {
  ResetPlan plan;
  // The first line says of which form all are.
  const bool names_groups =
      groups.size() != 1 || fields_of(text.substr(0, text.find('\n'))).size() != 3;
  while (!text.empty()) {
    const std::string_view line = trim(take_part(text, '\n'));
    if (line.empty()) continue;
    auto fields = fields_of(line);
    if (!names_groups) fields.insert(fields.begin(), groups.front());
    if (fields.size() != 4) {
      return Error{Fault::invalid, "\"" + std::string(line) +
                                       "\" is not topic,partition,offset, nor with a group before"};
    }
    const auto partition = parse_number<std::int32_t>(trim(fields[2]));
    const auto offset = parse_number<std::int64_t>(trim(fields[3]));
    if (!partition || !offset) {
      return Error{Fault::invalid, "\"" + std::string(line) + "\" has no partition and offset"};
    }
    plan[fields[0]][{fields[1], PartitionId{*partition}}] = Offset{*offset};
  }
  return plan;
}

Result<std::chrono::milliseconds> parse_iso_duration(std::string_view text) {
  static const RE2 form(R"(([-+]?)P(?:([-+]?\d+)D)?)"
                        R"((?:T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+(?:\.\d*)?)S)?)?)");
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  std::string sign;
  std::string days;
  std::string hours;
  std::string minutes;
  std::string seconds;
  const bool has_form = RE2::FullMatch(upper, form, &sign, &days, &hours, &minutes, &seconds);
  const bool is_empty = days.empty() && hours.empty() && minutes.empty() && seconds.empty();
  if (!has_form || is_empty || upper.ends_with('T')) {
    return Error{Fault::invalid, "Text cannot be parsed to a Duration: " + std::string(text)};
  }
  const auto number = [](std::string_view digits) {
    if (digits.starts_with('+')) digits.remove_prefix(1);
    return parse_number<double>(digits).value_or(0);
  };
  const double total =
      ((number(days) * 24 + number(hours)) * 60 + number(minutes)) * 60 + number(seconds);
  constexpr double most = 1e12;  // seconds
  if (std::abs(total) > most) {
    return Error{Fault::invalid, "Text cannot be parsed to a Duration: " + std::string(text)};
  }
  const auto milliseconds = static_cast<std::int64_t>(total * 1000);
  return std::chrono::milliseconds(sign == "-" ? -milliseconds : milliseconds);
}

}  // namespace odradek::command::kafka_tools
