// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/peers/tvs_cache.hpp"

#include <algorithm>

#include "common/crypto/digest.hpp"

namespace phone::trust::tvs {
namespace {

// What the question is about; the role is not part of it, the answer names all roles.
std::string key_of(const TvsQuestion& question) {
  if (!question.certificate.empty()) {
    return "certificate " + crypto::hex(crypto::digest(crypto::Digest::kSha256, question.certificate));
  }
  return "signer " + crypto::hex(question.serial) + " " + question.issuer;
}

}  // namespace

std::optional<Cache::Entry> Cache::find(const TvsQuestion& question, absl::Time now) const {
  const auto found = entries_.find(key_of(question));
  if (found == entries_.end() || found->second.until <= now) return std::nullopt;
  return found->second;
}

void Cache::keep(const TvsQuestion& question, const Answer& answer, const std::string& server, absl::Time now) {
  if (!answer.valid || answer.keep <= absl::ZeroDuration()) return;
  std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
  if (entries_.size() >= kMost) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& left, const auto& right) {
      return left.second.until < right.second.until;
    }));
  }
  entries_[key_of(question)] = {answer, server, now + answer.keep};
}

}  // namespace phone::trust::tvs
