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

using Kind = SupplicantEvent::Kind;
using Next = AccessSession::Next;
using enum AccessState;

constexpr AccessState kEvery[] = {kDisabled,       kDisconnected,  kConnecting, kAcquired,
                                  kAuthenticating, kAuthenticated, kHeld,       kLogoff};

const SupplicantStatus kLetIn{.eap_state = "SUCCESS", .port_authorized = true, .wpa_state = "COMPLETED"};

SupplicantEvent pauses(const char* why) { return {.kind = Kind::kNetworkDisabled, .text = why}; }

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
      {"EAP started", said({.kind = Kind::kEapStarted})},
      {"method proposed", said({.kind = Kind::kMethodProposed, .refused = true})},
      {"method selected", said({.kind = Kind::kMethodSelected, .method = 25})},
      {"peer certificate", said({.kind = Kind::kPeerCertificate})},
      {"certificate error", said({.kind = Kind::kCertificateError})},
      {"password refused", said({.kind = Kind::kPasswordRefused})},
      {"password wanted", said({.kind = Kind::kPasswordWanted})},
      {"method unusable", said({.kind = Kind::kMethodUnusable})},
      {"EAP success", said({.kind = Kind::kEapSuccess})},
      {"EAP failure", said({.kind = Kind::kEapFailure})},
      {"connected", said({.kind = Kind::kConnected})},
      {"disconnected", said({.kind = Kind::kDisconnected})},
      {"terminating", said({.kind = Kind::kTerminating})},
      {"associated", said({.kind = Kind::kAssociated})},
      {"network not found", said({.kind = Kind::kNetworkNotFound})},
      {"wrong key", said(pauses("WRONG_KEY"))},
      {"authentication failed", said(pauses("AUTH_FAILED"))},
      {"rejected", said({.kind = Kind::kRejected})},
      {"association refused", said({.kind = Kind::kAssociationRefused})},
      {"scan results", said({.kind = Kind::kScanResults})},
      {"signal change", said({.kind = Kind::kSignalChange})},
      {"other", said({.kind = Kind::kOther})},
      {"disable", ordered([](AccessSession& session) { session.disable(); })},
      {"lose link", ordered([](AccessSession& session) { session.lose_link(); })},
      {"log off", ordered([](AccessSession& session) { session.log_off(); })},
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
                                           kAuthenticating, kHeld,         kLogoff};
const std::vector<AccessState> kTrying = {kConnecting, kAcquired, kAuthenticating};
const std::vector<AccessState> kNotHeld = {kDisabled,       kDisconnected,  kConnecting, kAcquired,
                                           kAuthenticating, kAuthenticated, kLogoff};
const std::vector<AccessState> kNeither = {kDisabled, kDisconnected, kConnecting, kAcquired, kAuthenticating, kLogoff};

const std::vector<Row>& both() {
  static const std::vector<Row> rows = {
      {kNotOpen, "EAP started", kAcquired},
      {kNotOpen, "method selected", kAuthenticating},
      {{}, "password wanted", {}, Next::kPassword},
      {{}, "EAP failure", kHeld, Next::kFailed},
      {{}, "disable", kDisabled},
      {{}, "lose link", kDisconnected},
      {{}, "log off", kLogoff},
      {{}, "begin", kConnecting},
      {{}, "fail", kHeld},
      {{kDisabled, kDisconnected, kAcquired, kAuthenticating, kAuthenticated, kHeld, kLogoff}, "unanswered", kHeld},
      {{}, "renewed PAC", kConnecting},
      {{}, "confirmed", kAuthenticated},
      {kTrying, "asked anew, let in", kAuthenticated},
  };
  return rows;
}
const std::vector<Row>& wire() {
  static const std::vector<Row> rows = {
      {{}, "EAP success", {}, Next::kConfirm},
      {{kAuthenticated}, "asked anew, not let in", kAcquired},
  };
  return rows;
}
const std::vector<Row>& wlan() {
  static const std::vector<Row> rows = {
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
      session.take({.kind = Kind::kEapStarted});
      return;
    case kAuthenticating:
      session.take({.kind = Kind::kMethodSelected});
      return;
    case kAuthenticated:
      session.confirm(kLetIn);
      return;
    case kHeld:
      session.take({.kind = Kind::kEapFailure});
      return;
    case kLogoff:
      return session.log_off();
  }
}

class F26_SessionStates : public testing::TestWithParam<Medium> {};

TEST_P(F26_SessionStates, ChangeAsTheTableSaysAndNotOtherwise) {
  std::vector<Row> rows = both();
  const auto& more = GetParam() == Medium::kWire ? wire() : wlan();
  rows.insert(rows.end(), more.begin(), more.end());
  for (const Row& row : rows) ASSERT_TRUE(events().contains(row.event)) << row.event;
  for (const AccessState from : kEvery) {
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
