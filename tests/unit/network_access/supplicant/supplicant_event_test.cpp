// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_event.hpp"

#include <gtest/gtest.h>

#include "services/network_access/supplicant/supplicant_status.hpp"

namespace phone::network {
namespace {

using namespace supplicant;

// The event's name and values, and nothing else; "" for none.
struct Name {
  std::string operator()(const EapStarted&) const { return "started"; }
  std::string operator()(const MethodProposed& one) const { return one.refused ? "proposed, refused" : "proposed"; }
  std::string operator()(const MethodSelected& one) const { return "selected " + std::to_string(one.method); }
  std::string operator()(const PeerCertificateShown& one) const { return "certificate " + std::to_string(one.depth); }
  std::string operator()(const PeerCertificateRefused& one) const {
    return "certificate refused " + std::to_string(static_cast<int>(one.fault));
  }
  std::string operator()(const PasswordRefused& one) const { return "password refused " + std::to_string(one.error); }
  std::string operator()(const PasswordRequested&) const { return "password requested"; }
  std::string operator()(const MethodSetupFailed&) const { return "setup failed"; }
  std::string operator()(const TlsAlertReceived& one) const { return "alert " + one.description; }
  std::string operator()(const SuccessFrameSeen&) const { return "success frame"; }
  std::string operator()(const FailureFrameSeen&) const { return "failure frame"; }
  std::string operator()(const EapSucceeded&) const { return "success"; }
  std::string operator()(const EapFailed&) const { return "failure"; }
  std::string operator()(const Connected& one) const { return "connected " + one.address; }
  std::string operator()(const Disconnected& one) const { return "disconnected " + std::to_string(one.reason); }
  std::string operator()(const Associated& one) const { return "associated " + one.address; }
  std::string operator()(const NetworkNotFound&) const { return "not found"; }
  std::string operator()(const NetworkDisabled& one) const { return "disabled " + one.reason; }
  std::string operator()(const AuthenticationRejected& one) const {
    return "rejected " + std::to_string(one.algorithm) + " " + std::to_string(one.status);
  }
  std::string operator()(const AssociationRejected& one) const {
    return "not associated " + std::to_string(one.status);
  }
  std::string operator()(const ScanCompleted&) const { return "scanned"; }
  std::string operator()(const SignalChanged& one) const {
    return (one.above ? "above " : "below ") + std::to_string(one.dbm);
  }
};
std::string name(std::string_view datagram) {
  const auto event = parse_event(datagram);
  return event ? std::visit(Name(), *event) : "";
}

struct EventRow {
  std::string datagram;
  const char* is;
};
class SupplicantEvent_Table : public testing::TestWithParam<EventRow> {};
TEST_P(SupplicantEvent_Table, IsWhatTheDaemonMeant) { EXPECT_EQ(name(GetParam().datagram), GetParam().is); }
INSTANTIATE_TEST_SUITE_P(
    Rows, SupplicantEvent_Table,
    testing::Values(
        EventRow{"<3>CTRL-EVENT-EAP-STARTED EAP authentication started", "started"},
        EventRow{"<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=13", "proposed"},
        EventRow{"<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=25 -> NAK", "proposed, refused"},
        EventRow{"<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 43 (FAST) selected", "selected 43"},
        EventRow{"<3>CTRL-EVENT-EAP-PEER-CERT depth=1 subject='/CN=ca' hash=00ff", "certificate 1"},
        EventRow{"<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=10 depth=0 subject='/CN=r' err='e'",
                 "certificate refused 10"},
        EventRow{"<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=11 depth=0 subject='/CN=r' err='e'", "certificate refused 0"},
        EventRow{"<3>CTRL-EVENT-EAP-STATUS status='remote TLS alert' parameter='unknown CA'", "alert unknown CA"},
        EventRow{"<3>CTRL-EVENT-EAP-STATUS status='local TLS alert' parameter='unknown CA'", ""},
        EventRow{"<3>CTRL-EVENT-EAP-STATUS status='completion' parameter='success'", ""},
        EventRow{"<3>CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully", "success"},
        EventRow{"<3>CTRL-EVENT-EAP-SUCCESS2 00:11:22:33:44:55", ""},
        EventRow{"<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed", "failure"},
        EventRow{"<3>EAP: Failed to initialize EAP method: vendor 0 method 13 (TLS)", "setup failed"},
        EventRow{"<3>EAP-MSCHAPV2: failure message: 'FAILED' (retry not allowed, error 691)", "password refused 691"},
        EventRow{"<3>CTRL-REQ-PASSWORD-0:Password needed for SSID x", "password requested"},
        EventRow{"<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:01 completed", "connected 02:00:00:00:00:01"},
        EventRow{"<3>CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:01 reason=3", "disconnected 3"},
        EventRow{"<3>Associated with 02:00:00:00:00:01", "associated 02:00:00:00:00:01"},
        EventRow{"<3>CTRL-EVENT-NETWORK-NOT-FOUND ", "not found"},
        EventRow{"<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\" reason=X\" auth_failures=1 reason=WRONG_KEY",
                 "disabled WRONG_KEY"},
        EventRow{"<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:01 auth_type=3 auth_transaction=2 status_code=1",
                 "rejected 3 1"},
        EventRow{"<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:00:01 status_code=53", "not associated 53"},
        EventRow{"<3>CTRL-EVENT-SCAN-RESULTS ", "scanned"},
        EventRow{"<3>CTRL-EVENT-SIGNAL-CHANGE above=1 signal=-41 noise=-95", "above -41"},
        EventRow{"<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 99999999999999 (X) selected", "selected 0"},
        EventRow{"<3>CTRL-EVENT-EAP-METHOD", "selected 0"}, EventRow{"<3>CTRL-EVENT-TERMINATING ", ""}));

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
      ASSERT_EQ(half.has_value(), size >= 3 + word.size()) << size;
      if (!half) continue;
      EXPECT_EQ(half->index(), whole->index()) << size;
      if (const auto* const one = std::get_if<Connected>(&*half)) {
        EXPECT_TRUE(one->address.empty() || one->address == address) << one->address;
      }
      if (const auto* const one = std::get_if<Associated>(&*half)) {
        EXPECT_TRUE(one->address.empty() || one->address == address) << one->address;
      }
      if (const auto* const one = std::get_if<PeerCertificateShown>(&*half)) {
        EXPECT_LE(one->der.size(), std::get<PeerCertificateShown>(*whole).der.size());
      }
    }
  }
}

