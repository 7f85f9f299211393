// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F24: how an administrator without a certificate says who it is.
#include "gateway/web/request/authorization.hpp"

#include <gtest/gtest.h>

namespace phone::gateway::web {
namespace {

struct AuthorizationRow {
  const char* name;
  std::string field;
  const char* password;  // null: none
};
class F24_Authorization_Table : public testing::TestWithParam<AuthorizationRow> {};
TEST_P(F24_Authorization_Table, IsBasicWithAPasswordOrNothing) {
  const auto password = password_of(GetParam().field);
  ASSERT_EQ(password.has_value(), GetParam().password != nullptr);
  if (password) {
    EXPECT_EQ(password->view(), GetParam().password);
  }
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F24_Authorization_Table,
    testing::Values(AuthorizationRow{"of_admin", "Basic YWRtaW46NDgxNTE2MjM=", "48151623"},
                    AuthorizationRow{"in_any_case", "bASIC YWRtaW46NDgxNTE2MjM=", "48151623"},
                    AuthorizationRow{"without_a_user", "Basic OjQ4MTUxNjIz", "48151623"},
                    AuthorizationRow{"with_a_colon", "Basic YTpiOmM=", "b:c"}, AuthorizationRow{"nothing", "", nullptr},
                    AuthorizationRow{"no_password", "Basic YWRtaW46", nullptr},
                    AuthorizationRow{"no_colon", "Basic YWRtaW4=", nullptr},
                    AuthorizationRow{"not_base64", "Basic %%%%", nullptr},
                    AuthorizationRow{"another_scheme", "Bearer YWRtaW46NDgxNTE2MjM=", nullptr},
                    AuthorizationRow{"too_long", "Basic " + std::string(600, 'Y'), nullptr},
                    AuthorizationRow{"a_password_too_long", "Basic Ojo6" + std::string(176, 'Y'), nullptr}),
    [](const auto& info) { return info.param.name; });

TEST(F24_ProvenCredentials, AreKnownForTenMinutesAndUntilTheyAreForgotten) {
  ProvenCredentials proven("salt");
  const absl::Time now = absl::UnixEpoch();
  const std::string key = proven.key_of("Basic YTpi");
  EXPECT_EQ(key.find("YTpi"), std::string::npos);
  EXPECT_NE(key, ProvenCredentials("another").key_of("Basic YTpi"));
  EXPECT_FALSE(proven.knows(key, now));
  proven.remember(key, now);
  EXPECT_TRUE(proven.knows(key, now + ProvenCredentials::kGoodFor - absl::Seconds(1)));
  EXPECT_FALSE(proven.knows(key, now + ProvenCredentials::kGoodFor));
  proven.remember(key, now);
  proven.forget();
  EXPECT_FALSE(proven.knows(key, now));
  for (std::size_t i = 0; i <= ProvenCredentials::kMost; ++i) proven.remember(std::to_string(i), now);
  EXPECT_FALSE(proven.knows("0", now)) << "bounded";
  EXPECT_TRUE(proven.knows("1", now));
}

}  // namespace
}  // namespace phone::gateway::web
