// SPDX-License-Identifier: Apache-2.0
#include "base/breakage.h"

#include <array>
#include <cstdlib>
#include <string_view>

namespace odradek {
namespace {

constexpr std::array<std::string_view, 8> names{
    "lost_append", "double_append", "reordered_appends", "forgotten_commit",
    "shown_abort", "shown_open",    "torn_marker",       "early_offsets"};
constexpr int every = 53;

std::string_view wanted() {
  static const char* const name = std::getenv("ODRADEK_BREAK");
  return name ? name : "";
}

}  // namespace

bool is_broken(Breakage breakage) { return wanted() == names[static_cast<std::size_t>(breakage)]; }

bool breaks_now(Breakage breakage) {
  thread_local int count = 0;
  return is_broken(breakage) && ++count % every == 0;
}

}  // namespace odradek
