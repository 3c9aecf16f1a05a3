// SPDX-License-Identifier: Apache-2.0
#include "broker/auto_topic_creation.h"

#include "broker/internal_topics.h"
#include "broker/node.h"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace odradek::broker {
namespace {

constexpr std::size_t most_wanted = 1000;

meta::Records decide(const AutoTopicCreation::Names& names, const meta::CatalogueView& view,
                     const BrokerOptions& options, const Cluster& cluster) {
  meta::Records records;
  meta::CatalogueView ahead = view;  // two of the names may collide with each other
  for (const std::string& name : names) {
    auto created = decide_topic(automatic_topic(name, options, cluster), ahead, options, cluster);
    if (!created.topic) {
      spdlog::debug("does not make a topic topic={} reason=\"{}\"", name, created.message);
      continue;
    }
    ahead.apply(*created.topic);
    records.push_back(std::move(*created.topic));
  }
  return records;
}

}  // namespace

void AutoTopicCreation::make(const Names& names) {
  for (const std::string& name : names) {
    if (wanted_.size() < most_wanted) wanted_.insert(name);
  }
  if (wanted_.empty() || std::exchange(is_making_, true)) return;
  boost::asio::post(node_.loop(), [this] { make_wanted(); });
}

void AutoTopicCreation::make_wanted() {
  const auto names = std::exchange(wanted_, {});
  node_.catalogue().change(
      [this, names](const meta::CatalogueView& view) {
        return decide(names, view, node_.options(), node_.cluster());
      },
      [this](const Result<>& made) {
        if (!made) spdlog::warn("cannot make topics reason=\"{}\"", made.error().context);
        is_making_ = !wanted_.empty();
        if (is_making_) make_wanted();
      });
}

}  // namespace odradek::broker
