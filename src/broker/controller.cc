// SPDX-License-Identifier: Apache-2.0
#include "broker/controller.h"

#include <utility>

namespace odradek::broker {

void Controller::propose(NodeId proposer, Proposal proposal) {
  waiting_.push_back({proposer, std::move(proposal)});
  write_next();
}

void Controller::write_next() {
  if (is_writing_ || waiting_.empty()) return;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  if (next.proposal.records.empty()) {
    const bool is_newest = next.proposal.expected == catalogue_.version();
    answer(next.proposer, next.proposal.number,
           is_newest ? Result<>() : Error{Fault::conflict, "the catalogue has changed"});
    return write_next();
  }
  is_writing_ = true;
  const auto records = std::make_shared<const meta::Records>(std::move(next.proposal.records));
  pool_.run([&catalogue = catalogue_, expected = next.proposal.expected,
             records] { return catalogue.append(expected, *records); },
            [this, proposer = next.proposer, number = next.proposal.number,
             records](const Result<>& result) { written(proposer, number, records, result); });
}

void Controller::written(NodeId proposer, std::uint64_t number,
                         const std::shared_ptr<const meta::Records>& records,
                         const Result<>& result) {
  is_writing_ = false;
  const std::int64_t version = catalogue_.version();
  if (result) {
    for (const Cluster::Member& member : cluster_.members) {
      peers_.send(member.id, {cluster_.controller, version - 1, Commit{version, records}});
    }
  }
  answer(proposer, number, result);
  write_next();
}

void Controller::answer(NodeId proposer, std::uint64_t number, const Result<>& result) {
  peers_.send(proposer,
              {cluster_.controller, catalogue_.version(), ProposalOutcome{number, result}});
}

}  // namespace odradek::broker
