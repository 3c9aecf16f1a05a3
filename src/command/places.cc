// SPDX-License-Identifier: Apache-2.0
#include "command/places.h"

#include "base/clock.h"
#include "base/parse_number.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace odradek::command {

using client::Offsets;

namespace {

constexpr std::int64_t ms_per_second = 1000;

// "10m" as milliseconds; empty where it is something else.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<char, std::int64_t>, 4> units{
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  if (text.empty()) return std::nullopt;
  for (const auto& [unit, seconds] : units) {
    if (text.back() != unit) continue;
    const auto count = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
    constexpr std::int64_t most = 1'000'000'000;
    if (!count || *count < 0 || *count > most) return std::nullopt;
    return *count * seconds * ms_per_second;
  }
  return std::nullopt;
}

// "+02:00" or "-0530" as milliseconds.
std::optional<std::int64_t> parse_zone(std::string_view text) {
  std::string digits(text.substr(1));
  std::erase(digits, ':');
  const auto number = parse_number<std::int64_t>(digits);
  if (!number || digits.size() != 4) return std::nullopt;
  const std::int64_t minutes = *number / 100 * 60 + *number % 100;
  return (text.front() == '-' ? -minutes : minutes) * 60 * ms_per_second;
}

// "2026-11-29", "2026-11-29T12:30", "2026-11-29T12:30:00" or with ".250", in UTC where no zone is
// behind it.
std::optional<Timestamp> parse_date(std::string_view text) {
  std::string date(text.ends_with('Z') ? text.substr(0, text.size() - 1) : text);
  std::int64_t milliseconds = 0;
  if (const auto zone = date.find_first_of("+-", std::min(date.find('T'), date.size()));
      zone != std::string::npos) {
    const auto ahead = parse_zone(std::string_view(date).substr(zone));
    if (!ahead) return std::nullopt;
    milliseconds = -*ahead;
    date.resize(zone);
  }
  if (const auto dot = date.find('.'); dot != std::string::npos) {
    std::string fraction = date.substr(dot + 1);
    fraction.resize(3, '0');
    const auto parsed = parse_number<std::int64_t>(fraction);
    if (!parsed) return std::nullopt;
    milliseconds += *parsed;
    date.resize(dot);
  }
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    std::tm fields{};
    const char* const end = ::strptime(date.c_str(), format, &fields);
    if (end && *end == '\0') {
      return Timestamp{std::int64_t{::timegm(&fields)} * ms_per_second + milliseconds};
    }
  }
  return std::nullopt;
}

Error wrong_place(const std::string& text) {
  return {Fault::invalid, "\"" + text +
                              "\" is not a place: start, end, an offset, -N (before the end), or "
                              "@TIME, as @2026-11-29T12:30:00, @1700000000000 or @-10m"};
}

}  // namespace

Result<Timestamp> parse_time(std::string_view text, Timestamp now) {
  if (text.starts_with('-')) {
    if (const auto ago = parse_duration(text.substr(1))) return Timestamp{now.value - *ago};
  } else if (const auto milliseconds = parse_number<std::int64_t>(text)) {
    return Timestamp{*milliseconds};
  } else if (const auto date = parse_date(text)) {
    return *date;
  }
  return Error{Fault::invalid, "\"" + std::string(text) + "\" is not a time"};
}

Result<> check_place(const std::string& text) {
  if (text == "start" || text == "end" || parse_number<std::int64_t>(text)) return {};
  const bool is_time = text.starts_with('@') && parse_time(text.substr(1), Timestamp{0});
  return is_time ? Result<>() : wrong_place(text);
}

Result<Offsets> places(client::Cluster& cluster,
                       const std::vector<client::TopicPartition>& partitions,
                       const std::string& text, client::IsolationLevel isolation) {
  TRY(check_place(text));
  TRY(const Offsets starts, offsets_at(cluster, partitions, client::earliest));
  TRY(const Offsets ends, offsets_at(cluster, partitions, client::latest, isolation));
  if (text == "start") return starts;
  if (text == "end") return ends;
  Offsets chosen;
  if (text.starts_with('@')) {
    TRY(const Timestamp time, parse_time(std::string_view(text).substr(1), Clock::wall_time()));
    TRY(chosen, offsets_at(cluster, partitions, time, isolation));
  }
  const auto number = parse_number<std::int64_t>(text);
  for (const auto& [place, end] : ends) {
    if (number) {
      const std::int64_t from_end = std::max(*number, -end.value);
      chosen[place] = *number < 0 ? end + from_end : Offset{*number};
    }
    if (!chosen.contains(place)) chosen[place] = end;  // nothing is that young
    chosen[place] = std::clamp(chosen[place], starts.at(place), std::max(end, starts.at(place)));
  }
  return chosen;
}

}  // namespace odradek::command
