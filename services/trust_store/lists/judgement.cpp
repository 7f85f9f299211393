// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/judgement.hpp"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::trust {
namespace {

std::string text_of(const absl::Status& status) { return std::string(status.message()); }
std::string text_of(std::string_view text) { return std::string(text); }

std::string lists_in_force(const TrustLists& lists) {
  if (lists.ctl != nullptr && lists.itl != nullptr) return "the CTL or ITL in force";
  if (lists.ctl == nullptr && lists.itl == nullptr) return "a trusted list";
  return lists.ctl != nullptr ? "the CTL in force" : "the ITL in force";
}

// The first few: a list may name a thousand.
std::string subjects(const std::vector<crypto::Certificate>& certificates) {
  constexpr std::size_t kMostNamed = 6;
  if (certificates.empty()) return "none";
  const std::size_t named = std::min(certificates.size(), kMostNamed);
  std::string text = absl::StrJoin(
      certificates.begin(), certificates.begin() + static_cast<std::ptrdiff_t>(named), ", ",
      [](std::string* out, const crypto::Certificate& certificate) { out->append(describe(certificate)); });
  if (certificates.size() > named) absl::StrAppend(&text, " and ", certificates.size() - named, " more");
  return text;
}

// The signature against one set of certificates, with what to say when it fails.
struct Attempt {
  std::optional<crypto::Certificate> signer;
  absl::Status cause;  // NOT_FOUND: they do not know this signer, which leaves the question open
  bool open() const { return !signer.has_value() && absl::IsNotFound(cause); }
};

Attempt attempt(const SignedContent& content, const std::vector<crypto::Certificate>& candidates, KeyPolicy policy) {
  auto signer = find_signer(content, candidates, policy);
  if (signer.ok()) return {*std::move(signer), absl::OkStatus()};
  return {std::nullopt, signer.status()};
}

Attempt attempt_tvs(const SignedContent& content, const TvsAnswer& tvs, KeyPolicy policy) {
  if (tvs.says != TvsVerdict::kYes || !tvs.certificate.has_value()) {
    return {std::nullopt, absl::NotFoundError(tvs.text)};
  }
  return attempt(content, {*tvs.certificate}, policy);
}

TvsQuestion signer_question(const FileHeader& header, Role role) {
  return {role, header.signer_name, header.signer_issuer, header.signer_serial, {}};
}

std::vector<std::string> weaknesses(const FileHeader& header) {
  if (header.digest != crypto::Digest::kSha1) return {};
  return {"the signature uses SHA-1"};
}

// Everything the signature of an offered list was held against.
struct ListAttempts {
  Attempt itself, ctl, itl, tvs;
};

ListAttempts try_all(const ListReading& reading, const TrustLists& lists, const TvsAnswer& tvs, KeyPolicy policy) {
  const SignedContent content(reading.bytes(), reading.header());
  const auto against = [&](const TrustList* known) {
    return attempt(content, known != nullptr ? known->signers() : std::vector<crypto::Certificate>(), policy);
  };
  const auto own = reading.signers();
  return {own.ok() ? attempt(content, *own, policy) : Attempt{std::nullopt, own.status()}, against(lists.ctl),
          against(lists.itl), attempt_tvs(content, tvs, policy)};
}

Evidence evidence_of(const ListAttempts& attempts, const TvsAnswer& tvs) {
  Evidence evidence;
  evidence.by_itself = attempts.itself.signer.has_value();
  evidence.by_ctl = attempts.ctl.signer.has_value();
  evidence.by_itl = attempts.itl.signer.has_value();
  evidence.tvs = tvs.says;
  if (tvs.says == TvsVerdict::kYes && !attempts.tvs.signer.has_value()) evidence.tvs = TvsVerdict::kNo;
  // A known signer's serial number with another signature, or a key that may not be used, is an answer; TVS is not
  // asked.
  evidence.sound = evidence.by_ctl || evidence.by_itl ||
                   ((attempts.ctl.open() || attempts.ctl.signer) && (attempts.itl.open() || attempts.itl.signer) &&
                    (attempts.itself.open() || attempts.itself.signer));
  return evidence;
}

std::string refusal(const ListReading& reading, const TrustLists& lists, const ListAttempts& attempts,
                    const TvsAnswer& tvs) {
  for (const Attempt* each : {&attempts.ctl, &attempts.itl, &attempts.itself, &attempts.tvs}) {
    if (!each->signer.has_value() && !each->open()) return text_of(each->cause);
  }
  const HeldLists held = lists.held();
  if (!held.ctl && (!held.itl || held.itl_is_rollback)) {
    const auto own = reading.signers();
    return absl::StrCat("signer ", claimed_signer(reading.header()),
                        " is not a list signer (SAST) of the list itself, which names ",
                        subjects(own.ok() ? *own : std::vector<crypto::Certificate>()));
  }
  return absl::StrCat("signer ", claimed_signer(reading.header()), " is not a list signer (SAST) of ",
                      lists_in_force(lists), " (list signers: ", subjects(lists.certificates(Role::kSast)),
                      "); TVS: ", tvs.text);
}

void accept(ListVerdict& verdict, Update update, const ListAttempts& attempts, const TvsAnswer& tvs) {
  verdict.trusted = true;
  switch (update) {
    case Update::kVouchedByCtl:
      verdict.by = "CTL";
      verdict.certificate = attempts.ctl.signer;
      break;
    case Update::kVouchedByItl:
      verdict.by = "ITL";
      verdict.certificate = attempts.itl.signer;
      break;
    case Update::kVouchedByTvs:
      verdict.by = absl::StrCat("TVS ", tvs.server);
      verdict.certificate = attempts.tvs.signer;
      break;
    default:
      verdict.by = text_of(kFirstUse);
      verdict.certificate = attempts.itself.signer;
      break;
  }
  verdict.signer = printable(verdict.certificate->subject());
  verdict.reason = absl::StrCat("signed by ", describe(*verdict.certificate), ", vouched for by ", verdict.by);
}

}  // namespace

