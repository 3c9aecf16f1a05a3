// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "meta/catalogue_log.h"
#include "meta/catalogue_view.h"

#include <memory>
#include <string>

namespace odradek::meta {

// The catalogue's one writer. Thread rule: append() runs wherever the owner likes, one at a time;
// everything else on the owner's thread, and not during append().
class Catalogue {
 public:
  // Brings up the catalogue at `path`, and founds a cluster where there is none yet.
  static Result<std::unique_ptr<Catalogue>> open(log::FileSystem& files, const std::string& path,
                                                 const std::string& cluster_id_of_a_new_one);

  const CatalogueView& view() const { return view_; }

  // A commit in two steps, so that the slow one need not hold up the owner: append() makes the
  // records durable if the catalogue is still at `expected`, else Fault::conflict; after it
  // succeeded apply() brings them into the view.
  Result<> append(std::int64_t expected, const Records& records);
  void apply(const Records& records);

  // Both at once.
  Result<> commit(const Records& records);
  // Makes the file small again where it grew far beyond what it says; not during append().
  Result<> compact_if_large();

 private:
  std::unique_ptr<CatalogueLog> log_;
  CatalogueView view_;
  std::int64_t durable_version_ = 0;
  std::int64_t snapshot_size_ = 0;
};

}  // namespace odradek::meta
