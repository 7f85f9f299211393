// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What was asked of the call manager and what it has told of conferences, shared lines and parked calls, for the next
// process. decisions/2026-11-30-what-survives-a-restart.md has what is kept and what is asked for again.
#include <algorithm>
#include <utility>

#include "common/text/foreign_text.hpp"
#include "services/signaling/feature/conference_menu.hpp"
#include "services/signaling/feature/features.hpp"
#include "services/signaling/sip/record.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongest = 256;
constexpr size_t kMostAsked = 8;

void take_fact(Participant& one, const RecordedFact& fact) {
  if (fact.name == "participant_name") one.name = text::clean(fact.value, 128);
  if (fact.name == "muted") one.muted = fact.count != 0;
  if (fact.name == "talking") one.talking = fact.count != 0;
  if (fact.name == "participant_state") one.state = text::clean(fact.value, 32);
  if (fact.name == "participant_security" && fact.count <= 3) one.security = static_cast<SecurityLevel>(fact.count);
}

void take_fact(SharedCall& one, const RecordedFact& fact) {
  const std::pair<std::string_view, std::string*> texts[] = {{"shared_number", &one.remote_number},
                                                             {"shared_name", &one.remote_name},
                                                             {"shared_call_id", &one.call_id},
                                                             {"shared_local_tag", &one.local_tag},
                                                             {"shared_remote_tag", &one.remote_tag}};
  for (const auto& [name, to] : texts) {
    if (fact.name == name) *to = text::clean(fact.value, kLongest);
  }
  if (fact.name == "shared_line" && fact.count >= 1 && fact.count <= 255) one.line = static_cast<uint32_t>(fact.count);
  if (fact.name == "shared_state" && fact.count >= 1 && fact.count <= 3)
    one.state = static_cast<SharedCallState>(fact.count);
  if (fact.name == "shared_private") one.private_call = fact.count != 0;
}

}  // namespace

void SharedLines::write(RecordWriter& record) const {
  if (!calls_.empty()) record.text("shared_server", told_by_);
  for (const SharedCall& one : calls_) {
    record.text("shared", one.id);
    record.count("shared_line", one.line);
    record.count("shared_state", static_cast<uint64_t>(one.state));
    record.text("shared_number", one.remote_number);
    record.text("shared_name", one.remote_name);
    record.count("shared_private", one.private_call);
    record.text("shared_call_id", one.call_id);
    record.text("shared_local_tag", one.local_tag);
    record.text("shared_remote_tag", one.remote_tag);
  }
}

void SharedLines::restore(std::string_view record) {
  std::vector<SharedCall> calls;
  read_record(record, [&](const RecordedFact& fact) {
    if (fact.name == "shared_server") told_by_ = text::clean(fact.value, kLongest);
    if (fact.name == "shared" && calls.size() < kMost) calls.push_back({.id = text::clean(fact.value, kLongest)});
    if (!calls.empty()) take_fact(calls.back(), fact);
  });
  if (!calls_.empty()) return;  // the call manager was faster
  calls_ = std::move(calls);
  keep_what_is_shared();
  delegate_.changed();
}

void SoftkeyRequests::write(RecordWriter& record) const {
  for (const Asked& one : asked_) {
    if (!one.taken || one.plan.of_call.empty()) continue;
    record.text("told_of", one.plan.of_call);
    record.count("told_of_park", one.plan.parks);
    record.text("told_call_id", one.call_id);
    record.text("told_local_tag", one.local_tag);
    record.text("told_remote_tag", one.remote_tag);
    record.count("told_cseq", one.remote_cseq);
  }
}

