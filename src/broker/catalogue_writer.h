// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "broker/storage_pool.h"
#include "meta/catalogue.h"

#include <deque>
#include <functional>

namespace odradek::broker {

// Changes the catalogue without holding up the loop: one change at a time is made durable on the
// storage pool, the others wait for their turn and then decide by what the catalogue says by then.
class CatalogueWriter {
 public:
  using Changed = std::function<void()>;
  CatalogueWriter(meta::Catalogue& catalogue, StoragePool& pool, Changed changed)
      : catalogue_(catalogue), pool_(pool), changed_(std::move(changed)) {}

  // Called in the order of the changes. `decide` may find that there is nothing to do, and return
  // no records; `done` is told when the change is durable and in the view, or what failed.
  using Decide = std::function<meta::Records(const meta::CatalogueView&)>;
  using Done = std::function<void(const Result<>&)>;
  void change(Decide decide, Done done);

  const meta::CatalogueView& view() const { return catalogue_.view(); }

 private:
  struct Change {
    Decide decide;
    Done done;
  };
  void start_next();

  meta::Catalogue& catalogue_;
  StoragePool& pool_;
  Changed changed_;
  std::deque<Change> waiting_;
  bool is_writing_ = false;
};

}  // namespace odradek::broker
