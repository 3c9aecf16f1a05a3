// SPDX-License-Identifier: Apache-2.0
#include "broker/handlers/handlers.h"
#include "broker/node.h"
#include "meta/features.h"

#include <memory>

// UpdateFeatures: which levels clients may use. Kafka: FeatureControlManager.updateFeatures.
namespace odradek::broker {

using wire::ErrorCode;
using wire::UpdateFeaturesRequest;
using wire::UpdateFeaturesResponse;

namespace {

using FeatureUpdateKey = UpdateFeaturesRequest::FeatureUpdateKey;

enum class Upgrade : std::int8_t { unknown = 0, upgrade = 1, safe = 2, unsafe = 3 };

constexpr wire::Version first_with_kinds = 1;
constexpr wire::Version first_without_results = 2;

Upgrade kind_of(const FeatureUpdateKey& wish, wire::Version version) {
  if (version < first_with_kinds) return wish.allow_downgrade ? Upgrade::safe : Upgrade::upgrade;
  const auto kind = static_cast<Upgrade>(wish.upgrade_type);
  return kind >= Upgrade::upgrade && kind <= Upgrade::unsafe ? kind : Upgrade::unknown;
}

std::string not_supported(const meta::Feature* feature, NodeId node) {
  const std::string who = "Local controller " + std::to_string(node.value);
  if (!feature) return who + " does not support this feature.";
  return who + " only supports versions " + std::to_string(feature->least) + "-" +
         std::to_string(feature->most);
}

// Empty where the wish can be fulfilled.
std::string fault_of(const FeatureUpdateKey& wish, Upgrade kind, const meta::CatalogueView& view,
                     NodeId node) {
  if (kind == Upgrade::unknown) return "The controller does not support the given upgrade type.";
  if (wish.max_version_level < 0) return "A feature version cannot be less than 0.";
  const meta::Feature* const feature = meta::find_feature(wish.feature);
  const bool is_supported = feature && wish.max_version_level >= feature->least &&
                            wish.max_version_level <= feature->most;
  if (!is_supported) return not_supported(feature, node);
  const std::int16_t now = meta::level_of(*feature, view);
  if (wish.max_version_level < now && kind == Upgrade::upgrade) {
    return "Can't downgrade the version of this feature without setting the upgrade type to either "
           "safe or unsafe downgrade.";
  }
  if (wish.max_version_level > now && kind != Upgrade::upgrade) {
    return "Can't downgrade to a newer version.";
  }
  return {};
}

void refuse(UpdateFeaturesResponse& response, const FeatureUpdateKey& wish,
            const std::string& fault) {
  response.error_code = ErrorCode::invalid_update_version;
  response.error_message =
      "The update failed for all features since the following feature had an error: Invalid update "
      "version " +
      std::to_string(wish.max_version_level) + " for feature " + wish.feature + ". " + fault;
}

// All of it or nothing.
meta::Records decide(const UpdateFeaturesRequest& request, wire::Version version,
                     const meta::CatalogueView& view, const Node& node,
                     UpdateFeaturesResponse& response) {
  response = {};  // of an earlier decision
  meta::Records records;
  for (const FeatureUpdateKey& wish : request.feature_updates) {
    const auto fault = fault_of(wish, kind_of(wish, version), view, node.cluster().controller);
    if (!fault.empty()) {
      response.results.clear();
      refuse(response, wish, fault);
      return {};
    }
    records.push_back(meta::FeatureRecord{wish.feature, wish.max_version_level});
    if (version < first_without_results) {
      response.results.push_back({wish.feature, ErrorCode::none, "NONE"});  // Kafka's words
    }
  }
  return records;
}

}  // namespace

void handle(const UpdateFeaturesRequest& request, const ExchangePtr& exchange) {
  const auto response = std::make_shared<UpdateFeaturesResponse>();  // of the two steps below
  Node& node = exchange->node();
  if (request.validate_only) {
    decide(request, exchange->version(), node.view(), node, *response);
    return answer<UpdateFeaturesRequest>(*exchange, *response);
  }
  node.catalogue().change(
      [request, exchange, response](const meta::CatalogueView& view) {
        return decide(request, exchange->version(), view, exchange->node(), *response);
      },
      [exchange, response](const Result<>& changed) {
        if (!changed && response->error_code == ErrorCode::none) {
          response->error_code = ErrorCode::feature_update_failed;
          response->error_message = changed.error().context;
        }
        answer<UpdateFeaturesRequest>(*exchange, *response);
      });
}

}  // namespace odradek::broker
