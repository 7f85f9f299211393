#include "services/trust_store/judgement.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::trust {
namespace {

std::string text_of(const absl::Status& status) { return std::string(status.message()); }
std::string text_of(std::string_view text) { return std::string(text); }

std::string lists_in_force(const Lists& lists) {
  if (lists.ctl != nullptr && lists.itl != nullptr) return "the CTL or ITL in force";
  if (lists.ctl == nullptr && lists.itl == nullptr) return "a list that can be believed";
  return lists.ctl != nullptr ? "the CTL in force" : "the ITL in force";
}

std::string subjects(const std::vector<crypto::Certificate>& certificates) {
  if (certificates.empty()) return "nobody";
  return absl::StrJoin(certificates, ", ", [](std::string* out, const crypto::Certificate& certificate) {
    out->append(describe(certificate));
  });
}

// The signature against one set of certificates, with what to say when it fails.
struct Attempt {
  std::optional<crypto::Certificate> signer;
  absl::Status cause;  // NOT_FOUND: they do not know this signer, which leaves the question open
  bool open() const { return !signer.has_value() && absl::IsNotFound(cause); }
};

Attempt attempt(std::string_view file, const FileHeader& header, const std::vector<crypto::Certificate>& candidates,
                KeyPolicy policy) {
  auto signer = find_signer(file, header, candidates, policy);
  if (signer.ok()) return {*std::move(signer), absl::OkStatus()};
  return {std::nullopt, signer.status()};
}

Attempt attempt_tvs(std::string_view file, const FileHeader& header, const TvsWord& tvs, KeyPolicy policy) {
  if (tvs.says != TvsSays::kYes || !tvs.certificate.has_value()) {
    return {std::nullopt, absl::NotFoundError(tvs.text)};
  }
  return attempt(file, header, {*tvs.certificate}, policy);
}

TvsQuestion signer_question(const FileHeader& header, Role role) {
  return {role, header.signer_name, header.signer_issuer, header.signer_serial, {}};
}

std::vector<std::string> weaknesses(const FileHeader& header) {
  if (header.digest != crypto::Digest::kSha1) return {};
  return {"signature is made with SHA-1"};
}

// Everything the signature of an offered list was held against.
struct ListAttempts {
  Attempt itself, ctl, itl, tvs;
};

ListAttempts try_all(const TrustList& list, const Lists& lists, const TvsWord& tvs, KeyPolicy policy) {
  const auto against = [&](const TrustList* known) {
    return attempt(list.bytes, list.header, known != nullptr ? known->signers() : std::vector<crypto::Certificate>(),
                   policy);
  };
  return {against(&list), against(lists.ctl), against(lists.itl), attempt_tvs(list.bytes, list.header, tvs, policy)};
}

Evidence evidence_of(const ListAttempts& attempts, const TvsWord& tvs) {
  Evidence evidence;
  evidence.by_itself = attempts.itself.signer.has_value();
  evidence.by_ctl = attempts.ctl.signer.has_value();
  evidence.by_itl = attempts.itl.signer.has_value();
  evidence.tvs = tvs.says;
  if (tvs.says == TvsSays::kYes && !attempts.tvs.signer.has_value()) evidence.tvs = TvsSays::kNo;
  // A known signer's serial number with a signature that is not his, or a key that may not be used, is an answer;
  // nobody else is asked.
  evidence.sound = evidence.by_ctl || evidence.by_itl ||
                   ((attempts.ctl.open() || attempts.ctl.signer) && (attempts.itl.open() || attempts.itl.signer) &&
                    (attempts.itself.open() || attempts.itself.signer));
  return evidence;
}

std::string refusal(const TrustList& list, const Lists& lists, const ListAttempts& attempts, const TvsWord& tvs) {
  for (const Attempt* each : {&attempts.ctl, &attempts.itl, &attempts.itself, &attempts.tvs}) {
    if (!each->signer.has_value() && !each->open()) return text_of(each->cause);
  }
  const Held held = lists.held();
  if (!held.ctl && (!held.itl || held.itl_is_rollback)) {
    return absl::StrCat("signer ", claimed_signer(list.header), " is not a SAST of the list itself, which names ",
                        subjects(list.signers()));
  }
  return absl::StrCat("signer ", claimed_signer(list.header), " is no SAST of ", lists_in_force(lists), " (they are ",
                      subjects(lists.certificates(Role::kSast)), "); TVS: ", tvs.text);
}

void accept(ListVerdict& verdict, Update update, const ListAttempts& attempts, const TvsWord& tvs) {
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
      verdict.by = "first use";
      verdict.certificate = attempts.itself.signer;
      break;
  }
  verdict.signer = printable(verdict.certificate->subject());
  verdict.reason = absl::StrCat("signed by ", describe(*verdict.certificate), ", vouched for by ", verdict.by);
}

}  // namespace

