// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/crypto/path.hpp"
#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust {
namespace {

// The roles in which a list names exactly this certificate.
std::vector<Role> roles_of(const TrustList& list, const crypto::Certificate& certificate) {
  std::vector<Role> roles;
  for (const Record& record : list.records) {
    if (record.certificate.has_value() && *record.certificate == certificate) roles.push_back(record.role);
  }
  return roles;
}

std::string names(const std::vector<Role>& roles) {
  return absl::StrJoin(roles, ", ", [](std::string* out, Role role) { out->append(name_of(role)); });
}

std::string not_vouched(const crypto::Certificate& leaf, Role role, const TrustLists& lists,
                        const std::string& elsewhere, const std::string& tvs) {
  const std::string who = absl::StrCat("certificate ", describe(leaf));
  std::string where = "no trust list is installed";
  if (!elsewhere.empty()) {
    where = elsewhere;
  } else if (lists.ctl != nullptr || lists.itl != nullptr) {
    where = absl::StrCat("is not on the ", lists.ctl != nullptr && lists.itl != nullptr ? "CTL or ITL"
                                           : lists.ctl != nullptr                       ? "CTL"
                                                                                        : "ITL");
  }
  return absl::StrCat(who, " ", where, ", needed as ", std::string(name_of(role)), "; TVS: ", tvs);
}

// `rules.at` is chosen here.
Verdict by_path(const std::vector<std::string>& chain_der, std::string_view anchor_der, const clock::Present& present,
                crypto::PathRules rules) {
  Verdict verdict;
  const auto anchor = crypto::Certificate::parse(anchor_der);
  const auto leaf = crypto::Certificate::parse(chain_der.empty() ? std::string_view() : chain_der.front());
  const auto anchors = anchor.ok() ? crypto::TrustAnchors::of({*anchor}) : anchor.status();
  if (!anchors.ok()) {
    verdict.reason = absl::StrCat("anchor: ", std::string(anchors.status().message()));
    return verdict;
  }
  if (leaf.ok()) verdict.signer = printable(leaf->subject());
  std::vector<absl::Time> begun = {anchor->not_before()};
  for (const std::string& der : chain_der) {
    if (begun.size() > crypto::kMostIntermediates || present.known) break;
    if (const auto each = crypto::Certificate::parse(der); each.ok()) begun.push_back(each->not_before());
  }
  rules.at = clock::judging_time(present, begun);
  crypto::PathVerdict path = crypto::validate_path(chain_der, *anchors, rules);
  verdict.trusted = path.trusted;
  verdict.reason = std::move(path.reason);
  if (path.trusted) verdict.by = "path";
  return verdict;
}

}  // namespace

Verdict judge_path(const std::vector<std::string>& chain_der, std::string_view anchor_der,
                   const clock::Present& present, KeyPolicy policy) {
  return by_path(chain_der, anchor_der, present,
                 {.purpose = crypto::PathPurpose::kAuthority, .at = {}, .name = {}, .fips = policy.fips});
}

Verdict judge_named_path(const std::vector<std::string>& chain_der, std::string_view anchor_der,
                         const std::string& host, const clock::Present& present, KeyPolicy policy) {
  const std::string_view leaf_der = chain_der.empty() ? std::string_view() : chain_der.front();
  if (leaf_der != anchor_der || leaf_der.empty()) {
    return by_path(chain_der, anchor_der, present,
                   {.purpose = crypto::PathPurpose::kServer, .at = {}, .name = host, .fips = policy.fips});
  }
  // The configuration names exactly this certificate, as a trust list would.
  Verdict verdict;
  const auto leaf = crypto::Certificate::parse(leaf_der);
  const absl::Status strong = leaf.ok() ? strong_enough(leaf->public_key(), policy) : leaf.status();
  if (leaf.ok()) verdict.signer = printable(leaf->subject());
  verdict.trusted = strong.ok();
  verdict.by = strong.ok() ? "configuration" : "";
  verdict.reason = strong.ok()
                       ? absl::StrCat("certificate ", describe(*leaf), " is the one that the configuration names")
                       : std::string(strong.message());
  return verdict;
}

Verdict judge_peer(const absl::StatusOr<crypto::Certificate>& leaf, Role role, const TrustLists& lists,
                   const TvsAnswer& tvs, KeyPolicy policy) {
  Verdict verdict;
  if (!leaf.ok()) {
    verdict.reason = std::string(leaf.status().message());
    return verdict;
  }
  verdict.signer = printable(leaf->subject());
  if (absl::Status status = strong_enough(leaf->public_key(), policy); !status.ok()) {
    verdict.reason = absl::StrCat("certificate ", describe(*leaf), ": ", std::string(status.message()));
    return verdict;
  }
  std::string elsewhere;
  for (const TrustList* list : {lists.ctl, lists.itl}) {
    if (list == nullptr) continue;
    const std::string name(name_of(list->kind));
    const std::vector<Role> roles = roles_of(*list, *leaf);
    for (Role listed : roles) {
      if (!fits(listed, role)) continue;
      verdict.trusted = true;
      verdict.by = name;
      verdict.reason = absl::StrCat("certificate ", describe(*leaf), " is on the ", name, " as ", names(roles));
      return verdict;
    }
    if (!roles.empty()) elsewhere = absl::StrCat("is on the ", name, " only as ", names(roles));
  }
  if (tvs.says == TvsVerdict::kYes) {
    verdict.trusted = true;
    verdict.by = absl::StrCat("TVS ", tvs.server);
    verdict.reason = absl::StrCat("certificate ", describe(*leaf), " is vouched for by ", verdict.by);
    return verdict;
  }
  // Who serves TVS is never asked of TVS (cisco-formats.md C2).
  if (tvs.says == TvsVerdict::kNotAsked && role != Role::kTvs && (lists.ctl != nullptr || lists.itl != nullptr)) {
    verdict.question = TvsQuestion{role, {}, {}, {}, leaf->der()};
    return verdict;
  }
  verdict.reason =
      not_vouched(*leaf, role, lists, elsewhere, tvs.says == TvsVerdict::kNotAsked ? "not asked" : tvs.text);
  return verdict;
}

}  // namespace phone::trust
