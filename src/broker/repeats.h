// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

namespace odradek::broker {

// Which of the things that a request names it names more than once. Counted beforehand: a request
// may name hundreds of thousands. Keys that are views must outlive it.
template <class Key>
class Repeats {
 public:
  void add(const Key& key) { ++counts_[key]; }
  bool has(const Key& key) const {
    const auto found = counts_.find(key);
    return found != counts_.end() && found->second > 1;
  }

 private:
  std::map<Key, int> counts_;
};

}  // namespace odradek::broker