Held Lists::held() const {
  return {ctl != nullptr || ctl_damaged, itl != nullptr || itl_damaged, itl != nullptr && itl->is_rollback()};
}

std::vector<crypto::Certificate> Lists::certificates(Role role) const {
  std::vector<crypto::Certificate> result;
  for (const TrustList* list : {ctl, itl}) {
    if (list == nullptr) continue;
    for (crypto::Certificate& certificate : role == Role::kSast ? list->signers() : list->certificates(role)) {
      if (std::find(result.begin(), result.end(), certificate) == result.end()) result.push_back(certificate);
    }
  }
  return result;
}

ListVerdict judge_list(ListKind kind, std::string_view file, const Lists& lists, const TvsWord& tvs, KeyPolicy policy) {
  ListVerdict verdict;
  const TrustList* installed = kind == ListKind::kCtl ? lists.ctl : lists.itl;
  if (installed != nullptr && installed->bytes == file) {
    verdict.trusted = verdict.unchanged = true;
    verdict.by = text_of(name_of(kind));
    verdict.signer = printable(installed->header.signer_name);
    verdict.reason = "byte for byte the list in force";
    return verdict;
  }
  auto list = parse_list(kind, file);
  if (!list.ok()) {
    verdict.reason = text_of(list.status());
    return verdict;
  }
  verdict.signer = printable(list->header.signer_name);
  const ListAttempts attempts = try_all(*list, lists, tvs, policy);
  const Update update = decide(lists.held(), evidence_of(attempts, tvs));
  if (update == Update::kAskTvs) {
    verdict.question = signer_question(list->header, Role::kSast);
    return verdict;
  }
  if (!accepted(update)) {
    verdict.reason = refusal(*list, lists, attempts, tvs);
    return verdict;
  }
  accept(verdict, update, attempts, tvs);
  verdict.warnings = weaknesses(list->header);
  if (list->more_than_two_signers()) {
    verdict.warnings.push_back("names more than two signers, the first two count");
  }
  if (list->is_rollback())
    verdict.warnings.push_back("names neither TFTP nor TVS: the next list will be believed unseen");
  if (installed != nullptr && list->header.timestamp < installed->header.timestamp) {
    verdict.warnings.push_back("is older than the list it replaces");
  }
  verdict.list = *std::move(list);
  return verdict;
}

FileVerdict judge_file(std::string_view requested_name, std::string_view file, const Lists& lists, const TvsWord& tvs,
                       KeyPolicy policy) {
  FileVerdict verdict;
  auto parsed = parse_signed_file(requested_name, file);
  if (!parsed.ok()) {
    verdict.reason = text_of(parsed.status());
    return verdict;
  }
  verdict.signer = printable(parsed->header.signer_name);
  if (lists.ctl == nullptr && lists.itl == nullptr) {
    verdict.reason = "no trust list is installed, nobody can vouch for the signer";
    return verdict;
  }
  Attempt result;
  for (const TrustList* list : {lists.ctl, lists.itl}) {
    if (list == nullptr || result.signer.has_value()) continue;
    Attempt next = attempt(file, parsed->header, list->certificates(Role::kTftp), policy);
    if (next.signer.has_value()) verdict.by = text_of(name_of(list->kind));
    if (next.signer.has_value() || result.cause.ok() || result.open()) result = std::move(next);
  }
  if (result.open() && tvs.says == TvsSays::kNotAsked) {
    verdict.question = signer_question(parsed->header, Role::kTftp);
    return verdict;
  }
  if (result.open() && tvs.says == TvsSays::kYes) {
    result = attempt_tvs(file, parsed->header, tvs, policy);
    verdict.by = absl::StrCat("TVS ", tvs.server);
  }
  if (!result.signer.has_value()) {
    verdict.by.clear();
    verdict.reason =
        result.open()
            ? absl::StrCat("signer ", claimed_signer(parsed->header), " has no TFTP role on ", lists_in_force(lists),
                           " (who has: ", subjects(lists.certificates(Role::kTftp)), "); TVS: ", tvs.text)
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
