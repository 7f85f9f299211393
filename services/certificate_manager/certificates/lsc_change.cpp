// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/lsc_change.hpp"

#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::certificates {
namespace {

constexpr std::size_t kMostWords = 600;

const InstalledCertificate* lsc_of(const Certificates& held) {
  const auto found = held.find(Kind::kLsc);
  return found == held.end() ? nullptr : &found->second;
}

}  // namespace

absl::Status LscChange::begin(std::uint64_t order, const KeyId& key, const Certificates& held) {
  const InstalledCertificate* now = lsc_of(held);
  next_ = Trial{.order = order, .key = key, .before = {}};
  if (trial_) {
    next_.before = trial_->before;  // what is in force has proven nothing
  } else if (now != nullptr) {
    next_.before = *now;
  }
  return begin_trial(state_, next_, now == nullptr ? KeyId() : now->key);
}

void LscChange::made(const Certificates& held, Keys& drop) {
  const InstalledCertificate* old = lsc_of(held);
  if (old != nullptr && !(next_.before && next_.before->key == old->key)) drop.push_back(old->key);
  trial_ = std::move(next_);
}

absl::StatusOr<LscChange::Keys> LscChange::install(std::uint64_t order, Chain chain, Certificates& held) {
  const KeyId key = crypto::spki_fingerprint(chain.front().public_key());
  if (auto status = begin(order, key, held); !status.ok()) return status;
  if (auto status = write_chain(state_, Kind::kLsc, chain); !status.ok()) return status;
  Keys drop;
  made(held, drop);
  held.insert_or_assign(Kind::kLsc, InstalledCertificate{std::move(chain), key});
  fallen_back_.clear();
  return drop;
}

absl::StatusOr<LscChange::Keys> LscChange::remove(std::uint64_t order, Certificates& held) {
  if (auto status = begin(order, {}, held); !status.ok()) return status;
  if (auto status = flash::remove(chain_file(state_, Kind::kLsc)); !status.ok()) return status;
  Keys drop;
  made(held, drop);
  held.erase(Kind::kLsc);
  // Nothing is left to come back: the MIC was what served before.
  if (!trial_->before) {
    if (auto status = end_trial(state_); !status.ok()) return status;
    trial_.reset();
  }
  return drop;
}

LscChange::Judged LscChange::used(const UseReport& report, Certificates& held) {
  if (!trial_) return {};
  const auto mic = held.find(Kind::kMic);
  switch (judge(*trial_, report.shown, mic == held.end() ? KeyId() : mic->second.key, report.held)) {
    case TrialEnd::kProven:
      return prove(report);
    case TrialEnd::kFallBack:
      return fall_back(report, held);
    case TrialEnd::kGoesOn:
      break;
  }
  return {};
}

LscChange::Judged LscChange::prove(const UseReport& report) {
  Judged judged{.end = TrialEnd::kProven, .status = end_trial(state_)};
  if (trial_->before) judged.drop.push_back(trial_->before->key);
  judged.text =
      absl::StrCat(trial_->key.empty() ? "Registered with the MIC, without an LSC" : "Registered with the new LSC",
                   ", at ", report.server);
  trial_.reset();
  return judged;
}

LscChange::Judged LscChange::fall_back(const UseReport& report, Certificates& held) {
  Judged judged{.end = TrialEnd::kFallBack};
  const auto& before = trial_->before;
  judged.status =
      before ? write_chain(state_, Kind::kLsc, before->chain) : flash::remove(chain_file(state_, Kind::kLsc));
  if (!judged.status.ok()) return judged;
  if (const InstalledCertificate* given_up = lsc_of(held)) judged.drop.push_back(given_up->key);
  held.erase(Kind::kLsc);
  if (before) held.emplace(Kind::kLsc, *before);
  fallen_back_ = text::clean(
      absl::StrCat(trial_->key.empty() ? "the MIC" : "the new LSC", " was refused by ", report.server, " (",
                   report.reason, "): ", before ? "the previous LSC is in use again" : "the MIC is in use again"),
      kMostWords);
  judged.text = absl::StrCat("Fell back: ", fallen_back_);
  judged.status = end_trial(state_);  // a record that is left fits nothing
  trial_.reset();
  return judged;
}

}  // namespace phone::certificates
