// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The glue of soft keys, with values that are not defaults.
#include <gtest/gtest.h>

#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/feature_rpc.hpp"

namespace phone::signaling {
namespace {

TEST(FeatureConversions, AnOrderHasAllItNames) {
  v1::UseFeatureRequest request;
  request.set_feature(v1::FEATURE_CONFERENCE_BARGE);
  request.set_call("a");
  request.add_other_call("b");
  request.set_number("1005");
  request.set_line(2);
  request.set_participant("p");
  request.set_shared_call("s");
  const auto order = from_proto(request);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->feature, Feature::kConferenceBarge);
  EXPECT_EQ(order->call, "a");
  EXPECT_EQ(order->other_calls, std::vector<std::string>{"b"});
  EXPECT_EQ(order->number, "1005");
  EXPECT_EQ(order->line, 2U);
  EXPECT_EQ(order->participant, "p");
  EXPECT_EQ(order->shared_call, "s");
  for (int i = 0; i < 6; ++i) request.add_other_call("c");
  EXPECT_EQ(from_proto(request).status().code(), absl::StatusCode::kInvalidArgument);
  v1::UseFeatureRequest unknown;
  unknown.set_feature(static_cast<v1::Feature>(999));
  EXPECT_EQ(from_proto(unknown).status().code(), absl::StatusCode::kInvalidArgument);
  unknown.set_feature(v1::FEATURE_PARK);
  unknown.set_call(std::string(300, 'x'));
  EXPECT_EQ(from_proto(unknown).status().code(), absl::StatusCode::kInvalidArgument);
  for (int value = v1::FEATURE_CONFERENCE; value <= v1::FEATURE_FETCH_PARKED; ++value) {
    v1::UseFeatureRequest one;
    one.set_feature(static_cast<v1::Feature>(value));
    EXPECT_EQ(static_cast<int>(from_proto(one)->feature), value);
  }
}

TEST(FeatureConversions, TheStateHasWhatIsShared) {
  StateView view;
  view.features = {.roster = Roster{.conference = 7,
                                    .participants = {{.id = "1",
                                                      .name = "Ann",
                                                      .muted = true,
                                                      .state = "on-hold",
                                                      .security = SecurityLevel::kAuthenticated}}},
                   .shared_calls = {{.id = "d1",
                                     .line = 2,
                                     .state = SharedCallState::kHeld,
                                     .remote_number = "1009",
                                     .remote_name = "Bob",
                                     .private_call = true}},
                   .watched_numbers = {{.number = "1005",
                                        .label = "Desk",
                                        .state = WatchedState::kDoNotDisturb,
                                        .pickup = true,
                                        .reason = "r",
                                        .park_slot = true,
                                        .retrieval_prefix = "*8"}},
                   .parked_calls = {{.slot = "71", .state = "reminder"}},
                   .sharing = "why"};
  const v1::SignalingState state = to_proto(view);
  EXPECT_EQ(state.roster().conference(), 7U);
  EXPECT_EQ(state.roster().participant(0).name(), "Ann");
  EXPECT_TRUE(state.roster().participant(0).muted());
  EXPECT_FALSE(state.roster().participant(0).talking());
  EXPECT_EQ(state.roster().participant(0).state(), "on-hold");
  EXPECT_EQ(state.roster().participant(0).security(), v1::SECURITY_LEVEL_AUTHENTICATED);
  EXPECT_EQ(state.shared_call(0).shared_call(), "d1");
  EXPECT_EQ(state.shared_call(0).line(), 2U);
  EXPECT_EQ(state.shared_call(0).state(), v1::SHARED_CALL_STATE_HELD);
  EXPECT_EQ(state.shared_call(0).remote_number(), "1009");
  EXPECT_EQ(state.shared_call(0).remote_name(), "Bob");
  EXPECT_TRUE(state.shared_call(0).private_call());
  EXPECT_EQ(state.watched_number(0).state(), v1::WATCHED_STATE_DO_NOT_DISTURB);
  EXPECT_EQ(state.watched_number(0).number(), "1005");
  EXPECT_EQ(state.watched_number(0).label(), "Desk");
  EXPECT_TRUE(state.watched_number(0).pickup());
  EXPECT_EQ(state.watched_number(0).reason(), "r");
  EXPECT_TRUE(state.watched_number(0).park_slot());
  EXPECT_EQ(state.watched_number(0).retrieval_prefix(), "*8");
  EXPECT_EQ(state.parked_call(0).slot(), "71");
  EXPECT_EQ(state.parked_call(0).state(), "reminder");
  EXPECT_EQ(state.sharing(), "why");
}

TEST(FeatureConversions, ACallSaysWhatIsAskedOfItAndHowManyDigitsItHas) {
  CallView view;
  view.conference = true;
  view.asked = "join";
  view.feature_failure = "f";
  view.code_wanted = CodeKind::kClientMatter;
  view.code_digits = 3;
  const v1::Call call = to_proto(view);
  EXPECT_TRUE(call.conference());
  EXPECT_EQ(call.asked(), "join");
  EXPECT_EQ(call.feature_failure(), "f");
  EXPECT_EQ(call.code_wanted(), v1::CODE_KIND_CLIENT_MATTER);
  EXPECT_EQ(call.code_digits(), 3U);
}

TEST(FeatureConversions, ACallIsNamedForThoseWhoReadLogs) {
  CallView view;
  view.session = {.local = "l", .remote = "r"};
  view.global_call = "1-7";
  const v1::Call call = to_proto(view);
  EXPECT_EQ(call.session_id(), "l");
  EXPECT_EQ(call.remote_session_id(), "r");
  EXPECT_EQ(call.global_call(), "1-7");
  StateView state;
  state.registrations.resize(2);
  state.registrations[0].transport = "UDP";
  state.registrations[0].clock_difference = std::chrono::seconds(-12);
  const v1::SignalingState message = to_proto(state);
  EXPECT_EQ(message.registration(0).transport(), "UDP");
  EXPECT_TRUE(message.registration(0).clock_told());
  EXPECT_EQ(message.registration(0).clock_difference_seconds(), -12);
  EXPECT_FALSE(message.registration(1).clock_told());
}

// F22, F48: the transport and the timers of the configuration.
TEST(F22_Udp, IsForANonsecurePhoneThatIsToldToUseIt) {
  policy::v1::EffectivePolicy policy;
  policy.add_call_manager()->set_address("c");
  policy.add_srst()->set_address("s");
  policy.set_transport(policy::v1::TRANSPORT_UDP);
  policy.set_security_mode(policy::v1::SECURITY_MODE_NONSECURE);
  policy.set_timer_t2_milliseconds(2000);
  policy.set_keepalive_seconds(240);
  policy.set_timer_invite_expires_seconds(90);
  policy.set_subscribe_expires_seconds(240);
  policy.set_sip_retransmissions(8);
  policy.set_invite_retransmissions(4);
  policy.set_mlpp_executive_override_preemptable(true);
  Settings settings = to_settings(policy);
  for (const Target& target : settings.targets) EXPECT_EQ(transport_of(target), SipTransport::kUdp);
  EXPECT_EQ(settings.targets[0].port, 5060);
  EXPECT_EQ(settings.t2, Milliseconds(2000));
  EXPECT_EQ(settings.keepalive, std::chrono::seconds(240));
  EXPECT_EQ(settings.invite_expires, std::chrono::seconds(90));
  EXPECT_EQ(settings.subscribe_expires, std::chrono::seconds(240));
  EXPECT_EQ(settings.retransmissions, 8U);
  EXPECT_EQ(settings.invite_retransmissions, 4U);
  EXPECT_TRUE(settings.executive_override_preemptable);
  policy.set_sip_oauth(true);
  EXPECT_EQ(transport_of(to_settings(policy).targets[0]), SipTransport::kTls);
  policy.set_sip_oauth(false);
  policy.set_security_mode(policy::v1::SECURITY_MODE_AUTHENTICATED);
  for (const Target& target : to_settings(policy).targets) EXPECT_EQ(transport_of(target), SipTransport::kTls);
}

TEST(FeatureConversions, PolicysUrisTakeThePlaceOfTheUsualOnes) {
  policy::v1::EffectivePolicy policy;
  policy.mutable_feature_uri()->set_pickup("p");
  policy.mutable_feature_uri()->set_forward_all("f");
  policy.mutable_feature_uri()->set_other_pickup("o");
  policy.mutable_feature_uri()->set_group_pickup("g");
  Settings settings;
  take_features(policy, settings);
  EXPECT_EQ(settings.feature_uris.pickup, "p");
  EXPECT_EQ(settings.feature_uris.forward_all, "f");
  EXPECT_EQ(settings.feature_uris.other_pickup, "o");
  EXPECT_EQ(settings.feature_uris.group_pickup, "g");
  EXPECT_EQ(settings.feature_uris.meet_me, "x-cisco-serviceuri-meetme") << "not configured";
}

}  // namespace
}  // namespace phone::signaling
