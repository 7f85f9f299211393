// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F1: credentials are remembered for ten minutes after their last use, and for one server.
#include "services/url_services/contacts/remembered_credentials.hpp"

#include <gtest/gtest.h>

namespace phone::url_services {
namespace {

const absl::Time kStored = absl::FromUnixSeconds(1'000'000);

RememberedCredentials with_alice() {
  RememberedCredentials credentials;
  credentials.keep("cucm:8443/users", {.user = "alice", .authorization = crypto::Secret::copy_of("Basic x")}, kStored);
  return credentials;
}

TEST(F1_RememberedCredentials_Table, EachUseBeginsTheTimeAnew) {
  auto credentials = with_alice();
  ASSERT_NE(credentials.use("cucm:8443/users", kStored + absl::Minutes(9)), nullptr);
  const auto* const kept = credentials.use("cucm:8443/users", kStored + absl::Minutes(18));
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->user, "alice");
  EXPECT_EQ(kept->authorization.view(), "Basic x");
  EXPECT_TRUE(credentials.held(kStored + absl::Minutes(27)));
  EXPECT_FALSE(credentials.held(kStored + absl::Minutes(28)));
  EXPECT_EQ(credentials.use("cucm:8443/users", kStored), nullptr) << "they do not come back";
}

TEST(F1_RememberedCredentials_Table, AnotherServerNeverGetsThem) {
  auto credentials = with_alice();
  EXPECT_EQ(credentials.use("thief:8443/users", kStored), nullptr);
  EXPECT_EQ(credentials.use("cucm:8443/users", kStored), nullptr) << "and they are forgotten then";
}

TEST(F1_RememberedCredentials_Table, ForgettingSaysWhetherThereWereAny) {
  auto credentials = with_alice();
  EXPECT_TRUE(credentials.forget());
  EXPECT_FALSE(credentials.forget());
}

}  // namespace
}  // namespace phone::url_services
