// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/refusals.hpp"

#include <gtest/gtest.h>

#include "services/network_access/access/access_session.hpp"

namespace phone::network::refusals_test {
namespace {

using Verdict = Refusals::Verdict;
constexpr auto kAllTroubles = {WlanTrouble::kCredentialsRefused,
                               WlanTrouble::kRootInvalid,
                               WlanTrouble::kRootExpired,
                               WlanTrouble::kMethodDisabled,
                               WlanTrouble::kServerRefused,
                               WlanTrouble::kSilent,
                               WlanTrouble::kWrongKey};

// How often a refusal, said every `every`, is taken before the password goes; nothing: never in a thousand times.
std::optional<unsigned> times_until_cleared(WlanTrouble trouble, bool proven, bool known, std::chrono::minutes every) {
  Refusals refusals;
  Refusals::Time now{std::chrono::hours(1)};
  for (unsigned times = 1; times <= 1000; ++times, now += every) {
    if (refusals.take(trouble, proven, known, now) == Verdict::kClear) return times;
  }
  return std::nullopt;
}

TEST(F70_Refusals_Table, OnlyTheTunnelsWordCountsAtOnceAndAKnownNetworksOverHours) {
  using std::chrono::minutes;
  for (const WlanTrouble trouble : kAllTroubles) {
    const bool counts = trouble == WlanTrouble::kCredentialsRefused || trouble == WlanTrouble::kMethodDisabled;
    EXPECT_EQ(times_until_cleared(trouble, false, false, minutes(60)), std::nullopt) << int(trouble);
    EXPECT_EQ(times_until_cleared(trouble, false, true, Refusals::kApart),
              counts ? std::optional(Refusals::kEnough) : std::nullopt)
        << int(trouble);
    // A flood counts no faster than the clock: one in half an hour.
    const auto flooded = times_until_cleared(trouble, false, true, minutes(1));
    EXPECT_EQ(flooded, counts ? std::optional<unsigned>((Refusals::kEnough - 1) * 30 + 1) : std::nullopt);
  }
  EXPECT_EQ(times_until_cleared(WlanTrouble::kCredentialsRefused, true, false, minutes(1)), 1U);
}

TEST(F70_Refusals_Table, BeingLetInOrAnotherKindStartsTheCountAnew) {
  Refusals refusals;
  Refusals::Time now{std::chrono::hours(1)};
  const auto refuse = [&](WlanTrouble trouble) {
    now += Refusals::kApart;
    return refusals.take(trouble, false, true, now);
  };
  for (unsigned i = 1; i < Refusals::kEnough; ++i) EXPECT_EQ(refuse(WlanTrouble::kMethodDisabled), Verdict::kKeep);
  EXPECT_EQ(refusals.counted(), Refusals::kEnough - 1);
  refusals.forget();
  EXPECT_EQ(refusals.counted(), 0U);
  for (unsigned i = 1; i < Refusals::kEnough; ++i) EXPECT_EQ(refuse(WlanTrouble::kMethodDisabled), Verdict::kKeep);
  EXPECT_EQ(refuse(WlanTrouble::kCredentialsRefused), Verdict::kKeep);
  EXPECT_EQ(refusals.counted(), 1U);
  // A stranger in between takes nothing back and adds nothing.
  now += Refusals::kApart;
  EXPECT_EQ(refusals.take(WlanTrouble::kCredentialsRefused, false, false, now), Verdict::kKeep);
  EXPECT_EQ(refusals.counted(), 1U);
}

TEST(F70_Refusals, KnownAreTheLastSixteenThatLetThePhoneIn) {
  WlanProfile profile;
  EXPECT_FALSE(make_known(profile, ""));
  EXPECT_FALSE(make_known(profile, "02:00:00:00:00"));
  for (int i = 0; i < 20; ++i) {
    const std::string address = "02:00:00:00:00:" + std::to_string(10 + i);
    EXPECT_TRUE(make_known(profile, address));
    EXPECT_FALSE(make_known(profile, address));
    EXPECT_TRUE(is_known(profile, address));
  }
  EXPECT_EQ(profile.known.size(), kMostKnown);
  EXPECT_FALSE(is_known(profile, "02:00:00:00:00:10"));
  EXPECT_TRUE(is_known(profile, "02:00:00:00:00:29"));
  EXPECT_FALSE(is_known(profile, ""));
}

// What the supplicant says on its control interface, as it came from hostapd's access points.
const char* const kStarted = "<3>CTRL-EVENT-EAP-STARTED EAP authentication started";
const char* const kPeap = "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 25 (PEAP) selected";
const char* const kFast = "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 43 (FAST) selected";
const char* const kServer = "<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=radius' hash=00";
const char* const kForeign = "<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=1 depth=0 subject='/CN=r' err='e'";
const char* const kExpired = "<3>CTRL-EVENT-EAP-TLS-CERT-ERROR reason=4 depth=1 subject='/CN=r' err='e'";
const char* const kNak = "<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=13 -> NAK";
const char* const kNo = "<4>EAP-MSCHAPV2: failure message: 'E=691' (retry not allowed, error 691)";
const char* const kMayRetry = "<4>EAP-MSCHAPV2: failure message: '' (retry allowed, error 691)";
const char* const kDisabled = "<4>EAP-MSCHAPV2: failure message: '' (retry not allowed, error 647)";
const char* const kLies = "<4>EAP-MSCHAPV2: failure message: 'allowed, error 691)' (retry not allowed, error 648)";
const char* const kWanted = "<3>CTRL-REQ-PASSWORD-0:Password needed for SSID voice";
const char* const kFailure = "<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed";
const char* const kPaused =
    "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"v\" auth_failures=1 duration=9 reason=AUTH_FAILED";

struct EventRow {
  const char* name;
  bool gtc;
  std::vector<std::string> said;
  AccessCause cause;
  bool proven;
  friend void PrintTo(const EventRow& row, std::ostream* out) { *out << row.name; }
};
class F70_Evidence_Table : public testing::TestWithParam<EventRow> {};
TEST_P(F70_Evidence_Table, IsWhatWasSaidWithinAFinishedTunnelAlone) {
  AccessSession session;
  session.begin({.medium = Medium::kWlan, .method = "PEAP", .silent_password = GetParam().gtc});
  (void)session.take(*parse_event("<3>Associated with 02:00:00:00:00:07"));
  for (const auto& said : GetParam().said) (void)session.take(*parse_event(said));
  EXPECT_EQ(session.status().cause, GetParam().cause);
  EXPECT_EQ(session.proven(), GetParam().proven);
  EXPECT_EQ(session.access_point(), "02:00:00:00:00:07");
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F70_Evidence_Table,
    testing::Values(
        EventRow{"one NAK", false, {kStarted, kNak, kFailure}, AccessCause::kMethodForbidden, false},
        EventRow{"NAK and no more", false, {kStarted, kNak, kPaused}, AccessCause::kMethodForbidden, false},
        EventRow{"EAP-Failure at once", false, {kStarted, kFailure}, AccessCause::kRefused, false},
        EventRow{"EAP-Failure in the handshake", false, {kStarted, kPeap, kFailure}, AccessCause::kRefused, false},
        EventRow{"a certificate shown, no key to it",
                 false,
                 {kStarted, kPeap, kServer, kFailure},
                 AccessCause::kRefused,
                 false},
        EventRow{"the same with GTC", true, {kStarted, kPeap, kServer, kFailure}, AccessCause::kPassword, false},
        EventRow{"the server's word", false, {kStarted, kPeap, kServer, kNo, kFailure}, AccessCause::kPassword, true},
        EventRow{"with EAP-FAST and a PAC", false, {kStarted, kFast, kNo, kFailure}, AccessCause::kPassword, true},
        EventRow{"MSCHAPv2 without a tunnel", false, {kStarted, kNo, kFailure}, AccessCause::kRefused, false},
        EventRow{"MSCHAPv2 of the session before",
                 false,
                 {kStarted, kPeap, kServer, kNo, kStarted, kPeap, kFailure},
                 AccessCause::kRefused,
                 false},
        EventRow{"MSCHAPv2 of a stranger",
                 false,
                 {kStarted, kPeap, kForeign, kNo, kFailure},
                 AccessCause::kServerUntrusted,
                 false},
        EventRow{"a stranger's root that has expired",
                 false,
                 {kStarted, kPeap, kExpired, kFailure},
                 AccessCause::kServerExpired,
                 false},
        EventRow{"a stranger's root, with GTC",
                 true,
                 {kStarted, kPeap, kServer, kExpired, kFailure},
                 AccessCause::kServerExpired,
                 false},
        EventRow{"an account that is disabled",
                 false,
                 {kStarted, kPeap, kServer, kDisabled, kFailure},
                 AccessCause::kRefused,
                 false},
        EventRow{"a text that looks like a number",
                 false,
                 {kStarted, kPeap, kServer, kLies, kFailure},
                 AccessCause::kRefused,
                 false},
        EventRow{
            "may be tried again", false, {kStarted, kPeap, kServer, kMayRetry, kFailure}, AccessCause::kPassword, true},
        EventRow{"a password asked for by nobody", false, {kStarted, kPeap, kWanted}, AccessCause::kNone, false}));

}  // namespace
}  // namespace phone::network::refusals_test
