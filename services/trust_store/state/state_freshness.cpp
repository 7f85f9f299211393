// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The newest that was accepted, and when something older may be (decisions/2026-11-28-freshness.md).
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/trust_store/state/trust_store_state.hpp"

namespace phone::trust {
namespace {

// An allowance is for the provisioning run that follows it.
constexpr absl::Duration kUsualAllowance = absl::Minutes(15);
constexpr absl::Duration kLongestAllowance = absl::Hours(24);
constexpr std::size_t kLongestName = 200;

// The name that allow_older() means, as it is judged; empty when it means none.
std::string meant_by(const std::string& name, const std::string& device) {
  for (const ListKind kind : {ListKind::kCtl, ListKind::kItl}) {
    const std::string word(name_of(kind));
    if (name == word || (absl::StartsWith(name, word) && absl::EndsWith(name, ".tlv"))) return file_name(kind);
  }
  if (name == "configuration") return device.empty() ? "" : absl::StrCat(device, ".cnf.xml");
  return name.size() > kLongestName || printable(name) != name ? "" : form_of(name);
}

// A list in force whose lineage was left: the list that followed it did not reach flash.
bool left_behind(const Marks& marks, const Claim& claim) {
  return std::any_of(marks.marks.begin(), marks.marks.end(), [&](const Mark& mark) {
    return mark.earlier && mark.name == claim.name && mark.signer == claim.signer &&
           mark.signed_at == claim.signed_at && mark.content == claim.content;
  });
}

}  // namespace

void TrustStoreState::recover_marks() {
  LoadedMarks loaded = storage_.load_marks();
  marks_ = std::move(loaded.marks);
  const bool lists =
      installed_lists_->ctl || installed_lists_->itl || installed_lists_->ctl_damaged || installed_lists_->itl_damaged;
  if (loaded.found == LoadedMarks::Found::kSpare) {
    delegate_.tell({.kind = "incident.freshness_damaged",
                    .warning = true,
                    .text = "the record of the newest accepted lists and files is read from its second copy"});
  }
  if (loaded.found == LoadedMarks::Found::kNone && lists) {
    // The signed bytes of the lists and the record still say some of it; of the rest, nothing older than they are.
    for (const auto* installed : {&installed_lists_->ctl, &installed_lists_->itl}) {
      if (installed->has_value())
        marks_.floor = std::max(marks_.floor, (*installed)->list.header.timestamp.value_or(0));
    }
    if (const auto& last = audit_trail_.configuration()) {
      marks_.last_sha1 = last->sha1;
      for (const std::string& name : {last->what, form_of(last->what)}) {
        if (last->signed_at != 0) take(marks_, {name, {}, last->signed_at, {}, {}}, false);
      }
    }
    delegate_.tell(
        {.kind = "incident.freshness_lost",
         .warning = true,
         .text = absl::StrCat("the record of the newest accepted lists and files is lost: nothing signed before ",
                              time_text(marks_.floor), " is accepted, except the configuration in force")});
  }
  // The signed bytes themselves are marks, even when the stored marks are lost.
  for (const auto* installed : {&installed_lists_->ctl, &installed_lists_->itl}) {
    if (!installed->has_value()) continue;
    if (const Claim claim = claim_of((*installed)->list); !left_behind(marks_, claim)) take(marks_, claim, false);
  }
  auto fresh = std::make_shared<InstalledLists>(*installed_lists_);
  fresh->itl_outdated = itl_outdated();
  installed_lists_ = std::move(fresh);
}

bool TrustStoreState::itl_outdated() const {
  if (!installed_lists_->itl || !installed_lists_->itl->list.is_rollback()) return false;
  const Claim claim = claim_of(installed_lists_->itl->list);
  if (marks_.floor != 0 && claim.signed_at <= marks_.floor) return true;  // marks lost: it may have been an old one
  if (left_behind(marks_, claim)) return false;
  return age_of(marks_, claim, false, present()).age == Age::kOlder;
}

TrustStoreState::AgeContext TrustStoreState::age_context_of(const std::string& name) {
  return {std::make_shared<const Marks>(marks_), present(), allows_older(name), name};
}

absl::Status TrustStoreState::keep(const std::vector<Claim>& claims, bool allowed, bool new_lineage) {
  Marks next = marks_;
  if (new_lineage) leave(next);
  for (const Claim& claim : claims) take(next, claim, allowed);
  if (next == marks_) return absl::OkStatus();
  if (absl::Status status = storage_.store_marks(next); !status.ok()) return status;
  marks_ = std::move(next);
  return absl::OkStatus();
}

absl::Status TrustStoreState::keep_list(const ListVerdict& verdict) {
  if (!to_be_kept(verdict)) return absl::OkStatus();
  return keep(verdict.claims, verdict.allowed, verdict.by == kFirstUse);
}

void TrustStoreState::list_taken(const InstalledLists& before, const ListVerdict& verdict, ListKind kind) {
  allowed_.erase(file_name(kind));
  auto fresh = std::make_shared<InstalledLists>(*installed_lists_);
  fresh->itl_outdated = itl_outdated();
  installed_lists_ = std::move(fresh);
  tell_installed();
  tell_lowered(before, verdict);
}

void TrustStoreState::keep_file(FileVerdict& verdict, bool in_force) {
  if (!verdict.trusted) return;
  const std::vector<Claim>& claims = verdict.claims;
  const std::string form = form_of(claims[0].name);
  if (to_be_kept(verdict)) {
    if (absl::Status status = keep(claims, verdict.allowed); !status.ok()) {
      verdict.trusted = false;
      verdict.file.reset();
      verdict.reason = absl::StrCat("valid, but its signing time could not be saved: ", std::string(status.message()));
      return;
    }
  }
  // A configuration has two forms, and one may lead to the other: the allowance ends with what is put in force.
  if (in_force || form == claims[0].name) allowed_.erase(form);
}

bool TrustStoreState::allows_older(const std::string& name) {
  std::erase_if(allowed_, [now = delegate_.uptime()](const auto& each) { return now >= each.second; });
  return allowed_.contains(name);
}

OlderResult TrustStoreState::allow_older(const std::string& name, absl::Duration how_long, const std::string& why) {
  OlderResult result;
  result.name = meant_by(name, settings_.device_name);
  if (how_long <= absl::ZeroDuration()) how_long = kUsualAllowance;
  how_long = std::min(how_long, kLongestAllowance);
  result.until = present().time + how_long;
  if (settings_.locked) {
    result.reason = "the configuration locks this phone's settings";
  } else if (result.name.empty()) {
    result.reason = "name one of CTL, ITL, configuration or a file name";
  } else if (why.empty()) {
    result.reason = "lowering security requires a reason";
  } else {
    result.allowed = true;
    allowed_[result.name] = delegate_.uptime() + how_long;
    result.reason = absl::StrCat("until ", absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", result.until, absl::UTCTimeZone()),
                                 " an older one is accepted: ", printable(why));
  }
  result.decision = record({.what = result.name.empty() ? printable(name) : result.name,
                            .kind = "act",
                            .role = "administrator",
                            .by = "user interface",
                            .accepted = result.allowed,
                            .reason = result.reason},
                           {});
  if (result.allowed) {
    delegate_.tell({.kind = "incident.older_allowed",
                    .warning = true,
                    .text = absl::StrCat(result.name, ": ", result.reason),
                    .detail = {{"what", result.name}, {"decision", absl::StrCat(result.decision)}}});
  }
  return result;
}

void TrustStoreState::tell_lowered(const InstalledLists& before, const ListVerdict& verdict) {
  if (!installed_lists_->itl || !before.itl || before.itl->list.bytes == installed_lists_->itl->list.bytes) return;
  const TrustList& old_list = before.itl->list;
  const TrustList& new_list = installed_lists_->itl->list;
  const std::string by = absl::StrCat(new_list.header.file_name, ", signed by ", verdict.signer, " ",
                                      time_text(verdict.signed_at), ", lowers: ");
  const auto tell = [&](const char* what, const char* from, const char* to) {
    delegate_.tell({.kind = "incident.lowered",
                    .warning = true,
                    .text = absl::StrCat(by, what, " from ", from, " to ", to),
                    .detail = {{"what", what},
                               {"from", from},
                               {"to", to},
                               {"file", new_list.header.file_name},
                               {"signer", verdict.signer},
                               {"signed_at", time_text(verdict.signed_at)}}});
  };
  if (new_list.is_rollback() && !old_list.is_rollback()) {
    tell("who is trusted", "signers and TVS of the ITL",
         "those of a rollback list: no files or servers can be verified");
  }
  if (old_list.ec_allowed() && !new_list.ec_allowed()) tell("certificates", "EC and HTTPS", "RSA and HTTP only");
}

}  // namespace phone::trust
