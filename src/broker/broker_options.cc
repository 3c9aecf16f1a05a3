// SPDX-License-Identifier: Apache-2.0
#include "broker/broker_options.h"

namespace odradek::broker {

BrokerOptions::BrokerOptions() {
  for (const KnownOption::Row& row : kafka_settings()) others.emplace_back(*this, row);
}

OptionBase* BrokerOptions::find_option(std::string_view name) const {
  if (OptionBase* const own = find(name)) return own;
  for (OptionBase* const option : topic_defaults.options()) {
    if (!name.empty() && option->about().broker_name == name) return option;
  }
  return nullptr;
}

std::vector<std::string_view> BrokerOptions::names() const {
  std::vector<std::string_view> names;
  for (const OptionBase* option : options()) names.push_back(option->about().name);
  for (const OptionBase* option : topic_defaults.options()) {
    if (!option->about().broker_name.empty()) names.push_back(option->about().broker_name);
  }
  return names;
}

}  // namespace odradek::broker
