// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every event in every state of the session, on a wire and in a WLAN: what the table does not list changes nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "services/network_access/access/access_session.hpp"

namespace phone::network::access_session_states_test {
namespace {

using Next = AccessSession::Next;
using enum AccessState;

constexpr AccessState kEvery[] = {kDisabled,       kDisconnected,  kConnecting, kAcquired,
                                  kAuthenticating, kAuthenticated, kHeld,       kUnproven};

const SupplicantStatus kLetIn{.eap_state = "SUCCESS", .port_authorized = true, .wpa_state = "COMPLETED"};

using Event = std::function<Next(AccessSession&)>;
Event said(SupplicantEvent event) {
  return [event = std::move(event)](AccessSession& session) { return session.take(event); };
}
Event ordered(const std::function<void(AccessSession&)>& order) {
  return [order](AccessSession& session) {
    order(session);
    return Next::kNothing;
  };
}

const std::map<std::string, Event>& events() {
  static const std::map<std::string, Event> all = {
      {"EAP started", said(supplicant::EapStarted{})},
      {"method proposed", said(supplicant::MethodProposed{.refused = true})},
      {"method selected", said(supplicant::MethodSelected{.method = 25})},
      {"peer certificate", said(supplicant::PeerCertificateShown{})},
      {"certificate error", said(supplicant::PeerCertificateRefused{})},
      {"password refused", said(supplicant::PasswordRefused{})},
      {"password wanted", said(supplicant::PasswordRequested{})},
      {"method unusable", said(supplicant::MethodSetupFailed{})},
      {"EAP success", said(supplicant::EapSucceeded{})},
      {"EAP failure", said(supplicant::EapFailed{})},
      {"TLS alert", said(supplicant::TlsAlertReceived{.description = "unknown CA"})},
      {"success frame", said(supplicant::SuccessFrameSeen{})},
      {"failure frame", said(supplicant::FailureFrameSeen{})},
      {"STATUS, method done", [](AccessSession& session) { return session.judge({.method_done = true}); }},
      {"no verdict", [](AccessSession& session) { return session.judge_unheard(); }},
      {"connected", said(supplicant::Connected{})},
      {"disconnected", said(supplicant::Disconnected{})},
      {"associated", said(supplicant::Associated{})},
      {"network not found", said(supplicant::NetworkNotFound{})},
      {"wrong key", said(supplicant::NetworkDisabled{.reason = "WRONG_KEY"})},
      {"authentication failed", said(supplicant::NetworkDisabled{.reason = "AUTH_FAILED"})},
      {"rejected", said(supplicant::AuthenticationRejected{})},
      {"association refused", said(supplicant::AssociationRejected{})},
      {"scan results", said(supplicant::ScanCompleted{})},
      {"signal change", said(supplicant::SignalChanged{})},
      {"disable", ordered([](AccessSession& session) { session.disable(); })},
      {"lose link", ordered([](AccessSession& session) { session.lose_link(); })},
      {"begin", ordered([](AccessSession& session) { session.begin({}); })},
      {"fail", ordered([](AccessSession& session) { session.fail(AccessCause::kSupplicantGone, {}); })},
      {"unanswered", ordered([](AccessSession& session) { session.unanswered(); })},
      {"renewed PAC", ordered([](AccessSession& session) { session.renewed_pac(); })},
      {"nothing fits", ordered([](AccessSession& session) { session.nothing_fits(""); })},
      {"missed events", ordered([](AccessSession& session) { session.miss_events(); })},
      {"confirmed", ordered([](AccessSession& session) { EXPECT_TRUE(session.confirm(kLetIn)); })},
      {"not confirmed", ordered([](AccessSession& session) { EXPECT_FALSE(session.confirm({})); })},
      {"asked anew, let in", ordered([](AccessSession& session) { session.resynchronise(kLetIn); })},
      {"asked anew, not let in", ordered([](AccessSession& session) { session.resynchronise({}); })},
  };
  return all;
}

struct Row {
  std::vector<AccessState> in;  // empty: every state
  const char* event;
  std::optional<AccessState> to;  // none: stays
  Next next = Next::kNothing;
};

const std::vector<AccessState> kNotOpen = {kDisabled,       kDisconnected, kConnecting, kAcquired,
                                           kAuthenticating, kHeld,         kUnproven};
const std::vector<AccessState> kTrying = {kConnecting, kAcquired, kAuthenticating};
const std::vector<AccessState> kNotHeld = {kDisabled, kDisconnected,   kConnecting,
                                           kAcquired, kAuthenticating, kAuthenticated};
const std::vector<AccessState> kNeither = {kDisabled, kDisconnected, kConnecting, kAcquired, kAuthenticating};

const std::vector<Row>& both() {
  static const std::vector<Row> rows = {
      {kNotOpen, "EAP started", kAcquired},
      {kNotOpen, "method selected", kAuthenticating},
      {{}, "password wanted", {}, Next::kPassword},
      {{}, "disable", kDisabled},
      {{}, "lose link", kDisconnected},
      {{}, "begin", kConnecting},
      {{}, "fail", kHeld},
      {{kDisabled, kDisconnected, kAcquired, kAuthenticating, kAuthenticated, kHeld, kUnproven}, "unanswered", kHeld},
      {{}, "renewed PAC", kConnecting},
      {{}, "confirmed", kAuthenticated},
      {kTrying, "asked anew, let in", kAuthenticated},
  };
  return rows;
}
const std::vector<Row>& wire() {
  static const std::vector<Row> rows = {
      {{}, "EAP success", {}, Next::kConfirm},
      {{kAcquired, kAuthenticating}, "EAP failure", kHeld, Next::kFailed},
      {{kConnecting, kAuthenticated}, "EAP failure", kConnecting, Next::kNotAsked},
      {{kConnecting, kAcquired, kAuthenticating, kHeld}, "success frame", {}, Next::kJudge},
      {kTrying, "failure frame", {}, Next::kJudge},
      {{kAuthenticated, kUnproven}, "failure frame", kAcquired, Next::kJudge},
      {{kUnproven}, "asked anew, let in", kAuthenticated},
      {{kAuthenticated}, "asked anew, not let in", kAcquired},
  };
  return rows;
}
const std::vector<Row>& wlan() {
  static const std::vector<Row> rows = {
      {{}, "EAP failure", kHeld, Next::kFailed},
      {kNotHeld, "connected", {}, Next::kConfirm},
      {{kAuthenticated}, "disconnected", kConnecting},
      {kNeither, "associated", kAcquired},
      {kNeither, "network not found", kConnecting, Next::kLookAround},
      {kNotHeld, "wrong key", kHeld, Next::kFailed},
      {kNotHeld, "authentication failed", kHeld, Next::kFailed},
      {kNeither, "rejected", kHeld, Next::kFailed},
      {kNeither, "association refused", kHeld, Next::kFailed},
      {{kAuthenticated}, "asked anew, not let in", kConnecting},
  };
  return rows;
}

void bring(AccessSession& session, AccessState state) {
  switch (state) {
    case kDisabled:
      return session.disable();
    case kDisconnected:
      return session.lose_link();
    case kConnecting:
      return;
    case kAcquired:
      session.take(supplicant::EapStarted{});
      return;
    case kAuthenticating:
      session.take(supplicant::MethodSelected{});
      return;
    case kAuthenticated:
      session.confirm(kLetIn);
      return;
    case kHeld:
      return session.fail(AccessCause::kRefused, {});
    case kUnproven:
      session.take(supplicant::SuccessFrameSeen{});
      session.take(supplicant::EapFailed{});
      return;
  }
}

class F26_SessionStates : public testing::TestWithParam<Medium> {};

TEST_P(F26_SessionStates, ChangeAsTheTableSaysAndNotOtherwise) {
  std::vector<Row> rows = both();
  const auto& more = GetParam() == Medium::kWire ? wire() : wlan();
  rows.insert(rows.end(), more.begin(), more.end());
  for (const Row& row : rows) ASSERT_TRUE(events().contains(row.event)) << row.event;
  for (const AccessState from : kEvery) {
    if (from == kUnproven && GetParam() == Medium::kWlan) continue;
    for (const auto& [name, event] : events()) {
      std::vector<std::pair<AccessState, AccessState>> reported;
      AccessSession session({.entered = [&](AccessState before, AccessState after, std::string_view cause) {
        EXPECT_FALSE(cause.empty());
        reported.emplace_back(before, after);
      }});
      session.begin({.medium = GetParam()});
      bring(session, from);
      ASSERT_EQ(session.status().state, from);
      reported.clear();
      const auto row = std::find_if(rows.begin(), rows.end(), [&, &name = name](const Row& one) {
        return name == one.event && (one.in.empty() || std::find(one.in.begin(), one.in.end(), from) != one.in.end());
      });
      const AccessState to = row == rows.end() ? from : row->to.value_or(from);
      const std::string where = std::string(name_of(from)) + ", " + name;
      EXPECT_EQ(event(session), row == rows.end() ? Next::kNothing : row->next) << where;
      EXPECT_EQ(session.status().state, to) << where;
      using Changes = std::vector<std::pair<AccessState, AccessState>>;
      EXPECT_EQ(reported, to == from ? Changes() : Changes({{from, to}})) << where;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Media, F26_SessionStates, testing::Values(Medium::kWire, Medium::kWlan));

}  // namespace
}  // namespace phone::network::access_session_states_test
