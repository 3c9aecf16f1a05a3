// SPDX-License-Identifier: Apache-2.0
#include "broker/process.h"

#include "broker/container.h"
#include "broker/listener_check.h"
#include "broker/memory_budgets.h"
#include "broker/stop_signals.h"
#include "meta/catalogue_log.h"
#include "meta/leadership.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

namespace odradek::broker {
namespace {

// Segments and connections are descriptors: take as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Process::Process(BrokerConfig& config)
    : config_(config),
      posix_(
          std::in_place, [this](const Error& error) { on_final_failure(error); },
          page_cache_budget(config.options())),
      files_(*posix_) {}

Result<> Process::run(const Ready& ready) {
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  TRY(open());
  StopSignals signals(seats_.front()->loop);
  TRY(signals.listen([this](int signal) {
    spdlog::info("stopping signal={}", signal);
    stop_loops();
  }));
  TRY(start());
  open_control();
  is_serving_ = true;
  ready(started());
  look_for_idleness();
  run_loops();
  finish_messages();
  idle_timer_.reset();
  control_.reset();
  return close_data();
}

Result<> Process::open() {
  TRY(make_seats());
  describe_cluster();
  return open_data();
}

Result<> Process::start() {
  make_nodes();
  for (const auto& seat : seats_) {
    for (auto& listener : seat->listeners) {
      TRY(listener->listen(*config_.options().socket_listen_backlog_size));
    }
  }
  return {};
}

Result<> Process::begin() {
  TRY(open());
  TRY(start());
  for (const auto& seat : seats_) seat->node->start();
  return {};
}

bool Process::poll() {
  bool any = false;
  for (const auto& seat : seats_) any = seat->loop.poll() > 0 || any;
  return any;
}

void Process::abandon() {
  const bool has_nodes = !seats_.empty() && seats_.back()->node;
  if (!has_nodes) return;
  for (const auto& seat : seats_) seat->node->leave();
  finish_messages();
}

Result<> Process::end() {
  abandon();
  return close_data();
}

Result<> Process::make_seats() {
  for (int number = 0; number < *config_.options().nodes; ++number) {
    auto& seat = *seats_.emplace_back(std::make_unique<Seat>());
    TRY(seat.config, config_.for_node(number));
    TRY(bind(seat));
    TRY(advertise(seat));
  }
  return {};
}

Result<> Process::bind(Seat& seat) {
  const BrokerOptions& options = seat.config->options();
  TRY(check_listeners(options));
  TRY(const auto endpoints, parse_endpoints(*options.listeners));
  const auto& controllers = *options.controller_listener_names;
  for (const Endpoint& endpoint : endpoints) {
    if (std::count(controllers.begin(), controllers.end(), endpoint.name) > 0) continue;
    TRY(check_protocol(endpoint.name, options));
    seat.listeners.push_back(std::make_unique<Listener>(seat.loop, endpoint));
    TRY(seat.listeners.back()->bind());
  }
  if (seat.listeners.empty())
    return Error{Fault::invalid, "listeners names no listener for clients"};
  return {};
}

Result<> Process::advertise(Seat& seat) {
  const auto& text = *seat.config->options().advertised_listeners;
  if (!text) return {};
  TRY(const auto endpoints, parse_endpoints(*text));
  for (const Endpoint& endpoint : endpoints) {
    for (auto& listener : seat.listeners) {
      if (listener->endpoint().name == endpoint.name) listener->advertise(endpoint);
    }
  }
  return {};
}

void Process::describe_cluster() {
  for (const auto& seat : seats_) {
    const BrokerOptions& options = seat->config->options();
    auto& member = cluster_.members.emplace_back();
    member.id = {*options.node_id};
    member.rack = *options.broker_rack;
    for (const auto& listener : seat->listeners) {
      const Endpoint& told = listener->advertised().value_or(listener->endpoint());
      member.addresses.push_back(
          {listener->endpoint().name, told.host, told.port, listener->advertised().has_value()});
    }
  }
  cluster_.controller = cluster_.members.front().id;
  cluster_.gateway = container_gateway();
}

Process::Started Process::started() const {
  std::string bootstrap;
  for (const auto& seat : seats_) {
    const Endpoint& endpoint = seat->listeners.front()->endpoint();
    const bool is_local = endpoint.host.empty() || endpoint.host == "localhost";
    bootstrap += (bootstrap.empty() ? "" : ",") + (is_local ? "127.0.0.1" : endpoint.host) + ":" +
                 std::to_string(endpoint.port);
  }
  return {std::move(bootstrap), cluster_.members.front().id, cluster_.members.size(), recovered_};
}

Result<> Process::open_data() {
  const BrokerOptions& options = config_.options();
  const std::string path = options.data_directory();
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
  TRY(const auto replayed, directory_->replay_journals());
  // What was written before a kill is served, so it is not to be lost any more.
  if (!directory_->was_clean()) {
    TRY(files_.sync_all(path));
  }
  if (replayed.records > 0) {
    spdlog::info("wrote once more what was in the journal records={} bytes={}", replayed.records,
                 replayed.bytes);
  }
  const std::string cluster_id = options.cluster_id->value_or(Uuid::random().to_string());
  TRY(catalogue_, meta::Catalogue::open(files_, directory_->catalogue_path(), cluster_id, view_));
  if (catalogue_->version() < directory_->catalogue_version()) {
    return Error{Fault::corrupt, directory_->catalogue_path() + " is damaged: it ends at version " +
                                     std::to_string(catalogue_->version()) + ", and had reached " +
                                     std::to_string(directory_->catalogue_version()) +
                                     " on the disk"};
  }
  for (const std::string& name : directory_->damaged_files()) {
    spdlog::warn("a checkpoint file is damaged and is made anew file={}/{}", path, name);
  }
  TRY(recover_logs());
  std::vector<NodeId> nodes;
  for (const Cluster::Member& member : cluster_.members) nodes.push_back(member.id);
  TRY(catalogue_->commit(meta::start_cluster(view_, nodes), view_));
  TRY(catalogue_->compact_if_large(view_));
  directory_->set_catalogue_version(catalogue_->version());
  return directory_->write_identity(view_.cluster_id(), view_.directory_id(), cluster_.controller);
}

Result<> Process::recover_logs() {
  if (directory_->was_clean() || view_.topics().empty()) return {};
  spdlog::warn("the last stop was not in order: logs are checked from where they were synced");
  const auto tell = [](const LogRecovery::Progress& progress) {
    spdlog::info("checking logs done={} of={} bytes={}", progress.logs_done, progress.logs,
                 progress.bytes_checked);
  };
  TRY(recovered_, LogRecovery(files_, *directory_).run(view_, tell));
  return directory_->write_recovery_points();
}

void Process::make_nodes() {
  for (const auto& seat : seats_) {
    const bool is_controller = seat == seats_.front();
    seat->node = std::make_unique<Node>(Node::Parts{
        seat->loop, *seat->config, files_, *directory_, cluster_, peers_, cleaner_status_,
        activity_, view_, is_controller ? catalogue_.get() : nullptr, seat->listeners});
    peers_.add(seat->node->id(), seat->loop,
               [node = seat->node.get()](Message message) { node->receive(std::move(message)); });
  }
  view_ = {};  // each node has its own from here on
  const auto leftovers = directory_->leftovers();
  if (!leftovers) return;
  for (const std::string& name : *leftovers) seats_.front()->node->remove_later(name);
}

void Process::open_control() {
  control_.emplace(seats_.front()->loop);
  auto opened = control_->open(ControlSocket::path_in(directory_->path()),
                               [this](const std::string& command, ControlSocket::Reply reply) {
                                 control(command, std::move(reply));
                               });
  if (opened) return;
  // A file system without sockets: everything else works.
  spdlog::warn("nodes cannot be stopped and started, nor the cleaner asked reason=\"{}\"",
               opened.error().context);
  control_.reset();
}

void Process::control(const std::string& command, ControlSocket::Reply reply) {
  if (command == cleaner_status_command) return reply(to_text(cleaner_status_.logs()));
  const auto wish = parse_node_command(command);
  if (!wish) return reply(wish.error());
  if (!cluster_.find(wish->node)) {
    return reply(Error{Fault::not_found, "there is no node " + std::to_string(wish->node.value)});
  }
  spdlog::info("node {} id={}", wish->up ? "start" : "stop", wish->node.value);
  seats_.front()->node->node_switch().ask(wish->node, wish->up,
                                          [reply = std::move(reply)](const Result<>& done) {
                                            if (!done) return reply(done.error());
                                            reply(std::string());
                                          });
}

void Process::look_for_idleness() {
  if (longest_idle_.count() == 0) return;
  constexpr std::chrono::milliseconds often(250);
  if (!idle_timer_) idle_timer_ = std::make_unique<Timer>(seats_.front()->loop);
  idle_timer_->expires_after(std::min<Clock::duration>(longest_idle_, often));
  idle_timer_->async_wait([this](const auto& cancelled) {
    if (cancelled) return;
    if (!activity_.is_idle(longest_idle_)) return look_for_idleness();
    spdlog::info("stopping: no client for seconds={}", longest_idle_.count());
    stop_loops();
  });
}

void Process::run_loops() {
  const auto serve = [](Seat& seat) {
    seat.node->start();
    seat.loop.run();
    seat.node->leave();
  };
  for (const auto& seat : seats_) {
    if (seat != seats_.front()) seat->thread = std::thread(serve, std::ref(*seat));
  }
  serve(*seats_.front());
  for (const auto& seat : seats_) {
    if (seat->thread.joinable()) seat->thread.join();
  }
}

void Process::stop_loops() {
  for (const auto& seat : seats_) seat->loop.stop();
}

// What nodes and the storage pool had sent before everybody left, like a log between two nodes, and
// what follows from it. This thread alone is left.
void Process::finish_messages() {
  for (bool any = true; any;) {
    any = false;
    for (const auto& seat : seats_) {
      seat->node->finish_background_work();
      seat->loop.restart();
      if (seat->loop.poll() > 0) any = true;
    }
  }
}

// Nobody knows what the disk holds now, and it is the only one: the next start finds out. Before
// anybody is served it is an error like any other that keeps us from starting.
void Process::on_final_failure(const Error& error) {
  if (!is_serving_) return;
  spdlog::critical(
      "the data directory has failed, so the broker ends; start it again when the disk is well "
      "reason=\"{}\"",
      error.context);
  spdlog::shutdown();
  std::_Exit(EXIT_FAILURE);
}

Result<> Process::close_data() {
  Result<> outcome;
  for (const auto& seat : seats_) {
    auto closed = seat->node->close_logs();
    if (!closed && outcome) outcome = std::move(closed);
  }
  TRY(directory_->write_recovery_points());
  if (!outcome) return outcome;
  return directory_->mark_clean();
}

}  // namespace odradek::broker
