// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Soft keys: what the user asks of the call manager.
#include <absl/strings/str_cat.h>
#include <map>

#include "tools/phonectl/ask.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/print_calls.hpp"

namespace phone::phonectl {
namespace {

using namespace phone::signaling::v1;

absl::Status use(GatewayClient& client, const Request& request, const UseFeatureRequest& order,
                 const std::string& done) {
  const auto reply = client.call(&Gateway::Stub::UseFeature, order);
  if (!reply.ok()) return reply.status();
  if (request.json) {
    out(to_json(*reply, true));
    return absl::OkStatus();
  }
  std::string text = done.empty() ? "" : done + "\n";
  if (reply->has_call()) absl::StrAppend(&text, call_line(reply->call()), "\n");
  if (!reply->expected().empty()) absl::StrAppend(&text, plain(reply->expected()), "\n");
  out(text);
  return absl::OkStatus();
}

bool is_held(const Call& call) {
  return call.hold() == HOLD_STATE_HOLDING || call.hold() == HOLD_STATE_HELD || call.hold() == HOLD_STATE_HELD_HERE;
}

absl::StatusOr<SignalingState> signaling_of(GatewayClient& client) {
  const auto status = status_of(client);
  if (!status.ok()) return status.status();
  if (!status->has_signaling()) return absl::UnavailableError("signaling does not respond");
  return status->signaling();
}

// Of the calls that go on: the one that is not named by the user.
absl::Status name_calls(GatewayClient& client, const Request& request, UseFeatureRequest& order) {
  const auto state = signaling_of(client);
  if (!state.ok()) return state.status();
  order.set_call(request.call);
  std::vector<std::string> others;
  if (!request.to_call.empty()) others.push_back(request.to_call);
  for (const Call& call : state->call()) {
    if (call.state() != CALL_STATE_ESTABLISHED || call.call() == request.call || call.call() == request.to_call)
      continue;
    const bool first = order.feature() == FEATURE_CONFERENCE ? is_held(call) : !is_held(call);
    if (order.call().empty() && first)
      order.set_call(call.call());
    else if (request.to_call.empty())
      others.push_back(call.call());
  }
  if (order.call().empty()) return absl::NotFoundError("no call is established");
  if (others.empty() && request.number.empty())
    return absl::FailedPreconditionError("there is no second call; name a number to call first");
  if (order.feature() == FEATURE_CONFERENCE && others.size() > 1)
    return absl::FailedPreconditionError("there are several calls: name two with --call and --to, or use join");
  order.mutable_other_call()->Assign(others.begin(), others.end());
  return absl::OkStatus();
}

absl::Status use_on_call(GatewayClient& client, const Request& request, Feature feature, Wanted wanted,
                         const std::string& done) {
  UseFeatureRequest order;
  order.set_feature(feature);
  const auto call = named_call(client, request, wanted);
  if (!call.ok()) return call.status();
  order.set_call(*call);
  if (feature == FEATURE_DIRECTED_PARK) order.set_number(request.number);
  return use(client, request, order, done);
}

absl::Status use_alone(GatewayClient& client, const Request& request, Feature feature, const std::string& done) {
  UseFeatureRequest order;
  order.set_feature(feature);
  order.set_number(request.number);
  order.set_line(request.line);
  return use(client, request, order, done);
}

// The conference that there is.
absl::StatusOr<std::string> conference_of(GatewayClient& client, const Request& request) {
  if (!request.call.empty()) return request.call;
  const auto state = signaling_of(client);
  if (!state.ok()) return state.status();
  for (const Call& call : state->call()) {
    if (call.conference() && call.state() != CALL_STATE_ENDED) return call.call();
  }
  return absl::NotFoundError("there is no conference");
}

}  // namespace

absl::Status conference(GatewayClient& client, const Request& request, const View&) {
  UseFeatureRequest order;
  order.set_feature(FEATURE_CONFERENCE);
  if (!request.number.empty()) {
    const auto call = named_call(client, request, Wanted::kTransferable);
    if (!call.ok()) return call.status();
    order.set_call(*call);
    order.set_number(request.number);
    return use(client, request, order, "");
  }
  if (absl::Status named = name_calls(client, request, order); !named.ok()) return named;
  return use(client, request, order, "the call manager makes a conference of the two calls");
}

absl::Status join(GatewayClient& client, const Request& request, const View&) {
  UseFeatureRequest order;
  order.set_feature(FEATURE_JOIN);
  if (absl::Status named = name_calls(client, request, order); !named.ok()) return named;
  return use(client, request, order, "the call manager joins the calls");
}

absl::Status participants(GatewayClient& client, const Request& request, const View&) {
  const auto call = conference_of(client, request);
  if (!call.ok()) return call.status();
  UseFeatureRequest order;
  order.set_feature(FEATURE_PARTICIPANTS);
  order.set_call(*call);
  return use(client, request, order, "the call manager lists them: phonectl status");
}

absl::Status drop_participant(GatewayClient& client, const Request& request, const View&) {
  const auto call = conference_of(client, request);
  if (!call.ok()) return call.status();
  UseFeatureRequest order;
  order.set_feature(request.about.empty() ? FEATURE_DROP_LAST : FEATURE_DROP);
  order.set_call(*call);
  order.set_participant(request.about);
  return use(client, request, order, "the call manager has taken it");
}

absl::Status mute_participant(GatewayClient& client, const Request& request, const View&) {
  UseFeatureRequest order;
  order.set_feature(FEATURE_MUTE);
  order.set_participant(request.about);
  return use(client, request, order, "the call manager has taken it");
}

absl::Status park(GatewayClient& client, const Request& request, const View&) {
  if (!request.number.empty())
    return use_on_call(
        client, request, FEATURE_DIRECTED_PARK, Wanted::kTransferable,
        absl::StrCat("the call is to be parked at ", request.number, "; what became of it: phonectl status"));
  return use_on_call(client, request, FEATURE_PARK, Wanted::kTransferable,
                     "the call manager parks the call; its slot is in: phonectl status");
}

absl::Status fetch_parked(GatewayClient& client, const Request& request, const View&) {
  return use_alone(client, request, FEATURE_FETCH_PARKED, "");
}

absl::Status divert(GatewayClient& client, const Request& request, const View&) {
  return use_on_call(client, request, FEATURE_DIVERT, Wanted::kLive, "the call manager sends the caller to voicemail");
}

absl::Status call_back(GatewayClient& client, const Request& request, const View&) {
  return use_on_call(client, request, FEATURE_CALL_BACK, Wanted::kLive, "the call manager says when it is idle");
}

absl::Status malicious_call(GatewayClient& client, const Request& request, const View&) {
  return use_on_call(client, request, FEATURE_MALICIOUS_CALL, Wanted::kTransferable, "the call manager has been told");
}

absl::Status quality_report(GatewayClient& client, const Request& request, const View&) {
  return use_alone(client, request, FEATURE_QUALITY_REPORT, "the call manager has been told");
}

absl::Status hunt_group(GatewayClient& client, const Request& request, const View&) {
  return use_alone(client, request, FEATURE_HUNT_GROUP, "asked to log in or out; what is in force: phonectl status");
}

absl::Status privacy(GatewayClient& client, const Request& request, const View&) {
  return use_alone(client, request, FEATURE_PRIVACY, "asked for; what is in force: phonectl status");
}

absl::Status mobility(GatewayClient& client, const Request& request, const View&) {
  return use_alone(client, request, FEATURE_EXTENSION_MOBILITY, "");
}

absl::Status pick_up(GatewayClient& client, const Request& request, const View&) {
  const std::map<std::string, Feature> kinds{{"own", FEATURE_PICKUP},
                                             {"other", FEATURE_OTHER_PICKUP},
                                             {"group", FEATURE_GROUP_PICKUP},
                                             {"at", FEATURE_NUMBER_PICKUP}};
  return use_alone(client, request, kinds.at(request.kind.empty() ? "own" : request.kind), "");
}

absl::Status meet_me(GatewayClient& client, const Request& request, const View&) {
  return use_alone(client, request, FEATURE_MEET_ME, "");
}

absl::Status forward_all(GatewayClient& client, const Request& request, const View&) {
  Request order = request;
  const bool off = order.number == "off";
  if (off) order.number.clear();
  return use_alone(client, order, FEATURE_FORWARD_ALL,
                   off ? "calls are no longer to be forwarded" : absl::StrCat("all calls are to go to ", order.number));
}

absl::Status barge(GatewayClient& client, const Request& request, const View&) {
  UseFeatureRequest order;
  order.set_feature(request.kind == "conference" ? FEATURE_CONFERENCE_BARGE
                    : request.kind == "takeover" ? FEATURE_RESUME_SHARED
                                                 : FEATURE_BARGE);
  order.set_shared_call(request.call);
  if (request.call.empty()) {
    const auto state = signaling_of(client);
    if (!state.ok()) return state.status();
    if (state->shared_call_size() == 0) {
      return absl::NotFoundError(state->sharing().empty() ? "there is no call on a shared line" : state->sharing());
    }
    if (state->shared_call_size() > 1)
      return absl::FailedPreconditionError("there are several calls on shared lines, name one: phonectl status");
    order.set_shared_call(state->shared_call(0).shared_call());
  }
  return use(client, request, order, "");
}

}  // namespace phone::phonectl
