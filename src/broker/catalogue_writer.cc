// SPDX-License-Identifier: Apache-2.0
#include "broker/catalogue_writer.h"

#include <utility>

namespace odradek::broker {

void CatalogueWriter::change(Decide decide, Done done) {
  waiting_.push_back({std::move(decide), std::move(done)});
  start_next();
}

void CatalogueWriter::start_next() {
  while (!is_writing_ && !waiting_.empty()) {
    const Change change = std::move(waiting_.front());
    waiting_.pop_front();
    auto records = change.decide(catalogue_.view());
    if (records.empty()) {
      change.done({});
      continue;
    }
    is_writing_ = true;
    pool_.run([&catalogue = catalogue_, expected = catalogue_.view().version(),
               records] { return catalogue.append(expected, records); },
              [this, records, done = change.done](const Result<>& appended) {
                is_writing_ = false;
                if (appended) {
                  catalogue_.apply(records);
                  changed_();
                }
                done(appended);
                start_next();
              });
  }
}

}  // namespace odradek::broker
