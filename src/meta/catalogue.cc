// SPDX-License-Identifier: Apache-2.0
#include "meta/catalogue.h"

namespace odradek::meta {
namespace {

// The file is replaced by a snapshot once it has this size and is this many times the last one's.
constexpr std::int64_t smallest_to_compact = 1 << 20;
constexpr std::int64_t growth_before_compaction = 4;

}  // namespace

Result<std::unique_ptr<Catalogue>> Catalogue::open(log::FileSystem& files, const std::string& path,
                                                   const std::string& cluster_id,
                                                   CatalogueView& view) {
  auto catalogue = std::make_unique<Catalogue>();
  TRY(catalogue->log_,
      CatalogueLog::open(files, path, [&](std::int64_t version, const Records& records) {
        catalogue->version_ = version;
        view.apply(version, records);
      }));
  if (view.cluster_id().empty()) {
    TRY(catalogue->commit({ClusterRecord{cluster_id, Uuid::random()}}, view));
  }
  return catalogue;
}

Result<> Catalogue::append(std::int64_t expected, const Records& records) {
  if (expected != version_) return Error{Fault::conflict, "the catalogue has changed"};
  TRY(log_->append(version_ + 1, records));
  ++version_;
  return {};
}

Result<> Catalogue::commit(const Records& records, CatalogueView& view) {
  TRY(append(version_, records));
  view.apply(version_, records);
  return {};
}

Result<> Catalogue::compact_if_large(const CatalogueView& view) {
  const std::int64_t size = log_->size();
  if (size < smallest_to_compact || size < snapshot_size_ * growth_before_compaction) return {};
  TRY(log_->replace(version_, view.snapshot()));
  snapshot_size_ = log_->size();
  return {};
}

}  // namespace odradek::meta
