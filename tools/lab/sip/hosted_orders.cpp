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

bool HostedCalls::obey(const std::string& line) {
  if (!line.starts_with("bridge ")) return false;
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
    const std::string more = absl::StrContains(line, "private") ? " lock=locked" : "";
    order_(absl::StrCat("notify dialog id=d1 state=confirmed call-id=", shared_call_id_, " local-tag=", shared_local_,
                        " remote-tag=", shared_remote_, " remote=sip:", shared, "@", settings_.host, more));
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
