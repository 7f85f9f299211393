// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/state/audit_trail.hpp"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kLargestText = 2000;
constexpr absl::Duration kMoment = absl::Minutes(1);
constexpr std::size_t kLargestName = 512;

// Which share of the record it counts against.
std::size_t share_of(const Decision& decision) {
  const std::size_t kind = decision.kind == "peer" ? 2 : decision.kind == "file" ? 1 : 0;
  return decision.accepted ? kind : 3 + kind;
}

bool same_subject(const Decision& left, const Decision& right) {
  return left.what == right.what && left.kind == right.kind && left.role == right.role;
}

// Refusals that can be provoked from the network without limit; releases and images come from the administrator.
bool by_strangers(const Decision& decision) {
  return !decision.accepted && (decision.kind == "peer" || decision.kind == "file" || decision.kind == "list");
}

// What is refused beyond the rate, all of a kind together.
Decision the_rest(const Decision& decision) {
  Decision rest;
  rest.time = decision.time;
  rest.what = "others";
  rest.kind = decision.kind;
  rest.reason = absl::StrCat("more than ", AuditTrail::kMostNewRefusals,
                             " different refusals within a minute: further ones are only counted here");
  return rest;
}

bool same(const Decision& left, const Decision& right) {
  return left.accepted == right.accepted && left.what == right.what && left.kind == right.kind &&
         left.role == right.role && left.by == right.by && left.signer == right.signer && left.sha1 == right.sha1 &&
         left.reason == right.reason;
}

bool is_configuration(const Decision& decision) {
  return decision.accepted && decision.kind == "file" && absl::EndsWith(decision.what, ".sgn") &&
         absl::StrContains(decision.what, ".cnf.xml");
}

}  // namespace

void make_clean(Decision& decision) {
  for (std::string* name : {&decision.what, &decision.kind, &decision.role, &decision.signer, &decision.by,
                            &decision.sha1, &decision.sha256}) {
    *name = text::clean(*name, kLargestName);
  }
  decision.reason = text::clean(decision.reason, kLargestText);
}

AuditTrail::AuditTrail(AuditPort& file) : file_(file) {
  for (Decision& decision : file_.load()) {
    make_clean(decision);
    next_ = std::max(next_, decision.number + 1);
    keep(std::move(decision));
  }
}

void AuditTrail::keep(Decision decision) {
  if (is_configuration(decision)) configuration_ = decision;
  const std::size_t share = share_of(decision);
  audit_trail_.push_back(std::move(decision));
  const Decision& fresh = audit_trail_.back();
  const auto oldest_beyond = [&](std::size_t most, const auto& counts) {
    if (static_cast<std::size_t>(std::count_if(audit_trail_.begin(), audit_trail_.end(), counts)) <= most) return false;
    audit_trail_.erase(std::find_if(audit_trail_.begin(), audit_trail_.end(), counts));
    return true;
  };
  if (!fresh.accepted && oldest_beyond(kMostOfSubject, [&](const Decision& each) {
        return !each.accepted && same_subject(each, fresh);
      })) {
    return;
  }
  oldest_beyond(kMostOfShare.at(share), [share](const Decision& each) { return share_of(each) == share; });
}

Decision* AuditTrail::same_a_moment_ago(const Decision& decision) {
  for (auto each = audit_trail_.rbegin(); each != audit_trail_.rend(); ++each) {
    if (same(*each, decision)) {
      const absl::Duration since = decision.time - each->last_time;
      return since >= absl::ZeroDuration() && since < kMoment ? &*each : nullptr;
    }
    // Something else about the same thing came between: the order of changes is kept. Two unknown peers that
    // alternate change nothing and are counted.
    if (same_subject(*each, decision) && !(by_strangers(decision) && !each->accepted)) return nullptr;
  }
  return nullptr;
}

bool AuditTrail::too_many_new(const Decision& decision) {
  if (decision.accepted) return false;
  std::deque<absl::Time>& times = new_refusals_.at(share_of(decision));
  while (!times.empty() && (decision.time - times.front() >= kMoment || decision.time < times.front())) {
    times.pop_front();
  }
  if (times.size() >= kMostNewRefusals) return true;
  times.push_back(decision.time);
  return false;
}

AuditTrail::Kept AuditTrail::add(Decision decision) {
  make_clean(decision);
  Decision* before = same_a_moment_ago(decision);
  if (before == nullptr && too_many_new(decision)) {
    decision = the_rest(decision);
    before = same_a_moment_ago(decision);
  }
  if (before != nullptr) {
    ++before->times;
    before->last_time = decision.time;
    return {before->number, true};
  }
  decision.number = next_++;
  decision.last_time = decision.time;
  keep(decision);
  file_.keep(decision, [this] { return all(); });
  return {decision.number, false};
}

std::vector<Decision> AuditTrail::all() const {
  std::vector<Decision> all;
  const auto is_kept = [this](const Decision& each) { return each.number == configuration_->number; };
  if (configuration_ && std::none_of(audit_trail_.begin(), audit_trail_.end(), is_kept)) all.push_back(*configuration_);
  all.insert(all.end(), audit_trail_.begin(), audit_trail_.end());
  return all;
}

std::vector<Decision> AuditTrail::list(std::string_view about, std::size_t maximum) const {
  const auto contains = [&](const std::string& text) { return text.find(about) != std::string::npos; };
  std::vector<Decision> result;
  for (auto each = audit_trail_.rbegin(); each != audit_trail_.rend() && result.size() < maximum; ++each) {
    if (about.empty() || contains(each->what) || contains(each->signer) || contains(each->by)) result.push_back(*each);
  }
  return result;
}

}  // namespace phone::trust
