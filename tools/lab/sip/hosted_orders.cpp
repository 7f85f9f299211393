// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a test has the bridge do in the middle of a call, and what crossed each wire.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/lab/sip/hosted_calls.hpp"

namespace phone::lab {
namespace {

std::string word_after(const std::string& line, const std::string& key) {
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(line, ' ', absl::SkipEmpty()))) {
    if (word.starts_with(key + "=")) return word.substr(key.size() + 1);
  }
  return {};
}

}  // namespace

// What crossed each wire since the last change: the phone's voice has 440 Hz.
void HostedCalls::report(const std::string& why) {
  constexpr int kPhone = 440;
  nlohmann::json legs = nlohmann::json::array(), parties = nlohmann::json::array();
  for (const auto& [id, call] : calls_) {
    if (call->ended || call->conference == 0) continue;
    const Bridge::Report one = bridge_.leg(id, kPhone);
    legs.push_back({{"call", id},
                    {"level", level_name(level(call->conference))},
                    {"encrypted", one.encrypted},
                    {"packets", one.packets},
                    {"authentic", one.authentic},
                    {"heard", one.heard},
                    {"tapped", one.tapped}});
  }
  for (const Member& member : members_) {
    const Bridge::Report one = bridge_.party(member.party, kPhone);
    parties.push_back({{"number", member.number},
                       {"encrypted", one.encrypted},
                       {"muted", member.muted},
                       {"hertz", member.hertz},
                       {"packets", one.packets},
                       {"authentic", one.authentic},
                       {"heard", one.heard},
                       {"tapped", one.tapped}});
  }
  events_.emit("bridge", {{"why", why}, {"leg", legs}, {"party", parties}});
}

bool HostedCalls::response(const SipMessage& message) {
  const CallPtr call = find(message.header("Call-ID"));
  if (!call) return false;
  if (key_request_refused(call, message)) return true;
  if (sip_cseq_method(message) == "INFO" || sip_cseq_method(message) == "UPDATE")
    events_.emit("hosted-answered", {{"method", sip_cseq_method(message)},
                                     {"status", message.status},
                                     {"session", message.header("Session-ID")},
                                     {"recv_info", message.header("Recv-Info")}});
  return true;
}

// RFC 7989: our own UUID first, then the phone's.
void HostedCalls::name_session(const Call& call, SipMessage& message) {
  if (!call.phone_session.empty())
    message.add("Session-ID", absl::StrCat(call.session, ";remote=", call.phone_session));
}

// cucm-calls.md 2.3; the body's form is ours (section U 3).
void HostedCalls::tell_roster(Call& call, const std::string& line) {
  SipMessage info = request_on(call, "INFO");
  const std::string package = word_after(line, "package");
  info.add("Info-Package", package.empty() ? "x-cisco-conference" : package);
  info.add("Content-Type", "application/conference-info+xml").add("Content-Disposition", "Info-Package");
  info.body =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<conference-info "
      "xmlns=\"urn:ietf:params:xml:ns:conference-info\" state=\"full\" version=\"1\">\n<users>\n";
  for (const Member& member : members_) {
    if (member.conference != call.conference) continue;
    absl::StrAppend(&info.body, "<user entity=\"sip:", member.number, "@", settings_.host,
                    "\" state=\"full\">\n<display-text>Party ", member.number,
                    "</display-text>\n<endpoint entity=\"sip:", member.number, "\">\n<status>",
                    word_after(line, "roster") == member.number ? "on-hold" : "connected", "</status>\n<security>",
                    member.encrypted ? "Encrypted" : "NotAuthenticated", "</security>\n</endpoint>\n</user>\n");
  }
  info.body += "</users>\n</conference-info>\n";
  if (absl::StrContains(line, "broken")) info.body.resize(info.body.size() / 2);
  send_(call.flow, info.text());
}

std::string HostedCalls::shared_document() const {
  std::string all =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" "
      "version=\"0\" state=\"full\" entity=\"sip:line\">\n";
  if (!shared_call_id_.empty())
    absl::StrAppend(&all, "<dialog id=\"d1\" call-id=\"", shared_call_id_, "\" local-tag=\"", shared_local_,
                    "\" remote-tag=\"", shared_remote_, "\">\n<state>confirmed</state>\n",
                    shared_held_ ? "<hold/>\n" : "", "<remote><identity>sip:", shared_party_, "@", settings_.host,
                    "</identity></remote>\n</dialog>\n");
  return all + "</dialog-info>\n";
}

bool HostedCalls::obey(const std::string& line) {
  if (!line.starts_with("bridge ")) return false;
  if (obey_about_call(line)) return true;
  const CallPtr call = newest();
  if (const std::string number = word_after(line, "join"); !number.empty()) {
    const auto party = settings_.parties.find(number);
    if (call && party != settings_.parties.end()) {
      add_member(number, party->second, call->conference);
      if (absl::StrContains(line, "named")) call->named = true;
      bridge_.forget();
      tell_level(*call);
    }
  } else if (const std::string leaver = word_after(line, "leave"); !leaver.empty()) {
    drop_member(leaver);
    bridge_.forget();
    if (call) tell_level(*call);
  } else if (const std::string shared = word_after(line, "shared"); !shared.empty()) {
    const auto party = settings_.parties.find(shared);
    shared_conference_ = ++last_conference_;
    shared_call_id_ = absl::StrCat(random_token(), "@", settings_.host);
    shared_local_ = random_token();
    shared_remote_ = random_token();
    add_member(shared, party != settings_.parties.end() && party->second, shared_conference_);
    shared_party_ = shared;
    shared_held_ = absl::StrContains(line, "held");
    std::string more = absl::StrContains(line, "private") ? " lock=locked" : "";
    if (shared_held_) more += " held=yes";
    order_(absl::StrCat("notify dialog id=d1 state=confirmed call-id=", shared_call_id_, " local-tag=", shared_local_,
                        " remote-tag=", shared_remote_, " remote=sip:", shared, "@", settings_.host, more));
  } else if (absl::StrContains(line, "roster")) {
    if (call) tell_roster(*call, line);
  } else if (absl::StrContains(line, "session")) {
    // Somebody else is at the far end from now on: another UUID.
    if (call) {
      call->session = absl::StrCat("feedfeed", call->session.substr(8));
      tell_level(*call);
    }
  } else if (const std::string where = word_after(line, "words"); !where.empty()) {
    words_where_ = where;
  } else if (const std::string event = word_after(line, "parked"); !event.empty()) {
    if (parked_) {
      const bool over = event == "retrieved" || event == "abandoned";
      notify_refer(parked_->flow, parked_->refer, over ? "terminated;reason=noresource" : "active;expires=600",
                   "application/dialog-info+xml", parked(event));
    }
  } else {
    if (absl::StrContains(line, "forget")) bridge_.forget();
    report(line);
  }
  return true;
}

}  // namespace phone::lab
