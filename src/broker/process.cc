// SPDX-License-Identifier: Apache-2.0
#include "broker/process.h"

#include "meta/catalogue_log.h"

#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

namespace odradek::broker {
namespace {

// "NAME:PROTOCOL,..." as a protocol for a name; a name that is not there stands for itself.
std::string protocol_of(std::string_view map, const std::string& name) {
  while (!map.empty()) {
    const auto comma = map.find(',');
    const std::string_view entry = map.substr(0, comma);
    const auto colon = entry.find(':');
    if (entry.substr(0, colon) == name && colon != std::string_view::npos) {
      return std::string(entry.substr(colon + 1));
    }
    map = comma == std::string_view::npos ? std::string_view{} : map.substr(comma + 1);
  }
  return name;
}

// Segments and connections are descriptors: take as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string data_path(const BrokerOptions& options) {
  return options.log_dirs->value_or(*options.log_dir);
}

}  // namespace

Result<> Process::run(const Ready& ready) {
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  TRY(bind());
  TRY(advertise());
  TRY(open_data());
  node_ = std::make_unique<Node>(
      Node::Parts{loop_, config_, files_, *directory_, *catalogue_, listeners_});
  boost::asio::signal_set signals(loop_, SIGINT, SIGTERM);
  signals.async_wait([this](const auto& cancelled, int signal) {
    if (cancelled) return;
    spdlog::info("stopping signal={}", signal);
    loop_.stop();
  });
  for (auto& listener : listeners_) {
    TRY(listener->listen(*config_.options().socket_listen_backlog_size));
  }
  node_->start();
  ready(listeners_.front()->endpoint());
  loop_.run();
  signals.cancel();
  return node_->stop();
}

Result<> Process::bind() {
  const BrokerOptions& options = config_.options();
  TRY(const auto endpoints, parse_endpoints(*options.listeners));
  const auto& controllers = *options.controller_listener_names;
  for (const Endpoint& endpoint : endpoints) {
    if (std::count(controllers.begin(), controllers.end(), endpoint.name) > 0) continue;
    const auto protocol = protocol_of(*options.listener_security_protocol_map, endpoint.name);
    if (protocol != "PLAINTEXT") {
      return Error{Fault::invalid, "listener " + endpoint.name + " wants " + protocol +
                                       ": only PLAINTEXT is served so far"};
    }
    listeners_.push_back(std::make_unique<Listener>(loop_, endpoint));
    TRY(listeners_.back()->bind());
  }
  if (listeners_.empty()) return Error{Fault::invalid, "listeners names no listener for clients"};
  return {};
}

Result<> Process::advertise() {
  const auto& text = *config_.options().advertised_listeners;
  if (!text) return {};
  TRY(const auto endpoints, parse_endpoints(*text));
  for (const Endpoint& endpoint : endpoints) {
    for (auto& listener : listeners_) {
      if (listener->endpoint().name == endpoint.name) listener->advertise(endpoint);
    }
  }
  return {};
}

Result<> Process::open_data() {
  const BrokerOptions& options = config_.options();
  const std::string path = data_path(options);
  if (path.find(',') != std::string::npos) {
    return Error{Fault::invalid, "log.dirs names several directories: one is served"};
  }
  TRY(meta::CatalogueLog::probe(files_, log::DataDirectory::catalogue_path(path)));
  // Kafka's own directory has no catalogue of ours: its topics would be taken for leftovers.
  const bool is_foreign = files_.exists(path + "/meta.properties") &&
                          !files_.exists(log::DataDirectory::catalogue_path(path));
  if (is_foreign) {
    return Error{Fault::invalid, "data directory " + path +
                                     " is another broker's: it has a meta.properties and no "
                                     "catalogue.log; choose another one with --data"};
  }
  TRY(directory_, log::DataDirectory::open(files_, path));
  const std::string cluster_id = options.cluster_id->value_or(Uuid::random().to_string());
  TRY(catalogue_, meta::Catalogue::open(files_, directory_->catalogue_path(), cluster_id));
  if (!directory_->was_clean() && !catalogue_->view().topics().empty()) {
    spdlog::warn("the last stop was not in order: each log is checked when it is first used");
  }
  const NodeId node{*options.node_id};
  TRY(catalogue_->commit({meta::NodeStartedRecord{node}}));
  TRY(catalogue_->compact_if_large());
  const auto& view = catalogue_->view();
  return directory_->write_identity(view.cluster_id(), view.directory_id(), node);
}

}  // namespace odradek::broker
