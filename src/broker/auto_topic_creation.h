// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace odradek::broker {

class Node;

// Makes topics because somebody asked for them, who is not told: as he has to ask again, he finds
// them then. It begins when the answer to him has left: whoever is quicker elsewhere must not hear
// of them before. Kafka: AutoTopicCreationManager.
class AutoTopicCreation {
 public:
  using Names = std::set<std::string>;

  explicit AutoTopicCreation(Node& node) : node_(node) {}

  // Legal names of topics that the view does not have. What is too much at once is left out, until
  // somebody asks again.
  void make(const Names& names);

 private:
  void make_wanted();

  Node& node_;
  Names wanted_;  // next, when those that are being made are there
  bool is_making_ = false;
};

}  // namespace odradek::broker
