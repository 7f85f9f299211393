// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/rpc/convert.hpp"

#include <gtest/gtest.h>

namespace phone::network::convert_test {
namespace {

TEST(NetworkConvert, StoredProfilesKeepTheirEnumerations) {
  StoredAccess wire;
  wire.profile.method = EapMethod::kFast;
  wire.profile.certificate = EapCertificate::kLsc;
  wire.port.ip = IpMode::kV6;
  const auto stored = decode_access(encode(wire).view());
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->profile.method, EapMethod::kFast);
  EXPECT_EQ(stored->profile.certificate, EapCertificate::kLsc);
  EXPECT_EQ(stored->port.ip, IpMode::kV6);
  for (const WlanSecurity security : {WlanSecurity::kOpen, WlanSecurity::kPsk, WlanSecurity::kSae,
                                      WlanSecurity::kEnterprise, WlanSecurity::kEnterprise3}) {
    WlanProfile wlan;
    wlan.security = security;
    wlan.eap = WlanEap::kPeapGtc;
    wlan.certificate = EapCertificate::kUser;
    const auto kept = decode_wlan(encode(wlan).view());
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_EQ(kept->security, security);
    EXPECT_EQ(kept->eap, WlanEap::kPeapGtc);
    EXPECT_EQ(kept->certificate, EapCertificate::kUser);
  }
}

TEST(NetworkConvert, NumbersOutOfTheirEnumerationAreRefused) {
  v1::WiredProfile wire;
  wire.set_method(static_cast<v1::WiredMethod>(3));
  wire.set_enabled(true);
  EXPECT_EQ(to_profile(wire).status(), absl::InvalidArgumentError("the EAP method is missing"));
  wire.set_method(v1::WIRED_METHOD_TLS);
  for (const int kind : {-1, static_cast<int>(certificates::v1::CERTIFICATE_KIND_USER), 99}) {
    wire.set_certificate(static_cast<certificates::v1::CertificateKind>(kind));
    EXPECT_EQ(to_profile(wire).status(), absl::InvalidArgumentError("the certificate must be the MIC or the LSC"));
  }
  v1::WlanProfile wlan;
  wlan.set_security(static_cast<v1::WlanSecurity>(6));
  EXPECT_EQ(to_profile(wlan).status(), absl::InvalidArgumentError("unknown security or EAP method"));
  wlan.set_security(v1::WLAN_SECURITY_ENTERPRISE3);
  wlan.set_method(static_cast<v1::WlanMethod>(-2147483647 - 1));
  EXPECT_EQ(to_profile(wlan).status(), absl::InvalidArgumentError("unknown security or EAP method"));
  wlan.clear_method();
  wlan.set_enabled(true);
  EXPECT_EQ(to_profile(wlan).status(), absl::InvalidArgumentError("the security or EAP method is missing"));
  wlan.set_method(v1::WLAN_METHOD_AUTO);
  wlan.set_certificate(static_cast<certificates::v1::CertificateKind>(4));
  EXPECT_EQ(to_profile(wlan).status(),
            absl::InvalidArgumentError("the certificate must be the MIC, the LSC or the user certificate"));
}

TEST(NetworkConvert, AStatusKeepsStateAndCause) {
  const v1::WiredAccess held = to_message(AccessStatus{
      .state = AccessState::kHeld, .cause = AccessCause::kPasswordCleared, .detail = "refused", .failures = 3});
  EXPECT_EQ(held.state(), v1::ACCESS_STATE_HELD);
  EXPECT_EQ(held.cause(), v1::ACCESS_CAUSE_PASSWORD_CLEARED);
  EXPECT_EQ(held.detail(), "refused");
  EXPECT_EQ(held.failures(), 3U);
}

}  // namespace
}  // namespace phone::network::convert_test
