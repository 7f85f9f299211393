// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_event.hpp"

#include <gtest/gtest.h>

#include "services/network_access/supplicant/supplicant_status.hpp"

namespace phone::network {
namespace {

using Kind = SupplicantEvent::Kind;

struct EventRow {
  const char* name;
  std::string datagram;
  Kind kind;
  unsigned method = 0;
  bool refused = false;
};
class SupplicantEvent_Table : public testing::TestWithParam<EventRow> {};
TEST_P(SupplicantEvent_Table, IsWhatTheDaemonMeant) {
  const auto event = parse_event(GetParam().datagram);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, GetParam().kind);
  EXPECT_EQ(event->method, GetParam().method);
  EXPECT_EQ(event->refused, GetParam().refused);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, SupplicantEvent_Table,
    testing::Values(
        EventRow{"started", "<3>CTRL-EVENT-EAP-STARTED EAP authentication started", Kind::kEapStarted},
        EventRow{"proposed", "<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=13", Kind::kMethodProposed, 13},
        EventRow{"refused by us", "<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=25 -> NAK", Kind::kMethodProposed,
                 25, true},
        EventRow{"selected", "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 43 (FAST) selected", Kind::kMethodSelected,
                 43},
        EventRow{"success", "<3>CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully", Kind::kEapSuccess},
        EventRow{"another word", "<3>CTRL-EVENT-EAP-SUCCESS2 00:11:22:33:44:55", Kind::kOther},
        EventRow{"failure", "<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed", Kind::kEapFailure},
        EventRow{"no key", "<3>EAP: Failed to initialize EAP method: vendor 0 method 13 (TLS)", Kind::kMethodUnusable},
        EventRow{"password", "<3>EAP-MSCHAPV2: failure message: 'FAILED' (retry not allowed, error 691)",
                 Kind::kPasswordRefused},
        EventRow{"password wanted", "<3>CTRL-REQ-PASSWORD-0:Password needed for SSID x", Kind::kPasswordWanted},
        EventRow{"a number too large", "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 99999999999999 (X) selected",
                 Kind::kMethodSelected, 0},
        EventRow{"nothing after the word", "<3>CTRL-EVENT-EAP-METHOD", Kind::kMethodSelected, 0}));

TEST(SupplicantEvent, WhatIsNoEventIsNone) {
  for (const std::string text : {"", "OK", "<3", "<x>CTRL-EVENT-EAP-STARTED", "3>CTRL-EVENT-EAP-STARTED"}) {
    EXPECT_FALSE(parse_event(text)) << text;
  }
  EXPECT_FALSE(parse_event("<3>" + std::string(kMaxControlDatagram, 'x')));
}

TEST(SupplicantEvent, HalfAnEventIsNotTheWholeOne) {
  const std::string address = "02:00:00:00:00:01";
  const std::string chain(64, '0');
  for (const auto& [datagram, word] : std::vector<std::pair<std::string, std::string>>{
           {"<3>CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully", "CTRL-EVENT-EAP-SUCCESS"},
           {"<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=10 depth=0 subject='/CN=r' err='e'",
            "CTRL-EVENT-EAP-TLS-CERT-ERROR"},
           {"<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=r' cert=" + chain, "CTRL-EVENT-EAP-PEER-CERT"},
           {"<4>EAP-MSCHAPV2: failure message: '' (retry not allowed, error 691)", "EAP-MSCHAPV2: failure message:"},
           {"<3>CTRL-EVENT-CONNECTED - Connection to " + address + " completed [id=0 id_str=]", "CTRL-EVENT-CONNECTED"},
           {"<3>Associated with " + address, "Associated with"},
           {"<3>CTRL-EVENT-DISCONNECTED bssid=" + address + " reason=3", "CTRL-EVENT-DISCONNECTED"}}) {
    SCOPED_TRACE(datagram);
    const auto whole = parse_event(datagram);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size < datagram.size(); ++size) {
      const auto half = parse_event(std::string_view(datagram).substr(0, size));
      if (size < 4) {
        EXPECT_FALSE(half) << size;
        continue;
      }
      ASSERT_TRUE(half) << size;
      EXPECT_EQ(half->kind, size < 3 + word.size() ? Kind::kOther : whole->kind) << size;
      EXPECT_TRUE(half->address.empty() || half->address == address) << half->address;
      EXPECT_LE(half->der.size(), whole->der.size());
    }
  }
}

TEST(SupplicantEvent, CertificateErrorSaysWhoseAndWhy) {
  const auto event = parse_event(
      "<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=10 depth=0 subject='/O=Lab/CN=it's me' err='Domain mismatch'");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->fault, CertificateFault::kDomainMismatch);
  EXPECT_EQ(event->subject, "/O=Lab/CN=it's me");
  EXPECT_EQ(event->text, "Domain mismatch");
}

TEST(SupplicantEvent, PeerCertificateComesAsHashAndAsBytes) {
  const auto hash = parse_event("<3>CTRL-EVENT-EAP-PEER-CERT depth=1 subject='/CN=ca' hash=00ff");
  EXPECT_EQ(hash->depth, 1);
  EXPECT_EQ(hash->subject, "/CN=ca");
  EXPECT_EQ(hash->der, "");
  const auto bytes = parse_event("<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=\x01' cert=30820102\n");
  EXPECT_EQ(bytes->subject, "/CN=?");
  EXPECT_EQ(bytes->der, "\x30\x82\x01\x02");
  EXPECT_EQ(parse_event("<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=x' cert=3")->der, "");
}

TEST(SupplicantStatus, IsAuthenticatedOnlyWhenPortAndMethodSaySo) {
  const std::string full =
      "wpa_state=COMPLETED\nSupplicant PAE state=AUTHENTICATED\nsuppPortStatus=Authorized\nEAP state=SUCCESS\n"
      "selectedMethod=13 (EAP-TLS)\neap_tls_version=TLSv1.3\nEAP TLS cipher=TLS_AES_256_GCM_SHA384\n";
  const SupplicantStatus status = parse_status(full);
  EXPECT_TRUE(status.authenticated());
  EXPECT_EQ(status.method, "EAP-TLS");
  EXPECT_EQ(status.tls_version, "TLSv1.3");
  EXPECT_FALSE(parse_status("suppPortStatus=Authorized\nEAP state=FAILURE\n").authenticated());
  EXPECT_FALSE(parse_status("suppPortStatus=Unauthorized\nEAP state=SUCCESS\n").authenticated());
  EXPECT_FALSE(parse_status("").authenticated());
  EXPECT_FALSE(parse_status("=\n===\nselectedMethod=)(\nEAP state").authenticated());
}

}  // namespace
}  // namespace phone::network
