// SPDX-License-Identifier: Apache-2.0
#include "meta/catalogue.h"

namespace odradek::meta {
namespace {

// The file is replaced by a snapshot once it has this size and is this many times the last one's.
constexpr std::int64_t smallest_to_compact = 1 << 20;
constexpr std::int64_t growth_before_compaction = 4;

}  // namespace

Result<std::unique_ptr<Catalogue>> Catalogue::open(log::FileSystem& files, const std::string& path,
                                                   const std::string& cluster_id) {
  auto catalogue = std::make_unique<Catalogue>();
  TRY(catalogue->log_,
      CatalogueLog::open(files, path, [&](std::int64_t version, const Records& records) {
        catalogue->durable_version_ = version;
        catalogue->apply(records);
      }));
  if (catalogue->view_.cluster_id().empty()) {
    TRY(catalogue->commit({ClusterRecord{cluster_id, Uuid::random()}}));
  }
  return catalogue;
}

Result<> Catalogue::append(std::int64_t expected, const Records& records) {
  if (expected != durable_version_) return Error{Fault::conflict, "the catalogue has changed"};
  TRY(log_->append(durable_version_ + 1, records));
  ++durable_version_;
  return {};
}

void Catalogue::apply(const Records& records) {
  for (const Record& record : records) view_.apply(record);
  view_.set_version(durable_version_);
}

Result<> Catalogue::commit(const Records& records) {
  TRY(append(durable_version_, records));
  apply(records);
  return {};
}

Result<> Catalogue::compact_if_large() {
  const std::int64_t size = log_->size();
  if (size < smallest_to_compact || size < snapshot_size_ * growth_before_compaction) return {};
  TRY(log_->replace(durable_version_, view_.snapshot()));
  snapshot_size_ = log_->size();
  return {};
}

}  // namespace odradek::meta
