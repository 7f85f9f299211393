// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F1, F11, F97: the URLs of a configuration that the phone sends a password or its state to are https, or are not used.
#include "services/policy/configuration/url_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

using ::testing::HasSubstr;

TEST(F11_UrlService_Table, AHttpsUrlNamesAServer) {
  EXPECT_EQ(parse_url_service("x", "https://cucm.lab:8443/cucm-uds/users"),
            (UrlService{.host = "cucm.lab", .port = 8443, .path = "cucm-uds/users", .refused = {}}));
  EXPECT_EQ(parse_url_service("x", "HTTPS://[2001:db8::1]/users"),
            (UrlService{.host = "2001:db8::1", .port = 443, .path = "users", .refused = {}}));
  EXPECT_EQ(parse_url_service("x", ""), UrlService{});
}

struct RefusedUrl {
  const char* url;
  const char* reason;
};

class F11_RefusedUrls_Table : public ::testing::TestWithParam<RefusedUrl> {};

TEST_P(F11_RefusedUrls_Table, NameTheElementAndTheCause) {
  const UrlService service = parse_url_service("secureUDSUsersAccessURL", GetParam().url);
  EXPECT_EQ(service.host, "");
  EXPECT_EQ(service.refused.rfind("secureUDSUsersAccessURL: ", 0), 0U) << service.refused;
  EXPECT_THAT(service.refused, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(Rows, F11_RefusedUrls_Table,
                         ::testing::Values(RefusedUrl{"http://cucm.lab/cucm-uds/users", "http URL is refused"},
                                           RefusedUrl{"HTTP://cucm.lab/users", "http URL is refused"},
                                           RefusedUrl{"ftp://cucm.lab/users", "not a https URL"},
                                           RefusedUrl{"cucm.lab/users", "not a https URL"},
                                           RefusedUrl{"https://user@cucm.lab/users", "not a valid server"},
                                           RefusedUrl{"https:///users", "not a valid server"},
                                           RefusedUrl{"https://cucm.lab:0/users", "not a valid server"},
                                           RefusedUrl{"https://cucm.lab", "not a valid path"},
                                           RefusedUrl{"https://cucm.lab/../etc", "not a valid path"},
                                           RefusedUrl{"https://cucm.lab/users?name=x", "not a valid path"},
                                           RefusedUrl{"https://cucm.lab/a b", "not a valid path"}));

// A wrong URL must not cost the phone its registration.
TEST(F11_UrlService_Table, AUrlThatIsRefusedLeavesTheRestInForce) {
  const auto configuration = parse_configuration(
      "<device><secureUDSUsersAccessURL>http://cucm/users</secureUDSUsersAccessURL><vendorConfig>"
      "<problemReportUploadURL>https://reports.lab/prt/upload.php</problemReportUploadURL><garp>0</garp></vendorConfig>"
      "</device>");
  ASSERT_TRUE(configuration.ok()) << configuration.status();
  EXPECT_THAT(configuration->contact_search.refused, HasSubstr("http URL is refused"));
  EXPECT_EQ(configuration->problem_report.host, "reports.lab");
  EXPECT_TRUE(configuration->gratuitous_arp);
}

}  // namespace
}  // namespace phone::policy
