// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/access_session.hpp"

#include <gtest/gtest.h>

namespace phone::network {
namespace {

const char* const kStarted = "<3>CTRL-EVENT-EAP-STARTED EAP authentication started";
const char* const kTls = "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 13 (TLS) selected";
const char* const kPeap = "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 25 (PEAP) selected";
const char* const kServer = "<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=radius' hash=00";
const char* const kFailure = "<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed";
const char* const kNak = "<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=25 -> NAK";

Attempt tls() { return {.method = "EAP-TLS", .identity = "DP-9861-x", .tls_alone = true}; }

AccessSession::Next take(AccessSession& session, const std::string& datagram) {
  return session.take(*parse_event(datagram));
}

struct CauseRow {
  const char* name;
  std::vector<std::string> said;
  AccessCause cause;
};
class F26_Cause : public testing::TestWithParam<CauseRow> {};
TEST_P(F26_Cause, OfAFailureIsToldFromWhatWasSaidBefore) {
  AccessSession session;
  session.begin(tls());
  for (const auto& datagram : GetParam().said) take(session, datagram);
  EXPECT_EQ(take(session, kFailure), AccessSession::Next::kFailed);
  EXPECT_EQ(session.status().state, AccessState::kHeld);
  EXPECT_EQ(session.status().cause, GetParam().cause);
  EXPECT_STRNE(sentence(session.status().cause), "");
  EXPECT_STRNE(cure(session.status().cause), "");
}
std::string certificate_error(int reason) {
  return "<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=" + std::to_string(reason) + " depth=0 subject='/CN=r' err='e'";
}
// The table of network.md section 3.4.
INSTANTIATE_TEST_SUITE_P(
    Rows, F26_Cause,
    testing::Values(
        CauseRow{"unknown authority", {kStarted, kTls, certificate_error(1)}, AccessCause::kServerUntrusted},
        CauseRow{"name", {kStarted, kTls, kServer, certificate_error(10)}, AccessCause::kServerName},
        CauseRow{"suffix", {kStarted, kTls, kServer, certificate_error(9)}, AccessCause::kServerName},
        CauseRow{"expired", {kStarted, kTls, certificate_error(4)}, AccessCause::kServerExpired},
        CauseRow{"not yet valid", {kStarted, kTls, certificate_error(3)}, AccessCause::kServerNotYetValid},
        CauseRow{"revoked", {kStarted, kTls, certificate_error(2)}, AccessCause::kServerOther},
        CauseRow{"no number we know", {kStarted, kTls, certificate_error(4711)}, AccessCause::kServerOther},
        CauseRow{"no version in common", {kStarted, kTls}, AccessCause::kTlsMismatch},
        CauseRow{"refused by the server", {kStarted, kTls, kServer}, AccessCause::kRefused},
        CauseRow{"refused at once", {kStarted}, AccessCause::kRefused},
        CauseRow{"other methods alone", {kStarted, kNak}, AccessCause::kMethodForbidden},
        CauseRow{"asked for another first", {kStarted, kNak, kTls, kServer}, AccessCause::kRefused},
        CauseRow{"password",
                 {kStarted, kPeap, kServer, "<3>EAP-MSCHAPV2: failure message: '' (retry not allowed, error 691)"},
                 AccessCause::kPassword},
        CauseRow{"no key",
                 {kStarted, "<3>EAP: Failed to initialize EAP method: vendor 0 method 13 (TLS)"},
                 AccessCause::kKeyUnavailable},
        CauseRow{"an old error does not stay",
                 {kStarted, kTls, certificate_error(1), kStarted, kTls, kServer},
                 AccessCause::kRefused}));

SupplicantStatus open_port() { return {.eap_state = "SUCCESS", .port_authorized = true, .method = "EAP-TLS"}; }

TEST(F26_Status, GoesAsAUserReadsIt) {
  AccessSession session;
  EXPECT_EQ(session.status().state, AccessState::kDisabled);
  session.begin(tls());
  EXPECT_EQ(session.status().state, AccessState::kConnecting);
  take(session, kStarted);
  EXPECT_EQ(session.status().state, AccessState::kAcquired);
  take(session, kTls);
  EXPECT_EQ(session.status().state, AccessState::kAuthenticating);
  EXPECT_EQ(take(session, "<3>CTRL-EVENT-EAP-SUCCESS EAP authentication completed successfully"),
            AccessSession::Next::kConfirm);
  EXPECT_EQ(session.status().state, AccessState::kAuthenticating);  // an event alone opens nothing
  EXPECT_FALSE(session.confirm({.eap_state = "SUCCESS", .port_authorized = false}));
  EXPECT_TRUE(session.confirm(open_port()));
  EXPECT_EQ(session.status().state, AccessState::kAuthenticated);
  take(session, kStarted);  // the switch asks again
  EXPECT_EQ(session.status().state, AccessState::kAuthenticated);
  take(session, kFailure);
  EXPECT_EQ(session.status().state, AccessState::kHeld);
  session.lose_link();
  EXPECT_EQ(session.status().state, AccessState::kDisconnected);
  EXPECT_EQ(session.status().cause, AccessCause::kRefused);  // of the last failure, still
  session.disable();
  EXPECT_EQ(session.status(), AccessStatus());
}

struct ResyncRow {
  const char* name;
  Medium medium;
  bool open;  // before events were lost
  SupplicantStatus says;
  AccessSession::Resync resync;
  AccessState state;
};
class F26_Resync : public testing::TestWithParam<ResyncRow> {};
TEST_P(F26_Resync, StatusDecidesWhereEventsWereLost) {
  const ResyncRow& row = GetParam();
  AccessSession session;
  session.begin({.medium = row.medium, .method = "EAP-TLS"});
  if (row.open) {
    ASSERT_TRUE(session.confirm({.eap_state = "SUCCESS", .port_authorized = true, .wpa_state = "COMPLETED"}));
  }
  session.miss_events();
  EXPECT_EQ(session.resynchronise(row.says), row.resync);
  EXPECT_EQ(session.status().state, row.state);
  const bool lost = row.medium == Medium::kWlan && row.resync == AccessSession::Resync::kLost;
  EXPECT_EQ(session.status().cause, lost ? AccessCause::kConnectionLost : AccessCause::kNone);
}
INSTANTIATE_TEST_SUITE_P(Rows, F26_Resync,
                         testing::Values(ResyncRow{"let in unheard", Medium::kWire, false, open_port(),
                                                   AccessSession::Resync::kOpen, AccessState::kAuthenticated},
                                         ResyncRow{"still on the way",
                                                   Medium::kWire,
                                                   false,
                                                   {.eap_state = "METHOD"},
                                                   AccessSession::Resync::kNothing,
                                                   AccessState::kConnecting},
                                         ResyncRow{"thrown out unheard",
                                                   Medium::kWire,
                                                   true,
                                                   {.eap_state = "FAILURE"},
                                                   AccessSession::Resync::kLost,
                                                   AccessState::kAcquired},
                                         ResyncRow{"asked again",
                                                   Medium::kWire,
                                                   true,
                                                   {.eap_state = "METHOD", .port_authorized = true},
                                                   AccessSession::Resync::kNothing,
                                                   AccessState::kAuthenticated},
                                         ResyncRow{"still in", Medium::kWire, true, open_port(),
                                                   AccessSession::Resync::kOpen, AccessState::kAuthenticated},
                                         ResyncRow{"connected unheard",
                                                   Medium::kWlan,
                                                   false,
                                                   {.wpa_state = "COMPLETED"},
                                                   AccessSession::Resync::kOpen,
                                                   AccessState::kAuthenticated},
                                         ResyncRow{"left unheard",
                                                   Medium::kWlan,
                                                   true,
                                                   {.wpa_state = "SCANNING"},
                                                   AccessSession::Resync::kLost,
                                                   AccessState::kConnecting}));

TEST(F26_Resync, AFailureKeepsItsHoldHoweverStatusLooks) {
  AccessSession session;
  session.begin(tls());
  take(session, kStarted);
  take(session, kFailure);
  session.miss_events();
  EXPECT_EQ(session.resynchronise(open_port()), AccessSession::Resync::kNothing);
  EXPECT_EQ(session.status().state, AccessState::kHeld);
}

// What was said before events were lost may have been of another session, by another access point.
TEST(F70_Resync, NothingSaidBeforeCountsAsProofAfterwards) {
  AccessSession session;
  session.begin({.medium = Medium::kWlan, .method = "PEAP-MSCHAPv2"});
  take(session, "<3>Associated with 02:00:00:00:00:01");
  take(session, kStarted);
  take(session, kPeap);
  session.miss_events();
  EXPECT_EQ(session.access_point(), "");
  take(session, "<3>EAP-MSCHAPV2: failure message: '' (retry not allowed, error 691)");
  EXPECT_EQ(take(session, kFailure), AccessSession::Next::kFailed);
  EXPECT_EQ(session.status().cause, AccessCause::kRefused);
  EXPECT_FALSE(session.proven());
}

TEST(F26_Status, SilenceOfTheSwitchAndOfTheServerAreTwoThings) {
  AccessSession session;
  session.begin(tls());
  session.unanswered();
  EXPECT_EQ(session.status().state, AccessState::kConnecting);  // the network is used as it is
  EXPECT_EQ(session.status().cause, AccessCause::kNoAnswer);
  take(session, kStarted);
  session.unanswered();
  EXPECT_EQ(session.status().state, AccessState::kHeld);
  EXPECT_EQ(session.status().cause, AccessCause::kServerSilent);
}

TEST(F41_EapFast, RenewedTicketIsNoFailureAndProvisioningIsShown) {
  AccessSession session;
  session.begin({.method = "EAP-FAST", .identity = "x", .provisioning = true});
  EXPECT_TRUE(session.status().provisioning);
  take(session, kStarted);
  take(session, kFailure);
  session.renewed_pac();
  EXPECT_EQ(session.status().state, AccessState::kConnecting);
  EXPECT_EQ(session.status().cause, AccessCause::kPacRenewed);
  EXPECT_EQ(retry_after(AccessCause::kPacRenewed, 1), std::chrono::seconds(1));
}

TEST(F26_Retry, OfARefusedPasswordTakesItsTimeSinceEachTryCountsTowardsALock) {
  for (unsigned failures = 0; failures < 20; ++failures) {
    EXPECT_EQ(retry_after(AccessCause::kPassword, failures), std::chrono::minutes(5));
  }
}

TEST(F26_Retry, GetsSlowerAndStaysWithinAMinute) {
  auto last = std::chrono::seconds(0);
  for (unsigned failures = 0; failures < 20; ++failures) {
    const auto next = retry_after(AccessCause::kRefused, failures);
    EXPECT_GE(next, last);
    EXPECT_LE(next, std::chrono::seconds(60));
    last = next;
  }
}

}  // namespace
}  // namespace phone::network
