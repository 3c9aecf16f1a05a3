// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meta/catalogue_view.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace odradek::meta {

// What brokers and clients agree on by a level (KIP-584).
struct Feature {
  std::string_view name;
  std::int16_t least = 0;
  std::int16_t most = 0;
  std::int16_t initial = 0;
};

// The metadata version is that of Kafka 4.3: tools take it for the age of a cluster. Transactions
// are served in both generations (KIP-98, KIP-890).
inline constexpr std::array features{Feature{"metadata.version", 7, 30, 30},
                                     Feature{"transaction.version", 0, 2, 2}};

constexpr const Feature* find_feature(std::string_view name) {
  for (const Feature& each : features) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

// The level that clients may use now; 0 is none.
inline std::int16_t level_of(const Feature& feature, const CatalogueView& view) {
  return view.feature_level(feature.name).value_or(feature.initial);
}

}  // namespace odradek::meta
