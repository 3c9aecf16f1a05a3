// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "meta/catalogue_log.h"
#include "meta/catalogue_view.h"

#include <memory>
#include <string>

namespace odradek::meta {

// The catalogue's one writer: the file, and the version it has reached. Views of it are held by the
// nodes, which learn of commits in their order. Used by one thread at a time.
class Catalogue {
 public:
  // Brings up the catalogue at `path`, and founds a cluster where there is none yet. `view` becomes
  // what it says.
  static Result<std::unique_ptr<Catalogue>> open(log::FileSystem& files, const std::string& path,
                                                 const std::string& cluster_id_of_a_new_one,
                                                 CatalogueView& view);

  std::int64_t version() const { return version_; }

  // Makes the records durable if the catalogue is still at `expected`, else Fault::conflict.
  Result<> append(std::int64_t expected, const Records& records);

  // The same at the newest version, and brings the records into `view`.
  Result<> commit(const Records& records, CatalogueView& view);
  // Makes the file small again where it grew far beyond what it says, which is `view`.
  Result<> compact_if_large(const CatalogueView& view);

 private:
  std::unique_ptr<CatalogueLog> log_;
  std::int64_t version_ = 0;
  std::int64_t snapshot_size_ = 0;
};

}  // namespace odradek::meta
