// SPDX-License-Identifier: Apache-2.0
#include "broker/broker_loggers.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace odradek::broker {

using wire::ErrorCode;

namespace {

struct Level {
  std::string_view name;
  spdlog::level::level_enum level;
};
constexpr std::array levels{
    Level{"TRACE", spdlog::level::trace}, Level{"DEBUG", spdlog::level::debug},
    Level{"INFO", spdlog::level::info},   Level{"WARN", spdlog::level::warn},
    Level{"ERROR", spdlog::level::err},   Level{"FATAL", spdlog::level::critical}};

const Level* find_level(std::string_view name) {
  const auto found = std::find_if(levels.begin(), levels.end(),
                                  [&](const Level& each) { return each.name == name; });
  return found == levels.end() ? nullptr : &*found;
}

ConfigChange check(const ConfigWish& wish) {
  const auto is_edit = wish.operation == wire::ConfigOperation::append ||
                       wish.operation == wire::ConfigOperation::subtract;
  if (is_edit) {
    const std::string name =
        wish.operation == wire::ConfigOperation::append ? "APPEND" : "SUBTRACT";
    return {ErrorCode::invalid_request,
            name + " operation is not allowed for the BROKER_LOGGER resource",
            {}};
  }
  if (wish.name != root_logger) {
    return {ErrorCode::invalid_config, "Logger " + wish.name + " does not exist!", {}};
  }
  if (wish.operation == wire::ConfigOperation::remove) {
    return {
        ErrorCode::invalid_request, "Removing the log level of the root logger is not allowed", {}};
  }
  if (!wish.value) {
    return {ErrorCode::invalid_request, "Null value not supported for : " + wish.name, {}};
  }
  if (find_level(*wish.value)) return {};
  return {ErrorCode::invalid_config,
          "Cannot set the log level of " + wish.name + " to " + *wish.value +
              " as it is not a supported log level. Valid log levels are TRACE, DEBUG, INFO, WARN, "
              "ERROR, FATAL",
          {}};
}

}  // namespace

std::string logger_level() {
  const auto now = spdlog::get_level();
  for (const Level& each : levels) {
    if (each.level == now) return std::string(each.name);
  }
  return "OFF";
}

ConfigChange change_loggers(const std::vector<ConfigWish>& wishes, bool may_apply) {
  for (const ConfigWish& wish : wishes) {
    if (auto bad = check(wish); bad.error != ErrorCode::none) return bad;
  }
  if (!may_apply) return {};
  for (const ConfigWish& wish : wishes) spdlog::set_level(find_level(*wish.value)->level);
  return {};
}

}  // namespace odradek::broker