void SoftkeyRequests::restore(std::string_view record, const std::function<void(Plan&)>& complete, TimePoint now) {
  std::vector<Asked> asked;
  read_record(record, [&](const RecordedFact& fact) {
    if (fact.name == "told_of" && asked.size() < kMostAsked) {
      asked.push_back({.id = ++last_});
      asked.back().taken = true;
      asked.back().plan.subscribes = true;
      asked.back().plan.of_call = text::clean(fact.value, kLongest);
    }
    if (asked.empty()) return;
    Asked& one = asked.back();
    if (fact.name == "told_of_park") one.plan.parks = fact.count != 0;
    if (fact.name == "told_call_id") one.call_id = fact.value.substr(0, kLongest);
    if (fact.name == "told_local_tag") one.local_tag = fact.value.substr(0, kLongest);
    if (fact.name == "told_remote_tag") one.remote_tag = fact.value.substr(0, kLongest);
    if (fact.name == "told_cseq") one.remote_cseq = static_cast<uint32_t>(fact.count & 0x7FFFFFFF);
  });
  for (Asked& one : asked) {
    if (one.call_id.empty() || one.local_tag.empty() || one.remote_tag.empty() || asked_.size() >= kMost) continue;
    complete(one.plan);
    one.until = now + (one.plan.parks ? kLongestTold : kTellPatience);
    asked_.push_back(std::move(one));
  }
}

void Features::write(RecordWriter& record) const {
  shared_.write(record);
  softkeys_.write(record);
  for (const ParkedCall& one : parked_) {
    record.text("parked", one.slot);
    record.text("parked_state", one.state);
  }
  for (const auto& [call, one] : asked_) {
    record.text("asked_of", call);
    record.text("asked", one.what);
    record.text("asked_failure", one.failure);
  }
  if (!roster_.has_value()) return;
  record.count("conference", roster_->conference);
  record.count("page_application", roster_page_.application);
  record.count("page_transaction", roster_page_.transaction);
  for (const Participant& one : roster_->participants) {
    record.text("participant", one.id);
    record.text("participant_name", one.name);
    record.count("muted", one.muted);
    record.count("talking", one.talking);
    record.text("participant_state", one.state);
    record.count("participant_security", static_cast<uint64_t>(one.security));
  }
}

// The calls are there already: what belongs to none of them is dropped.
void Features::restore(std::string_view record, TimePoint now) {
  shared_.restore(record);
  softkeys_.restore(
      record,
      [this](SoftkeyRequests::Plan& plan) {
        plan.answered = [](const absl::Status&, TimePoint) {};
        plan.told = [this, id = plan.of_call, parks = plan.parks](const Message* notify, bool over, TimePoint) {
          parks ? told_of_park(notify, over, id) : told_of_conference(id, notify, over);
        };
      },
      now);
  std::string asked_of;
  Roster roster;
  bool has_roster = false;
  read_record(record, [&](const RecordedFact& fact) {
    const auto number = static_cast<uint32_t>(std::min<uint64_t>(fact.count, UINT32_MAX));
    if (fact.name == "parked" && parked_.size() < kMostParked)
      parked_.push_back({.slot = text::clean(fact.value, 64), .state = {}});
    if (fact.name == "parked_state" && !parked_.empty()) parked_.back().state = text::clean(fact.value, 32);
    if (fact.name == "asked_of") asked_of = asked_.size() < kMostAsked ? text::clean(fact.value, kLongest) : "";
    if (fact.name == "asked" && !asked_of.empty()) {
      asked_[asked_of].what = text::clean(fact.value, 32);
      if (!fact.value.empty()) asked_[asked_of].until = now + kOutcomePatience;
    }
    if (fact.name == "asked_failure" && !asked_of.empty()) asked_[asked_of].failure = text::clean(fact.value);
    if (fact.name == "conference") {
      has_roster = true;
      roster.conference = roster_page_.conference = number;
    }
    if (fact.name == "page_application") roster_page_.application = number;
    if (fact.name == "page_transaction") roster_page_.transaction = number;
    if (fact.name == "participant" && roster.participants.size() < kMostParticipants)
      roster.participants.push_back({.id = text::clean(fact.value, 64), .name = {}});
    if (!roster.participants.empty()) take_fact(roster.participants.back(), fact);
  });
  if (has_roster) roster_ = std::move(roster);
  follow_calls(now);
  delegate_.changed();
}

}  // namespace phone::signaling
