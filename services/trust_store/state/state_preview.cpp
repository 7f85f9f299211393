// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The outcome of an offer, without making it.
#include "absl/strings/match.h"
#include "services/trust_store/state/state_elsewhere.hpp"

namespace phone::trust {
namespace {

Verdict refused(std::string reason) {
  Verdict verdict;
  verdict.reason = std::move(reason);
  return verdict;
}

}  // namespace

void TrustStoreState::preview(std::string content, std::function<void(PreviewResult)> done) {
  auto header = parse_header(content);  // 64 KiB at most
  if (!header.ok()) return done({std::nullopt, refused(std::string(header.status().message())), {}});
  for (ListKind kind : {ListKind::kCtl, ListKind::kItl}) {
    if (!absl::StartsWith(header->file_name, std::string(name_of(kind)))) continue;
    const auto list = std::make_shared<ParsedList>();
    list->bytes = std::move(content);
    return judge(list, kind, done, {});
  }
  preview(std::make_shared<const std::string>(std::move(content)), header->file_name, done, {});
}

void TrustStoreState::preview(const std::shared_ptr<const std::string>& file, const std::string& name,
                              const std::function<void(PreviewResult)>& done, const TvsAnswer& tvs) {
  const AgeContext age_context = age_context_of(form_of(name));
  judge_elsewhere<FileVerdict>(
      QueueKind::kPreviews,
      [=](const TrustLists& lists, KeyPolicy policy) {
        FileVerdict verdict = judge_file(name, *file, lists, tvs, policy);
        judge_age(verdict, *file, true, age_context.ages());
        return verdict;
      },
      [=, this](FileVerdict verdict) {
        if (verdict.question.has_value()) {
          return ask(*std::move(verdict.question),
                     [=, this](const TvsAnswer& word) { preview(file, name, done, word); });
        }
        done({std::nullopt, verdict, {}});
      });
}

void TrustStoreState::judge(const ParsedListPtr& list, ListKind kind, const std::function<void(PreviewResult)>& done,
                            const TvsAnswer& tvs) {
  judge_list_elsewhere(QueueKind::kPreviews, kind, list, tvs, [=, this](ListVerdict verdict) {
    if (verdict.question.has_value()) {
      return ask(*std::move(verdict.question), [=, this](const TvsAnswer& word) { judge(list, kind, done, word); });
    }
    const Outcome outcome = verdict.unchanged ? Outcome::kUnchanged
                            : verdict.trusted ? Outcome::kAccepted
                                              : Outcome::kRefused;
    const bool ctl = kind == ListKind::kCtl;
    done({kind, verdict,
          alarm_of(installed_lists_->lists().held(), ctl ? outcome : Outcome::kNotOffered,
                   ctl ? Outcome::kNotOffered : outcome)});
  });
}

}  // namespace phone::trust
