// SPDX-License-Identifier: Apache-2.0
#include "broker/catalogue_writer.h"

#include "base/assert.h"
#include "broker/node.h"

#include <utility>

namespace odradek::broker {

void CatalogueWriter::change(Decide decide, Done done) {
  waiting_.push_back({std::move(decide), std::move(done)});
  start_next();
}

void CatalogueWriter::start_next() {
  if (is_proposed_ || waiting_.empty()) return;
  is_proposed_ = true;
  // Also where there is nothing to write: whoever is refused is refused by the newest version.
  auto records = waiting_.front().decide(node_.view());
  node_.send(node_.cluster().controller,
             Proposal{++number_, node_.view().version(), std::move(records)});
}

void CatalogueWriter::outcome(std::uint64_t number, const Result<>& result) {
  ASSERT(is_proposed_ && number == number_);
  is_proposed_ = false;
  if (result || result.error().fault != Fault::conflict) {
    const Change change = std::move(waiting_.front());
    waiting_.pop_front();
    change.done(result);
  }
  start_next();
}

}  // namespace odradek::broker
