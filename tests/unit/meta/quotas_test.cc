// SPDX-License-Identifier: Apache-2.0
#include "meta/quotas.h"

#include <gtest/gtest.h>

namespace odradek::meta {
namespace {

using Name = std::optional<std::string>;

QuotaEntity of_user(Name name) { return {{{"user", std::move(name)}}}; }
QuotaEntity of_client_id(Name name) { return {{{"client-id", std::move(name)}}}; }
QuotaEntity of_both(Name user, Name client_id) {
  return {{{"client-id", std::move(client_id)}, {"user", std::move(user)}}};
}

double limit(const Quotas& quotas) {
  const auto found = quota_of_client(quotas, "u", "c", producer_byte_rate);
  return found ? found->limit : 0;
}

// From the farthest to the nearest: each one that is added counts.
TEST(QuotasTest, TheNearestCounts) {
  const Name anybody;
  const std::vector<QuotaEntity> levels{of_client_id(anybody),
                                        of_client_id("c"),
                                        of_user(anybody),
                                        of_both(anybody, anybody),
                                        of_both(anybody, Name{"c"}),
                                        of_user("u"),
                                        of_both(Name{"u"}, anybody),
                                        of_both(Name{"u"}, Name{"c"})};
  Quotas quotas;
  quotas[of_user("other")]["producer_byte_rate"] = 99;
  quotas[of_both(Name{"u"}, Name{"c"})]["consumer_byte_rate"] = 99;
  EXPECT_EQ(limit(quotas), 0);
  double value = 0;
  for (const QuotaEntity& level : levels) {
    quotas[level]["producer_byte_rate"] = ++value;
    EXPECT_EQ(limit(quotas), value);
  }
}

TEST(QuotasTest, WhoSharesALimitFollowsFromWhomItIsFor) {
  Quotas quotas;
  quotas[of_client_id(std::nullopt)]["producer_byte_rate"] = 1;
  auto found = quota_of_client(quotas, "u", "c", producer_byte_rate);
  EXPECT_TRUE(!found->is_of_user && found->is_of_client_id);
  quotas[of_user(std::nullopt)]["producer_byte_rate"] = 1;
  found = quota_of_client(quotas, "u", "c", producer_byte_rate);
  EXPECT_TRUE(found->is_of_user && !found->is_of_client_id);
  quotas[of_both(Name{"u"}, std::nullopt)]["producer_byte_rate"] = 1;
  found = quota_of_client(quotas, "u", "c", producer_byte_rate);
  EXPECT_TRUE(found->is_of_user && found->is_of_client_id);
}

TEST(QuotasTest, AnAddressHasItsOwnOrTheDefault) {
  Quotas quotas;
  EXPECT_FALSE(quota_of_address(quotas, "127.0.0.1"));
  quotas[{{{"ip", std::nullopt}}}]["connection_creation_rate"] = 5;
  EXPECT_EQ(quota_of_address(quotas, "127.0.0.1"), 5);
  quotas[{{{"ip", "127.0.0.1"}}}]["connection_creation_rate"] = 6;
  EXPECT_EQ(quota_of_address(quotas, "127.0.0.1"), 6);
}

}  // namespace
}  // namespace odradek::meta