TEST(SupplicantEvent, CertificateErrorSaysWhoseAndWhy) {
  const auto event = parse_event(
      "<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=10 depth=0 subject='/O=Lab/CN=it's me' err='Domain mismatch'");
  ASSERT_TRUE(event);
  const auto& refused = std::get<PeerCertificateRefused>(*event);
  EXPECT_EQ(refused.fault, CertificateFault::kDomainMismatch);
  EXPECT_EQ(refused.subject, "/O=Lab/CN=it's me");
  EXPECT_EQ(refused.reason, "Domain mismatch");
}

PeerCertificateShown shown(std::string_view datagram) {
  const auto event = parse_event(datagram);
  return event ? std::get<PeerCertificateShown>(*event) : PeerCertificateShown{.depth = -1};
}
TEST(SupplicantEvent, PeerCertificateComesAsHashAndAsBytes) {
  const auto hash = shown("<3>CTRL-EVENT-EAP-PEER-CERT depth=1 subject='/CN=ca' hash=00ff");
  EXPECT_EQ(hash.depth, 1);
  EXPECT_EQ(hash.subject, "/CN=ca");
  EXPECT_EQ(hash.der, "");
  const auto bytes = shown("<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=\x01' cert=30820102\n");
  EXPECT_EQ(bytes.subject, "/CN=?");
  EXPECT_EQ(bytes.der, "\x30\x82\x01\x02");
  EXPECT_EQ(shown("<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=x' cert=3").der, "");
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
