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
std::string alert(const std::string& description) {
  return "<3>CTRL-EVENT-EAP-STATUS status='remote TLS alert' parameter='" + description + "'";
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
        CauseRow{"server knows no such CA", {kStarted, kTls, kServer, alert("unknown CA")}, AccessCause::kOwnUntrusted},
        CauseRow{"expired, says the server",
                 {kStarted, kTls, kServer, alert("certificate expired")},
                 AccessCause::kOwnExpiredThere},
        CauseRow{"revoked, says the server",
                 {kStarted, kTls, kServer, alert("certificate revoked")},
                 AccessCause::kOwnRevoked},
        CauseRow{
            "bad, says the server", {kStarted, kTls, kServer, alert("bad certificate")}, AccessCause::kOwnUnusable},
        CauseRow{"unsupported, says the server",
                 {kStarted, kTls, kServer, alert("unsupported certificate")},
                 AccessCause::kOwnUnusable},
        CauseRow{"no version, says the server", {kStarted, kTls, alert("protocol version")}, AccessCause::kTlsMismatch},
        CauseRow{"denied in TLS", {kStarted, kTls, kServer, alert("access denied")}, AccessCause::kAuthorizationDenied},
        CauseRow{"an alert of another kind", {kStarted, kTls, kServer, alert("internal error")}, AccessCause::kRefused},
        CauseRow{"an alert with a quote", {kStarted, kTls, kServer, alert("unknown' CA")}, AccessCause::kRefused},
        CauseRow{"our own refusal comes first",
                 {kStarted, kTls, certificate_error(1), alert("certificate unknown")},
                 AccessCause::kServerUntrusted},
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

// What the switch's last word is worth beside what the supplicant says of it.
struct VerdictRow {
  const char* name;
  std::vector<SupplicantEvent> said;
  bool method_done;  // in STATUS
  AccessState state;
  AccessCause cause;
};
class F41_Verdict : public testing::TestWithParam<VerdictRow> {};
TEST_P(F41_Verdict, OfTheSwitchIsToldAsItWasMeant) {
  AccessSession session;
  session.begin(tls());
  AccessSession::Next next = AccessSession::Next::kNothing;
  for (const SupplicantEvent& event : GetParam().said) {
    next = session.take(event);
    if (next == AccessSession::Next::kConfirm) session.confirm(open_port());
  }
  const bool unheard = next == AccessSession::Next::kJudge &&
                       session.judge({.method_done = GetParam().method_done}) == AccessSession::Next::kNothing;
  if (unheard) session.judge_unheard();
  EXPECT_EQ(session.status().state, GetParam().state);
  EXPECT_EQ(session.status().cause, GetParam().cause);
}
using supplicant::EapFailed;
using supplicant::EapStarted;
using supplicant::EapSucceeded;
using supplicant::FailureFrameSeen;
using supplicant::MethodSelected;
using supplicant::PeerCertificateRefused;
using supplicant::PeerCertificateShown;
using supplicant::SuccessFrameSeen;
const MethodSelected kSelected{.method = 13};
INSTANTIATE_TEST_SUITE_P(
    Rows, F41_Verdict,
    testing::Values(VerdictRow{"denied after the handshake",
                               {EapStarted{}, kSelected, PeerCertificateShown{}, FailureFrameSeen{}},
                               true,
                               AccessState::kHeld,
                               AccessCause::kAuthorizationDenied},
                    VerdictRow{"failure in mid handshake, discarded",
                               {EapStarted{}, kSelected, FailureFrameSeen{}},
                               false,
                               AccessState::kHeld,
                               AccessCause::kTlsMismatch},
                    VerdictRow{"success",
                               {EapStarted{}, kSelected, SuccessFrameSeen{}, EapSucceeded{}},
                               true,
                               AccessState::kAuthenticated,
                               AccessCause::kNone},
                    VerdictRow{"success, its frame read late",
                               {EapStarted{}, kSelected, EapSucceeded{}, SuccessFrameSeen{}},
                               true,
                               AccessState::kAuthenticated,
                               AccessCause::kNone},
                    VerdictRow{"success after the identity",
                               {EapStarted{}, SuccessFrameSeen{}, EapFailed{}},
                               false,
                               AccessState::kUnproven,
                               AccessCause::kUnproven},
                    VerdictRow{"success without a question",
                               {SuccessFrameSeen{}, EapFailed{}},
                               false,
                               AccessState::kUnproven,
                               AccessCause::kUnproven},
                    VerdictRow{"success in mid handshake, discarded",
                               {EapStarted{}, kSelected, SuccessFrameSeen{}},
                               false,
                               AccessState::kUnproven,
                               AccessCause::kUnproven},
                    VerdictRow{"restricted VLAN after a refusal",
                               {EapStarted{}, kSelected, PeerCertificateShown{}, EapFailed{}, SuccessFrameSeen{}},
                               false,
                               AccessState::kUnproven,
                               AccessCause::kUnproven},
                    VerdictRow{"failure without a question",
                               {FailureFrameSeen{}, EapFailed{}},
                               false,
                               AccessState::kConnecting,
                               AccessCause::kNotAsked},
                    VerdictRow{"failure without a question, discarded",
                               {FailureFrameSeen{}},
                               false,
                               AccessState::kConnecting,
                               AccessCause::kNotAsked},
                    VerdictRow{"thrown out without a question",
                               {EapStarted{}, kSelected, SuccessFrameSeen{}, EapSucceeded{}, FailureFrameSeen{}},
                               false,
                               AccessState::kConnecting,
                               AccessCause::kNotAsked},
                    VerdictRow{"refused when asked again",
                               {EapStarted{}, kSelected, SuccessFrameSeen{}, EapSucceeded{}, EapStarted{}, kSelected,
                                PeerCertificateShown{}, FailureFrameSeen{}},
                               true,
                               AccessState::kHeld,
                               AccessCause::kAuthorizationDenied},
                    VerdictRow{
                        "asked again after it was let in",
                        {SuccessFrameSeen{}, EapFailed{}, EapStarted{}, kSelected, SuccessFrameSeen{}, EapSucceeded{}},
                        true,
                        AccessState::kAuthenticated,
                        AccessCause::kNone}));

// wpa_supplicant waits with a finished method, and takes any EAP-Success for its own.
TEST(F41_Verdict, ASuccessAfterTheFailureOfTheSameConversationIsNoAuthentication) {
  AccessSession session;
  session.begin(tls());
  session.take(EapStarted{});
  session.take(kSelected);
  EXPECT_EQ(session.take(FailureFrameSeen{}), AccessSession::Next::kJudge);
  EXPECT_EQ(session.judge({.method_done = true}), AccessSession::Next::kFailed);
  EXPECT_EQ(session.take(SuccessFrameSeen{}), AccessSession::Next::kJudge);
  EXPECT_EQ(session.take(EapSucceeded{}), AccessSession::Next::kUnproven);
  EXPECT_FALSE(session.confirm(open_port()));
  EXPECT_EQ(session.resynchronise(open_port()), AccessSession::Resync::kNothing);
  EXPECT_EQ(session.status().state, AccessState::kUnproven);
  EXPECT_EQ(session.status().detail, sentence(AccessCause::kAuthorizationDenied));
}

TEST(F41_Verdict, NeverStaysAuthenticatedAfterAFailureNotForAMoment) {
  AccessSession session;
  session.begin(tls());
  ASSERT_TRUE(session.confirm(open_port()));
  session.take(EapStarted{});
  EXPECT_EQ(session.take(FailureFrameSeen{}), AccessSession::Next::kJudge);
  EXPECT_NE(session.status().state, AccessState::kAuthenticated);
  // The supplicant's own port stays open and says so for ever.
  EXPECT_FALSE(session.confirm(open_port()));
  EXPECT_EQ(session.resynchronise(open_port()), AccessSession::Resync::kNothing);
  EXPECT_NE(session.status().state, AccessState::kAuthenticated);
}

TEST(F41_Verdict, LetInUnprovenTellsWhatHadFailedBefore) {
  AccessSession session;
  session.begin(tls());
  session.take(EapStarted{});
  session.take(kSelected);
  session.take(PeerCertificateRefused{.fault = CertificateFault::kExpired, .subject = "CN=r", .reason = "expired"});
  session.take(EapFailed{});
  EXPECT_EQ(session.take(SuccessFrameSeen{}), AccessSession::Next::kJudge);
  EXPECT_EQ(session.judge_unheard(), AccessSession::Next::kUnproven);
  EXPECT_EQ(session.status().detail, sentence(AccessCause::kServerExpired));
}

TEST(F41_Verdict, OfAWlanIsNotLookedForOnTheWire) {
  AccessSession session;
  session.begin({.medium = Medium::kWlan, .method = "EAP-TLS"});
  EXPECT_EQ(session.take(SuccessFrameSeen{}), AccessSession::Next::kNothing);
  EXPECT_EQ(session.take(FailureFrameSeen{}), AccessSession::Next::kNothing);
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