HeldLists TrustLists::held() const {
  return {ctl != nullptr || ctl_damaged, itl != nullptr || itl_damaged,
          itl != nullptr && itl->is_rollback() && !itl_outdated};
}

std::vector<crypto::Certificate> TrustLists::certificates(Role role) const {
  const auto of = [role](const TrustList* list) {
    if (list == nullptr) return std::vector<crypto::Certificate>();
    return role == Role::kSast ? list->signers() : list->certificates(role);
  };
  std::vector<crypto::Certificate> result = of(ctl);
  if (result.empty()) return of(itl);
  absl::flat_hash_set<std::string_view> seen;
  for (const crypto::Certificate& certificate : result) seen.insert(certificate.der());
  for (crypto::Certificate& certificate : of(itl)) {
    if (seen.insert(certificate.der()).second) result.push_back(std::move(certificate));
  }
  return result;
}

bool TrustLists::names(Role role) const {
  return (ctl != nullptr && ctl->names(role)) || (itl != nullptr && itl->names(role));
}

ListVerdict judge_list(ListKind kind, std::string_view file, const TrustLists& lists, const TvsAnswer& tvs,
                       KeyPolicy policy) {
  if (file.size() > kLargestList) {
    ListVerdict verdict;
    verdict.reason = "the list is larger than 2 MiB";
    return verdict;
  }
  const auto reading = ListReading::scan(kind, std::string(file));
  if (!reading.ok()) {
    ListVerdict verdict;
    verdict.reason = text_of(reading.status());
    return verdict;
  }
  return judge_list(**reading, lists, tvs, policy);
}

ListVerdict judge_list(const ListReading& reading, const TrustLists& lists, const TvsAnswer& tvs, KeyPolicy policy) {
  ListVerdict verdict;
  const FileHeader& header = reading.header();
  const TrustList* installed = reading.kind() == ListKind::kCtl ? lists.ctl : lists.itl;
  verdict.signer = printable(header.signer_name);
  if (installed != nullptr && installed->bytes == reading.bytes()) {
    verdict.trusted = verdict.unchanged = true;
    verdict.by = text_of(name_of(reading.kind()));
    verdict.reason = "identical to the list in force";
    return verdict;
  }
  const ListAttempts attempts = try_all(reading, lists, tvs, policy);
  const Update update = decide(lists.held(), evidence_of(attempts, tvs));
  if (update == Update::kAskTvs) {
    verdict.question = signer_question(header, Role::kSast);
    return verdict;
  }
  if (!accepted(update)) {
    verdict.reason = refusal(reading, lists, attempts, tvs);
    return verdict;
  }
  auto list = reading.list();
  if (!list.ok()) {
    verdict.reason = text_of(list.status());
    return verdict;
  }
  accept(verdict, update, attempts, tvs);
  verdict.warnings = weaknesses(header);
  if (list->more_than_two_signers()) {
    verdict.warnings.push_back("names more than two signers; only the first two count");
  }
  if (list->is_rollback())
    verdict.warnings.push_back("names neither TFTP nor TVS: the next list will be trusted on first use");
  if (installed != nullptr && header.timestamp < installed->header.timestamp) {
    verdict.warnings.push_back("is older than the list it replaces");
  }
  verdict.list = *std::move(list);
  return verdict;
}

FileVerdict judge_file(std::string_view requested_name, std::string_view file, const TrustLists& lists,
                       const TvsAnswer& tvs, KeyPolicy policy) {
  FileVerdict verdict;
  auto parsed = parse_signed_file(requested_name, file);
  if (!parsed.ok()) {
    verdict.reason = text_of(parsed.status());
    return verdict;
  }
  verdict.signer = printable(parsed->header.signer_name);
  if (lists.ctl == nullptr && lists.itl == nullptr) {
    verdict.reason = "no trust list is installed, so the signer cannot be verified";
    return verdict;
  }
  const SignedContent content(file, parsed->header);
  Attempt result;
  for (const TrustList* list : {lists.ctl, lists.itl}) {
    if (list == nullptr || result.signer.has_value()) continue;
    Attempt next = attempt(content, list->certificates(Role::kTftp), policy);
    if (next.signer.has_value()) verdict.by = text_of(name_of(list->kind));
    if (next.signer.has_value() || result.cause.ok() || result.open()) result = std::move(next);
  }
  if (result.open() && tvs.says == TvsVerdict::kNotAsked) {
    verdict.question = signer_question(parsed->header, Role::kTftp);
    return verdict;
  }
  if (result.open() && tvs.says == TvsVerdict::kYes) {
    result = attempt_tvs(content, tvs, policy);
    verdict.by = absl::StrCat("TVS ", tvs.server);
  }
  if (!result.signer.has_value()) {
    verdict.by.clear();
    verdict.reason =
        result.open() ? absl::StrCat("signer ", claimed_signer(parsed->header), " does not have the TFTP role on ",
                                     lists_in_force(lists), " (these have: ", subjects(lists.certificates(Role::kTftp)),
                                     "); TVS: ", tvs.text)
                      : text_of(result.cause);
    return verdict;
  }
  verdict.trusted = true;
  verdict.signer = printable(result.signer->subject());
  verdict.reason = absl::StrCat("signed by ", describe(*result.signer), ", vouched for by ", verdict.by);
  verdict.warnings = weaknesses(parsed->header);
  verdict.file = *std::move(parsed);
  return verdict;
}

}  // namespace phone::trust
