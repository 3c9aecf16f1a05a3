// SPDX-License-Identifier: Apache-2.0
#include "broker/disk_space.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace odradek::broker {
namespace {

using namespace std::chrono_literals;

// Others write to the disk too, so it is looked at after this time even where we write little.
constexpr auto look_interval = 100ms;
// Of the reserve: as much is taken between two looks.
constexpr std::int64_t parts_of_reserve = 16;

}  // namespace

DiskSpace::DiskSpace(log::FileSystem& files, std::string path, std::int64_t reserve)
    : files_(files), path_(std::move(path)), configured_reserve_(reserve) {}

bool DiskSpace::has_room(std::size_t bytes, TimePoint now) {
  until_next_look_ -= static_cast<std::int64_t>(bytes);
  if (until_next_look_ < 0 || now >= next_look_) look(now);
  return has_room_;
}

void DiskSpace::look(TimePoint now) {
  next_look_ = now + look_interval;
  const auto space = files_.space(path_);
  if (!space) return;  // what is written will tell
  const std::int64_t reserve =
      configured_reserve_ >= 0 ? configured_reserve_ : std::min(space->total / 16, most_by_default);
  until_next_look_ = std::max<std::int64_t>(reserve / parts_of_reserve, 1 << 16);
  const bool had_room = std::exchange(has_room_, space->free >= reserve);
  if (had_room && !has_room_) {
    spdlog::error(
        "the disk is almost full, so records of producers are refused; offsets and transactions "
        "still have what is reserved free={} reserve={} path={}",
        space->free, reserve, path_);
  }
  if (!had_room && has_room_) spdlog::info("the disk has room again free={}", space->free);
}

}  // namespace odradek::broker
