// SPDX-License-Identifier: Apache-2.0
#include "group/member.h"

#include <algorithm>
#include <set>

namespace odradek::group {

const Protocol* Member::find_protocol(std::string_view name) const {
  const auto found = std::find_if(protocols.begin(), protocols.end(),
                                  [&](const Protocol& each) { return each.name == name; });
  return found == protocols.end() ? nullptr : &*found;
}

bool same_protocols(const std::vector<Protocol>& some, const std::vector<Protocol>& others) {
  return std::equal(some.begin(), some.end(), others.begin(), others.end(),
                    [](const Protocol& one, const Protocol& other) {
                      return one.name == other.name && one.metadata == other.metadata;
                    });
}

std::vector<Protocol> without_repeats(const std::vector<Protocol>& protocols) {
  std::set<std::string_view> seen;
  std::vector<Protocol> kept;
  for (const Protocol& protocol : protocols) {
    if (seen.insert(protocol.name).second) kept.push_back(protocol);
  }
  return kept;
}

std::string make_member_id(std::string_view prefix, const Uuid& fresh_id) {
  // Whatever the client calls itself, its id has to fit into a message.
  constexpr std::size_t longest_prefix = 32767 - 1 - 36;
  return std::string(prefix.substr(0, longest_prefix)) + "-" + fresh_id.to_hex();
}

}  // namespace odradek::group
