// SPDX-License-Identifier: Apache-2.0
#include "meta/topic_name.h"

#include <algorithm>

namespace odradek::meta {
namespace {

bool is_legal(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
}

}  // namespace

std::optional<std::string> topic_name_fault(std::string_view name) {
  if (name.empty()) return "Topic name is invalid: the empty string is not allowed";
  if (name == "." || name == "..") return "Topic name is invalid: '.' or '..' is not allowed";
  if (name.size() > max_topic_name) {
    return "Topic name is invalid: the length is longer than the max allowed length " +
           std::to_string(max_topic_name);
  }
  if (!std::all_of(name.begin(), name.end(), is_legal)) {
    return "Topic name is invalid: '" + std::string(name) +
           "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
  }
  return std::nullopt;
}

bool is_internal_topic(std::string_view name) {
  return name == "__consumer_offsets" || name == "__transaction_state" ||
         name == "__share_group_state";
}

std::string collision_key(std::string_view name) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '.', '_');
  return key;
}

}  // namespace odradek::meta
