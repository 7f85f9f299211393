// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/rpc/feature_rpc.hpp"

#include "common/mesh/call/enum_table.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/rpc/convert_rpc.hpp"
#include "services/signaling/rpc/enums_rpc.hpp"

namespace phone::signaling {
namespace {

constexpr auto kFeatures =
    mesh::enum_table<Feature, v1::Feature>({{Feature::kConference, v1::FEATURE_CONFERENCE},
                                            {Feature::kJoin, v1::FEATURE_JOIN},
                                            {Feature::kParticipants, v1::FEATURE_PARTICIPANTS},
                                            {Feature::kDropLast, v1::FEATURE_DROP_LAST},
                                            {Feature::kDrop, v1::FEATURE_DROP},
                                            {Feature::kMute, v1::FEATURE_MUTE},
                                            {Feature::kPark, v1::FEATURE_PARK},
                                            {Feature::kDivert, v1::FEATURE_DIVERT},
                                            {Feature::kCallBack, v1::FEATURE_CALL_BACK},
                                            {Feature::kMaliciousCall, v1::FEATURE_MALICIOUS_CALL},
                                            {Feature::kQualityReport, v1::FEATURE_QUALITY_REPORT},
                                            {Feature::kHuntGroup, v1::FEATURE_HUNT_GROUP},
                                            {Feature::kPrivacy, v1::FEATURE_PRIVACY},
                                            {Feature::kPickup, v1::FEATURE_PICKUP},
                                            {Feature::kOtherPickup, v1::FEATURE_OTHER_PICKUP},
                                            {Feature::kGroupPickup, v1::FEATURE_GROUP_PICKUP},
                                            {Feature::kNumberPickup, v1::FEATURE_NUMBER_PICKUP},
                                            {Feature::kMeetMe, v1::FEATURE_MEET_ME},
                                            {Feature::kForwardAll, v1::FEATURE_FORWARD_ALL},
                                            {Feature::kBarge, v1::FEATURE_BARGE},
                                            {Feature::kConferenceBarge, v1::FEATURE_CONFERENCE_BARGE},
                                            {Feature::kExtensionMobility, v1::FEATURE_EXTENSION_MOBILITY},
                                            {Feature::kResumeShared, v1::FEATURE_RESUME_SHARED},
                                            {Feature::kDirectedPark, v1::FEATURE_DIRECTED_PARK},
                                            {Feature::kFetchParked, v1::FEATURE_FETCH_PARKED}});
constexpr auto kSharedCallStates = mesh::enum_table<SharedCallState, v1::SharedCallState>(
    {{SharedCallState::kAlerting, v1::SHARED_CALL_STATE_ALERTING},
     {SharedCallState::kInUse, v1::SHARED_CALL_STATE_IN_USE},
     {SharedCallState::kHeld, v1::SHARED_CALL_STATE_HELD}});
constexpr auto kWatchedStates =
    mesh::enum_table<WatchedState, v1::WatchedState>({{WatchedState::kUnknown, v1::WATCHED_STATE_UNKNOWN},
                                                      {WatchedState::kIdle, v1::WATCHED_STATE_IDLE},
                                                      {WatchedState::kAlerting, v1::WATCHED_STATE_ALERTING},
                                                      {WatchedState::kInUse, v1::WATCHED_STATE_IN_USE},
                                                      {WatchedState::kDoNotDisturb, v1::WATCHED_STATE_DO_NOT_DISTURB},
                                                      {WatchedState::kRefused, v1::WATCHED_STATE_REFUSED}});
constexpr auto kCodeKinds =
    mesh::enum_table<CodeKind, v1::CodeKind>({{CodeKind::kNone, v1::CODE_KIND_UNSPECIFIED},
                                              {CodeKind::kAuthorization, v1::CODE_KIND_AUTHORIZATION},
                                              {CodeKind::kClientMatter, v1::CODE_KIND_CLIENT_MATTER}});
constexpr int kMostOtherCalls = 6;
constexpr size_t kLongestText = 256;

void take(const std::string& from, std::string& to) {
  if (!from.empty()) to = from;
}

}  // namespace

absl::StatusOr<FeatureOrder> from_proto(const v1::UseFeatureRequest& request) {
  const auto feature = kFeatures.from_proto(request.feature());
  if (!feature.has_value()) return absl::InvalidArgumentError("there is no such feature");
  if (request.other_call_size() > kMostOtherCalls) return absl::InvalidArgumentError("at most six other calls");
  for (const std::string* one : {&request.call(), &request.number(), &request.participant(), &request.shared_call()}) {
    if (one->size() > kLongestText) return absl::InvalidArgumentError("a name has at most 256 characters");
  }
  return FeatureOrder{.feature = *feature,
                      .call = request.call(),
                      .other_calls = {request.other_call().begin(), request.other_call().end()},
                      .number = request.number(),
                      .line = request.line(),
                      .participant = request.participant(),
                      .shared_call = request.shared_call()};
}

void fill(v1::SignalingState& state, const FeatureView& view) {
  for (const SharedCall& one : view.shared_calls) {
    v1::SharedCall& call = *state.add_shared_call();
    call.set_shared_call(text::clean(one.id));
    call.set_line(one.line);
    call.set_state(kSharedCallStates.to_proto(one.state));
    call.set_remote_number(text::clean(one.remote_number));
    call.set_remote_name(text::clean(one.remote_name));
    call.set_private_call(one.private_call);
  }
  if (view.roster.has_value()) {
    state.mutable_roster()->set_conference(view.roster->conference);
    for (const Participant& one : view.roster->participants) {
      v1::Participant& participant = *state.mutable_roster()->add_participant();
      participant.set_participant(text::clean(one.id));
      participant.set_name(text::clean(one.name));
      participant.set_muted(one.muted);
      participant.set_talking(one.talking);
      participant.set_state(text::clean(one.state));
      participant.set_security(to_proto(one.security));
    }
  }
  for (const WatchedNumber& one : view.watched_numbers) {
    v1::WatchedNumber& number = *state.add_watched_number();
    number.set_number(text::clean(one.number));
    number.set_label(text::clean(one.label));
    number.set_state(kWatchedStates.to_proto(one.state));
    number.set_pickup(one.pickup);
    number.set_reason(text::clean(one.reason));
    number.set_park_slot(one.park_slot);
    number.set_retrieval_prefix(text::clean(one.retrieval_prefix));
  }
  for (const ParkedCall& one : view.parked_calls) {
    v1::ParkedCall& parked = *state.add_parked_call();
    parked.set_slot(text::clean(one.slot));
    parked.set_state(text::clean(one.state));
  }
  state.set_sharing(text::clean(view.sharing));
}

void fill_features(v1::Call& call, const CallView& view) {
  call.set_conference(view.conference);
  call.set_asked(text::clean(view.asked));
  call.set_feature_failure(text::clean(view.feature_failure));
  call.set_code_wanted(kCodeKinds.to_proto(view.code_wanted));
  call.set_code_digits(view.code_digits);
}

void take_features(const policy::v1::EffectivePolicy& policy, Settings& settings) {
  FeatureUris& uris = settings.feature_uris;
  take(policy.feature_uri().forward_all(), uris.forward_all);
  take(policy.feature_uri().pickup(), uris.pickup);
  take(policy.feature_uri().other_pickup(), uris.other_pickup);
  take(policy.feature_uri().group_pickup(), uris.group_pickup);
  take(policy.feature_uri().meet_me(), uris.meet_me);
}

void register_features(mesh::Router& router, const AgentActor& agent) {
  router.unary<v1::UseFeatureRequest, v1::UseFeatureReply>(
      "phone.signaling.v1.Signaling/UseFeature",
      [&agent](const v1::UseFeatureRequest& request, mesh::Reply<v1::UseFeatureReply> reply) {
        auto order = from_proto(request);
        if (!order.ok()) return reply.fail(order.status());
        caf::anon_send(agent, UseFeatureOrder{.order = *std::move(order),
                                              .done = [reply](const absl::StatusOr<FeatureReply>& said) {
                                                if (!said.ok()) return reply.fail(said.status());
                                                v1::UseFeatureReply message;
                                                if (said->call.has_value())
                                                  *message.mutable_call() = to_proto(*said->call);
                                                message.set_expected(text::clean(said->expected));
                                                reply.ok(message);
                                              }});
      });
}

}  // namespace phone::signaling
