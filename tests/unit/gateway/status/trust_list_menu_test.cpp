// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/trust_list_menu.hpp"

#include <gtest/gtest.h>

namespace phone::gateway {
namespace {

using namespace phone::trust::v1;

TrustRecord record(TrustRole role, const char* subject, const char* dns_name = "") {
  TrustRecord record;
  record.add_role(role);
  record.set_subject(subject);
  record.set_dns_name(dns_name);
  return record;
}

TEST(F33_TrustListMenu, EachServerWithTheCertificateItMustShow) {
  TrustLists lists;
  *lists.mutable_ctl()->add_record() = record(TRUST_ROLE_SAST, "CN=token");
  *lists.mutable_ctl()->add_record() = record(TRUST_ROLE_CCM_TFTP, "CN=pub");
  *lists.mutable_itl()->add_record() = record(TRUST_ROLE_CCM, "CN=other", "sub.lab");
  *lists.mutable_itl()->add_record() = record(TRUST_ROLE_CAPF, "CN=CAPF-1");
  lists.add_tftp_server("pub");
  lists.mutable_signed_configuration()->set_sha1("1ba1");
  PolicyFacts policy;
  policy.call_managers = {"pub", "sub.lab"};
  policy.capf.emplace_back().set_host("10.0.0.2");
  policy.srst = {"10.9.9.9"};
  policy.srst_secure = true;
  *lists.add_srst() = record(TRUST_ROLE_SRST, "CN=router");
  const auto menu = trust_list_menu(&policy, &lists);
  EXPECT_EQ(menu.signed_configuration(), "1ba1");
  ASSERT_EQ(menu.server_size(), 4);
  EXPECT_EQ(menu.server(0).role(), "Unified CM / TFTP");
  EXPECT_EQ(menu.server(0).subject(), "CN=pub");
  EXPECT_EQ(menu.server(1).address(), "sub.lab");
  EXPECT_EQ(menu.server(1).subject(), "CN=other");
  EXPECT_EQ(menu.server(2).role(), "CAPF");
  EXPECT_TRUE(menu.server(2).certificate());
  EXPECT_EQ(menu.server(3).role(), "SRST");
  EXPECT_TRUE(menu.server(3).certificate());
  EXPECT_EQ(menu.server(3).subject(), "CN=router");
}

// The row says what a connection would find: trust_store's word, and SRST without TLS has no use for a certificate.
TEST(F27_F33_TrustListMenu, ARouterHasTheCertificateThatItIsJudgedBy) {
  TrustLists lists;
  *lists.mutable_ctl()->add_record() = record(TRUST_ROLE_CCM_TFTP, "CN=router");
  PolicyFacts policy;
  policy.srst = {"router"};
  policy.srst_secure = true;
  EXPECT_FALSE(trust_list_menu(&policy, &lists).server(0).certificate()) << "one on the CTL is none for a router";
  *lists.add_srst() = record(TRUST_ROLE_SRST, "CN=router");
  EXPECT_TRUE(trust_list_menu(&policy, &lists).server(0).certificate());
  policy.srst_secure = false;
  EXPECT_FALSE(trust_list_menu(&policy, &lists).server(0).certificate());
  EXPECT_FALSE(trust_list_menu(&policy, nullptr).server(0).certificate());
}

TEST(F33_TrustListMenu, WithoutAListNoServerHasACertificate) {
  TrustLists none;
  PolicyFacts policy;
  policy.call_managers = {"pub"};
  policy.srst = {"router"};
  const auto menu = trust_list_menu(&policy, &none);
  EXPECT_EQ(menu.signed_configuration(), "Not installed");
  ASSERT_EQ(menu.server_size(), 2);
  EXPECT_FALSE(menu.server(0).certificate());
  EXPECT_FALSE(menu.server(1).certificate());
}

TEST(F33_TrustListMenu, NoAnswerIsAnEmptyMenu) {
  const auto menu = trust_list_menu(nullptr, nullptr);
  EXPECT_EQ(menu.signed_configuration(), "");
  EXPECT_EQ(menu.server_size(), 0);
}

}  // namespace
}  // namespace phone::gateway
