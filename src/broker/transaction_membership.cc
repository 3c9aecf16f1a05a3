// SPDX-License-Identifier: Apache-2.0
#include "broker/transaction_membership.h"

#include "base/utf16.h"
#include "broker/internal_topics.h"
#include "broker/node.h"

#include <utility>

namespace odradek::broker {

using wire::ErrorCode;

namespace {

ErrorCode error_for(MembershipSupport support, ErrorCode error) {
  if (error == ErrorCode::producer_fenced) return ErrorCode::invalid_producer_epoch;
  const bool is_unknown = support == MembershipSupport::old_errors;
  if (error == ErrorCode::transaction_abortable && is_unknown) return ErrorCode::invalid_txn_state;
  return error;
}

NodeId coordinator_of(const meta::CatalogueView& view, std::string_view transactional_id) {
  const auto topic = view.find(transaction_state);
  if (!topic) return none_of<NodeId>;
  const auto count = static_cast<std::int32_t>(topic->partitions.size());
  const auto index = static_cast<std::size_t>(java_partition(transactional_id, count));
  return view.leader_of(topic->partitions[index]);
}

}  // namespace

MembershipSupport support_in(wire::Version version, wire::Version first_with_abortable_error,
                             wire::Version first_that_adds) {
  if (version >= first_that_adds) return MembershipSupport::adds;
  return version >= first_with_abortable_error ? MembershipSupport::abortable_error
                                               : MembershipSupport::old_errors;
}

void TransactionMemberships::ask(TransactionMembership membership, MembershipSupport support,
                                 Told told) {
  auto translate = [support, told = std::move(told)](std::vector<ErrorCode> errors) {
    for (ErrorCode& error : errors) error = error_for(support, error);
    told(errors);
  };
  const NodeId coordinator = coordinator_of(node_.view(), membership.transactional_id);
  if (coordinator == none_of<NodeId>) {
    return translate({membership.partitions.size(), ErrorCode::coordinator_not_available});
  }
  if (coordinator == node_.id()) {
    return node_.transactions().answer(std::move(membership), std::move(translate));
  }
  under_way_.emplace(++last_, std::move(translate));
  node_.send(coordinator, MembershipRequest{last_, std::move(membership)});
}

void TransactionMemberships::receive(const MembershipResponse& response) {
  under_way_.extract(response.number).mapped()(response.errors);
}

}  // namespace odradek::broker
