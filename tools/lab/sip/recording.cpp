// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The call manager has a phone's calls recorded (cucm-calls.md 2.10): two INVITEs with Join, one for each direction,
// inactive at first; re-INVITEs that let the sound come; BYE.
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tools/lab/sip/calls.hpp"

namespace phone::lab {
namespace {

constexpr auto kQuietFor = std::chrono::seconds(1);
constexpr auto kRecordedFor = std::chrono::seconds(5);
constexpr size_t kKeySalt = 28;

// The key of the first a=crypto line, decoded; empty without one.
std::string key_in(const std::string& sdp) {
  const size_t line = sdp.find("a=crypto:"), at = sdp.find("inline:", line);
  if (line == std::string::npos || at == std::string::npos) return {};
  const size_t begin = at + 7;
  std::string key;
  return absl::Base64Unescape(sdp.substr(begin, sdp.find_first_of("|\r\n ", begin) - begin), &key) ? key
                                                                                                   : std::string();
}

}  // namespace

std::string Calls::recording_sdp(const Recording& recording, const char* direction) const {
  const bool clear = settings_.record == RecordAs::kClear;
  const std::string where = absl::StrCat("IN IP4 ", settings_.host);
  std::string sdp = absl::StrCat("v=0\r\no=CiscoSystemsCCM-SIP 77 ", recording.leg.cseq + 1, " ", where,
                                 "\r\ns=SIP Call\r\nc=", where, "\r\nt=0 0\r\nm=audio ", recording.recorder.port(),
                                 clear ? " RTP/AVP 0\r\n" : " RTP/SAVP 0\r\n", "a=rtpmap:0 PCMU/8000\r\n");
  if (!clear) absl::StrAppend(&sdp, "a=crypto:1 AEAD_AES_128_GCM inline:", recording.key, "\r\n");
  absl::StrAppend(&sdp, "a=label:X-relay-", recording.far ? "farend" : "nearend", "\r\na=mid:1\r\na=", direction,
                  "\r\n");
  return sdp;
}

void Calls::offer_recording(const CallPtr& call, Recording& recording, const char* direction) {
  recording.sent = request_on(recording.leg, "INVITE");
  const Leg& phone = call->legs[static_cast<size_t>(phone_leg(*call))];
  if (recording.leg.remote_tag.empty()) {
    recording.sent.add("Join",
                       absl::StrCat(phone.call_id, ";from-tag=", phone.local_tag, ";to-tag=", phone.remote_tag));
  }
  recording.sent.add("Call-Info", "<urn:x-cisco-remotecc:callinfo>; isVoip; record-invoker=auto");
  recording.sent.add("Content-Type", "application/sdp");
  recording.sent.body = recording_sdp(recording, direction);
  recording.pending = true;
  registrar_.send_to(recording.leg.device, recording.sent.text());
}

void Calls::play_recordings(Clock::time_point now) {
  if (settings_.record == RecordAs::kNone) return;
  for (const auto& [id, call] : calls_) {
    if (call->state != State::kConnected || call->connected_at == Clock::time_point()) continue;
    if (call->recordings.empty()) {
      const Leg& phone = call->legs[static_cast<size_t>(phone_leg(*call))];
      for (const bool far : {false, true}) {
        Recording& one = call->recordings.emplace_back();
        one.far = far;
        std::string octets;
        while (octets.size() < kKeySalt) octets += random_token();
        one.key = absl::Base64Escape(octets.substr(0, kKeySalt));
        one.recorder.open(settings_.host);
        one.leg = {.device = phone.device,
                   .number = phone.number,
                   .call_id = absl::StrCat(random_token(), "@", settings_.host),
                   .local_tag = random_token(),
                   .remote_tag = {},
                   .local = absl::StrCat("\"Call Manager\" <sip:", settings_.host, ">"),
                   .remote = phone.remote,
                   .target = phone.target,
                   .sdp = {}};
        offer_recording(call, one, "inactive");
      }
    }
    for (Recording& one : call->recordings) {
      one.recorder.read();
      if (one.pending || one.over || now < one.due) continue;
      if (!one.running) {
        offer_recording(call, one, "recvonly");
      } else {
        registrar_.send_to(one.leg.device, request_on(one.leg, "BYE").text());
        end_recording(*call, one, "call manager");
      }
    }
  }
}

void Calls::end_recording(const Call& call, Recording& recording, const char* by) {
  if (std::exchange(recording.over, true)) return;
  recording.recorder.read();
  events_.emit("recorded", {{"call", call.id},
                            {"sound", recording.far ? "far" : "near"},
                            {"by", by},
                            {"packets", recording.recorder.packets()},
                            {"authentic", recording.recorder.authentic()},
                            {"share440", recording.recorder.share_of(440)},
                            {"share1000", recording.recorder.share_of(1000)}});
}

bool Calls::recording_response(const FlowFacts& facts, const SipMessage& message) {
  for (const auto& [id, call] : calls_) {
    for (Recording& one : call->recordings) {
      if (one.leg.call_id != message.header("Call-ID") || one.leg.device != facts.device) continue;
      if (message.status < 200 || sip_branch(one.sent) != sip_branch(message)) return true;
      one.pending = false;
      if (message.status >= 300) {
        registrar_.send_to(one.leg.device, ack_of_refusal(one.sent, message).text());
        one.over = true;
        events_.emit("recording-refused", {{"call", call->id},
                                           {"sound", one.far ? "far" : "near"},
                                           {"status", message.status},
                                           {"warning", message.header("Warning")}});
        return true;
      }
      one.leg.remote_tag = sip_parameter(message.header("To"), "tag");
      if (const std::string contact = sip_uri(message.header("Contact")); !contact.empty()) one.leg.target = contact;
      SipMessage ack = request_on(one.leg, "ACK");
      number_as(ack, one.sent);
      registrar_.send_to(one.leg.device, ack.text());
      one.recorder.set_key(key_in(message.body));
      one.running = one.sent.body.find("a=recvonly") != std::string::npos;
      one.due = Clock::now() + (one.running ? kRecordedFor : kQuietFor);
      events_.emit(one.running ? "recording" : "recording-prepared",
                   {{"call", call->id},
                    {"sound", one.far ? "far" : "near"},
                    {"encrypted", message.body.find("RTP/SAVP") != std::string::npos},
                    {"direction", message.body.find("a=sendonly") != std::string::npos ? "sendonly" : "inactive"}});
      return true;
    }
  }
  return false;
}

// The phone ends it.
bool Calls::recording_request(uint64_t flow, const SipMessage& message) {
  for (const auto& [id, call] : calls_) {
    for (Recording& one : call->recordings) {
      if (one.leg.call_id != message.header("Call-ID")) continue;
      send_(flow, respond_to(message, 200, "OK").text());
      if (message.method == "BYE") end_recording(*call, one, "phone");
      return true;
    }
  }
  return false;
}

}  // namespace phone::lab
