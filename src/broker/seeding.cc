// SPDX-License-Identifier: Apache-2.0
#include "broker/seeding.h"

#include "client/cluster.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace odradek::broker {
namespace {

Result<> seed(const command::SeedPlan& plan, const std::string& bootstrap) {
  client::ClusterSettings settings{.bootstrap = {}, .client_id = "odradek-seed"};
  TRY(settings.bootstrap, client::parse_addresses(bootstrap));
  client::Cluster cluster(std::move(settings));
  try {
    return command::seed(cluster, plan);
  } catch (const std::out_of_range&) {
    return Error{Fault::corrupt, "an answer lacks what was asked for"};
  }
}

}  // namespace

Seeding::~Seeding() {
  if (thread_.joinable()) thread_.join();
}

void Seeding::start(const command::SeedPlan& plan, const std::string& bootstrap,
                    std::function<void()> done) {
  thread_ = std::thread([this, &plan, bootstrap, done = std::move(done)] {
    const auto seeded = seed(plan, bootstrap);
    if (seeded) return done();
    spdlog::critical("cannot make what there is to begin with reason=\"{}\"",
                     seeded.error().context);
    has_failed_ = true;
    ::kill(::getpid(), SIGTERM);
  });
}

}  // namespace odradek::broker
