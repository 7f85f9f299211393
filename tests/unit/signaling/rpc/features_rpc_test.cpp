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
  for (int value = v1::FEATURE_CONFERENCE; value <= v1::FEATURE_EXTENSION_MOBILITY; ++value) {
    v1::UseFeatureRequest one;
    one.set_feature(static_cast<v1::Feature>(value));
    EXPECT_EQ(static_cast<int>(from_proto(one)->feature), value);
  }
}

TEST(FeatureConversions, TheStateHasWhatIsShared) {
  StateView view;
  view.features = {
      .roster = Roster{.conference = 7, .participants = {{.id = "1", .name = "Ann", .muted = true}}},
      .shared_calls = {{.id = "d1",
                        .line = 2,
                        .state = SharedCallState::kHeld,
                        .remote_number = "1009",
                        .remote_name = "Bob",
                        .private_call = true}},
      .watched_numbers =
          {{.number = "1005", .label = "Desk", .state = WatchedState::kDoNotDisturb, .pickup = true, .reason = "r"}},
      .parked_calls = {{.slot = "71", .state = "reminder"}},
      .sharing = "why"};
  const v1::SignalingState state = to_proto(view);
  EXPECT_EQ(state.roster().conference(), 7U);
  EXPECT_EQ(state.roster().participant(0).name(), "Ann");
  EXPECT_TRUE(state.roster().participant(0).muted());
  EXPECT_FALSE(state.roster().participant(0).talking());
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
