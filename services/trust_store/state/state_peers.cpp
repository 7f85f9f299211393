// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// TLS peers, by the lists or by path.
#include "absl/strings/str_cat.h"
#include "services/trust_store/state/state_elsewhere.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kMostRecentPeers = 16;

}  // namespace

void TrustStoreState::peer(PeerClaim claim, std::function<void(PeerResult)> done) {
  if (!claim.anchor.empty()) {
    const auto asked = std::make_shared<const PeerClaim>(std::move(claim));
    return judge_elsewhere<Verdict>(
        QueueKind::kVerdicts,
        [asked, present = present()](const TrustLists&, KeyPolicy policy) {
          return asked->server ? judge_named_path(asked->chain, asked->anchor, asked->host, present, policy)
                               : judge_path(asked->chain, asked->anchor, present, policy);
        },
        [this, asked, done = std::move(done)](Verdict verdict) { done(settle(*asked, verdict)); });
  }
  const auto leaf = parsed_peer(claim.leaf_der);
  if (claim.role == Role::kSrst) return done(settle(claim, judge_srst(leaf, *srst_, policy())));
  judge(claim, leaf, done, {});
}

absl::StatusOr<crypto::Certificate> TrustStoreState::parsed_peer(const std::string& der) {
  for (const crypto::Certificate& known : recent_peers_) {
    if (known.der() == der) return known;
  }
  auto leaf = crypto::Certificate::parse(der);
  if (!leaf.ok()) return leaf;
  recent_peers_.push_back(*leaf);
  if (recent_peers_.size() > kMostRecentPeers) recent_peers_.pop_front();
  return leaf;
}

void TrustStoreState::judge(const PeerClaim& claim, const absl::StatusOr<crypto::Certificate>& leaf,
                            const std::function<void(PeerResult)>& done, const TvsAnswer& tvs) {
  Verdict verdict = judge_peer(leaf, claim.role, installed_lists_->lists(), tvs, policy());
  if (verdict.question.has_value()) {
    return ask(*std::move(verdict.question), [=, this](const TvsAnswer& word) { judge(claim, leaf, done, word); });
  }
  done(settle(claim, verdict));
}

PeerResult TrustStoreState::settle(const PeerClaim& claim, const Verdict& verdict) {
  PeerResult result{verdict, 0};
  const std::string as = claim.anchor.empty() ? std::string(name_of(claim.role)) : "path";
  const std::string role = claim.purpose.empty() ? as : absl::StrCat(as, " (", printable(claim.purpose), ")");
  result.decision = record({.what = claim.host.empty() ? "unnamed peer" : printable(claim.host),
                            .kind = "peer",
                            .role = role,
                            .signer = verdict.signer,
                            .by = verdict.by,
                            .accepted = verdict.trusted,
                            .reason = verdict.reason},
                           verdict.warnings);
  return result;
}

}  // namespace phone::trust
