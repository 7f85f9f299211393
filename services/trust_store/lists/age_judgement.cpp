// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/age_judgement.hpp"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"

namespace phone::trust {
namespace {

std::string sha256_hex(std::string_view bytes) { return crypto::hex(crypto::digest(crypto::Digest::kSha256, bytes)); }

void refuse_for_age(Verdict& verdict, std::string why, std::string_view allow) {
  verdict.trusted = false;
  verdict.by.clear();
  verdict.warnings.clear();
  verdict.reason =
      absl::StrCat(why, "; it was ", verdict.reason,
                   ". If this is intended (a cluster restored from a backup), an administrator can allow it: "
                   "phonectl trust allow-older ",
                   std::string(allow));
}

void say_allowed(Verdict& verdict, const std::string& why) {
  verdict.allowed = true;
  absl::StrAppend(&verdict.reason, "; ", why, ", which the administrator allowed");
}

bool verifies(const TrustList& list, const std::vector<crypto::Certificate>& signers, KeyPolicy policy) {
  return find_signer(list.bytes, list.header, signers, policy).ok();
}

// Whether an older rollback list has more behind it than the ITL it replaces; nothing while TVS has to be asked.
std::optional<std::string> vouched_apart(const ListVerdict& verdict, const TrustLists& lists, const TvsAnswer& tvs,
                                         KeyPolicy policy) {
  if (lists.ctl != nullptr && verifies(*verdict.list, lists.ctl->signers(), policy)) return "CTL";
  if (tvs.says == TvsVerdict::kNotAsked) return std::nullopt;
  const bool yes = tvs.says == TvsVerdict::kYes && tvs.certificate.has_value() &&
                   verifies(*verdict.list, {*tvs.certificate}, policy);
  return yes ? absl::StrCat("TVS ", tvs.server) : std::string();
}

void drop(ListVerdict& verdict) {
  verdict.list.reset();
  verdict.certificate.reset();
}

}  // namespace

Claim claim_of(const TrustList& list) {
  const std::string_view bytes = list.bytes;
  const std::string version = list.header.signer_version ? to_string(*list.header.signer_version) : "";
  return {file_name(list.kind),
          crypto::hex(list.header.signer_serial),
          list.header.timestamp.value_or(0),
          absl::StrCat(sha256_hex(bytes.substr(list.header.length)), " ", version),
          {}};
}

Claim claim_of(const SignedFile& file, std::string_view bytes, bool as_form) {
  // Encrypted anew each time it is given out, a file still says the same.
  const std::string content = file.encryption ? absl::StrCat(std::string(crypto::digest_name(file.encryption->digest)),
                                                             " ", crypto::hex(file.encryption->plaintext_digest))
                                              : sha256_hex(file.body);
  return {as_form ? form_of(file.header.file_name) : file.header.file_name, crypto::hex(file.header.signer_serial),
          file.header.timestamp.value_or(0), content, crypto::hex(crypto::digest(crypto::Digest::kSha1, bytes))};
}

void judge_age(ListVerdict& verdict, const TrustLists& lists, const TvsAnswer& tvs, KeyPolicy policy,
               const Ages& ages) {
  if (!verdict.trusted || verdict.unchanged) return;
  const TrustList& list = *verdict.list;
  const Claim claim = claim_of(list);
  verdict.claims = {claim};
  verdict.signed_at = claim.signed_at;
  verdict.aged = age_of(ages.marks, claim, verdict.by == kFirstUse, ages.present);
  if (verdict.aged.age == Age::kSameContent) {
    if (ages.allowed) return say_allowed(verdict, "it is older than the list in force and has the same content");
    const TrustList* installed = list.kind == ListKind::kCtl ? lists.ctl : lists.itl;
    if (installed != nullptr && claim_of(*installed).content == claim.content) {
      verdict.unchanged = true;
      absl::StrAppend(&verdict.reason, "; it is older than the list in force, of ", time_text(verdict.aged.newest),
                      ", and has the same content: nothing changes");
      return;
    }
    verdict.aged.age = Age::kOlder;
  }
  const std::string why = age_refusal(verdict.aged, claim);
  if (why.empty()) return;
  if (ages.allowed) return say_allowed(verdict, why);
  if (verdict.aged.age == Age::kOlder && list.kind == ListKind::kItl && list.is_rollback()) {
    const auto by = vouched_apart(verdict, lists, tvs, policy);
    if (!by.has_value()) {
      verdict.trusted = false;
      verdict.question = {
          Role::kSast, list.header.signer_name, list.header.signer_issuer, list.header.signer_serial, {}};
      return drop(verdict);
    }
    if (!by->empty()) {
      verdict.by = *by;
      absl::StrAppend(&verdict.reason, "; ", why, "; it is accepted because of the ", *by,
                      ", and the next list is not trusted on first use");
      return;
    }
    refuse_for_age(verdict,
                   absl::StrCat("a rollback list ", why, ", and neither a CTL signer nor TVS vouches for it",
                                tvs.text.empty() ? "" : absl::StrCat(" (TVS: ", tvs.text, ")")),
                   name_of(list.kind));
    return drop(verdict);
  }
  refuse_for_age(verdict, why, name_of(list.kind));
  drop(verdict);
}

void judge_age(FileVerdict& verdict, std::string_view bytes, bool in_force, const Ages& ages) {
  if (!verdict.trusted) return;
  const SignedFile& file = *verdict.file;
  for (const bool as_form : {false, true}) {
    if (as_form && !in_force) break;
    const Claim claim = claim_of(file, bytes, as_form);
    verdict.claims.push_back(claim);
    verdict.signed_at = claim.signed_at;
    verdict.aged = age_of(ages.marks, claim, false, ages.present);
    std::string why = age_refusal(verdict.aged, claim);
    if (ages.allowed && verdict.aged.age == Age::kSameContent)
      why = "it is older than the newest accepted one and has the same content";
    if (ages.allowed && verdict.aged.age == Age::kSameSecond)
      why = "it was signed in the same second as the newest accepted one";
    if (why.empty()) continue;
    if (ages.allowed) {
      if (!verdict.allowed) say_allowed(verdict, why);
      continue;
    }
    refuse_for_age(verdict, why, claim.name);
    verdict.file.reset();
    return;
  }
  if (verdict.signed_at == 0)
    verdict.warnings.push_back("has no signing time, so an old one cannot be told from a new one");
}

bool to_be_kept(const Verdict& verdict) {
  return verdict.trusted && !verdict.unchanged &&
         (verdict.allowed || verdict.aged.age == Age::kFresh || verdict.aged.age == Age::kSameSecond);
}

}  // namespace phone::trust
