// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "services/network_access/access/access_session.hpp"

namespace phone::network {
namespace {

// Events as hostapd's access points and wpa_supplicant 2.10 made them (network.md sections 3.4 and 5).
const char* const kAssociated = "<3>Associated with 02:00:00:00:00:00";
const char* const kConnected = "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:00 completed [id=0 id_str=]";
const char* const kStarted = "<3>CTRL-EVENT-EAP-STARTED EAP authentication started";
const char* const kPeap = "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 25 (PEAP) selected";
const char* const kServer = "<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=radius' hash=00";
const char* const kFailure = "<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed";

Attempt psk() { return {.medium = Medium::kWlan, .method = "WPA2-PSK", .eap = false}; }
Attempt peap() { return {.medium = Medium::kWlan, .method = "WPA2 enterprise, PEAP-MSCHAPv2", .identity = "anna"}; }
Attempt gtc() {
  Attempt attempt = peap();
  attempt.silent_password = true;
  return attempt;
}

AccessSession::Next take(AccessSession& session, const std::string& datagram) {
  return session.take(*parse_event(datagram));
}

struct WlanCause {
  const char* name;
  Attempt attempt;
  std::vector<std::string> said;
  AccessCause cause;
};
class F63_WlanCause : public testing::TestWithParam<WlanCause> {};
TEST_P(F63_WlanCause, OfAFailureIsToldFromWhatWasSaid) {
  AccessSession session;
  session.begin(GetParam().attempt);
  auto last = AccessSession::Next::kNothing;
  for (const auto& datagram : GetParam().said) last = take(session, datagram);
  EXPECT_EQ(last, AccessSession::Next::kFailed);
  EXPECT_EQ(session.status().state, AccessState::kHeld);
  EXPECT_EQ(session.status().cause, GetParam().cause);
  EXPECT_STRNE(sentence(session.status().cause), "");
  EXPECT_STRNE(cure(session.status().cause), "");
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F63_WlanCause,
    testing::Values(
        WlanCause{
            "wrong PSK",
            psk(),
            {kAssociated,
             "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"a reason=X\" auth_failures=1 duration=10 reason=WRONG_KEY"},
            AccessCause::kWrongKey},
        WlanCause{"wrong SAE password",
                  psk(),
                  {"<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:00 auth_type=3 auth_transaction=2 status_code=1"},
                  AccessCause::kWrongKey},
        WlanCause{"an access point that is full",
                  psk(),
                  {"<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:00:00 status_code=17"},
                  AccessCause::kNotAdmitted},
        WlanCause{"wrong password",
                  peap(),
                  {kAssociated, kStarted, kPeap, kServer,
                   "<3>EAP-MSCHAPV2: failure message: '' (retry not allowed, error 691)", kFailure},
                  AccessCause::kPassword},
        WlanCause{
            "GTC has no word for it", gtc(), {kAssociated, kStarted, kPeap, kServer, kFailure}, AccessCause::kPassword},
        WlanCause{"before the tunnel it is something else",
                  gtc(),
                  {kAssociated, kStarted, kPeap, kFailure},
                  AccessCause::kRefused},
        WlanCause{"a server of other methods",
                  peap(),
                  {kAssociated, kStarted, "<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=13 -> NAK", kFailure},
                  AccessCause::kMethodForbidden}));

TEST(F63_WlanStatus, IsOpenedByInstalledKeysAlone) {
  AccessSession session;
  session.begin(peap());
  EXPECT_EQ(take(session, kAssociated), AccessSession::Next::kNothing);
  EXPECT_EQ(session.status().state, AccessState::kAcquired);
  take(session, kStarted);
  take(session, kPeap);
  EXPECT_EQ(session.status().state, AccessState::kAuthenticating);
  EXPECT_EQ(take(session, "<3>CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully"),
            AccessSession::Next::kNothing);
  EXPECT_EQ(take(session, kConnected), AccessSession::Next::kConfirm);
  EXPECT_FALSE(session.confirm({.eap_state = "SUCCESS", .port_authorized = true, .wpa_state = "4WAY_HANDSHAKE"}));
  EXPECT_TRUE(session.confirm({.wpa_state = "COMPLETED"}));
  EXPECT_EQ(session.status().state, AccessState::kAuthenticated);
  EXPECT_EQ(take(session, "<3>CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:00 reason=4 locally_generated=1"),
            AccessSession::Next::kNothing);
  EXPECT_EQ(session.status().state, AccessState::kConnecting);
  EXPECT_EQ(session.status().cause, AccessCause::kConnectionLost);
}

TEST(F63_WlanStatus, NoNetworkAndOneOfAnotherSecurityAreTwoThings) {
  AccessSession session;
  session.begin(psk());
  EXPECT_EQ(take(session, "<3>CTRL-EVENT-NETWORK-NOT-FOUND "), AccessSession::Next::kLookAround);
  session.nothing_fits("");
  EXPECT_EQ(session.status().cause, AccessCause::kNoAccessPoint);
  session.nothing_fits("[WPA2-SAE-CCMP][ESS]");
  EXPECT_EQ(session.status().cause, AccessCause::kSecurityMismatch);
  EXPECT_EQ(session.status().detail, "[WPA2-SAE-CCMP][ESS]");
  EXPECT_EQ(session.status().state, AccessState::kConnecting);
}

TEST(F63_WlanStatus, WhatComesInThePauseChangesNothing) {
  AccessSession session;
  session.begin(peap());
  for (const char* said : {kAssociated, kStarted, kFailure}) take(session, said);
  ASSERT_EQ(session.status().state, AccessState::kHeld);
  const auto before = session.status();
  for (const char* said :
       {"<3>CTRL-EVENT-NETWORK-NOT-FOUND ", kAssociated, "<3>CTRL-EVENT-DISCONNECTED bssid= reason=",
        "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"x\" auth_failures=1 duration=10 reason=AUTH_FAILED"}) {
    EXPECT_EQ(take(session, said), AccessSession::Next::kNothing) << said;
  }
  EXPECT_EQ(session.status(), before);
}

// Malformed, truncated, out of range: read as far as it goes, no further.
TEST(F63_WlanEvent, MalformedOnesSayNothing) {
  for (const char* said :
       {"<3>CTRL-EVENT-CONNECTED", "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00 completed",
        "<3>CTRL-EVENT-CONNECTED - Connection to zz:00:00:00:00:00 completed", "<3>Associated with",
        "<3>Associated with x"}) {
    const auto event = parse_event(said);
    ASSERT_TRUE(event) << said;
    const auto* const connected = std::get_if<supplicant::Connected>(&*event);
    EXPECT_EQ(connected != nullptr ? connected->address : std::get<supplicant::Associated>(*event).address, "") << said;
  }
  const auto dbm = [](const char* said) { return std::get<supplicant::SignalChanged>(*parse_event(said)).dbm; };
  EXPECT_EQ(dbm("<3>CTRL-EVENT-SIGNAL-CHANGE above=0 signal=-99999999999999 noise=x"), 0);
  EXPECT_EQ(dbm("<3>CTRL-EVENT-SIGNAL-CHANGE above=0 signal=-61 noise=-95 txrate=0"), -61);
  const auto unnamed = parse_event("<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"\" reason=\n");
  EXPECT_EQ(std::get<supplicant::NetworkDisabled>(*unnamed).reason, "");
}

}  // namespace
}  // namespace phone::network
