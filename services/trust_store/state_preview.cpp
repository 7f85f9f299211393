// What an offer would come to, without one.
#include "absl/strings/match.h"
#include "services/trust_store/state_elsewhere.hpp"

namespace phone::trust {
namespace {

Verdict refused(std::string reason) {
  Verdict verdict;
  verdict.reason = std::move(reason);
  return verdict;
}

}  // namespace

void Keeper::preview(std::string content, std::function<void(PreviewResult)> done) {
  auto header = parse_header(content);  // 64 KiB at most
  if (!header.ok()) return done({std::nullopt, refused(std::string(header.status().message())), {}});
  for (ListKind kind : {ListKind::kCtl, ListKind::kItl}) {
    if (!absl::StartsWith(header->file_name, std::string(name_of(kind)))) continue;
    const auto list = std::make_shared<Read>();
    list->bytes = std::move(content);
    return judge(list, kind, done, {});
  }
  preview(std::make_shared<const std::string>(std::move(content)), header->file_name, done, {});
}

void Keeper::preview(const std::shared_ptr<const std::string>& file, const std::string& name,
                     const std::function<void(PreviewResult)>& done, const TvsWord& tvs) {
  const Aging aging = aging_of(form_of(name));
  judge_elsewhere<FileVerdict>(
      Bench::kPreviews,
      [=](const Lists& lists, KeyPolicy policy) {
        FileVerdict verdict = judge_file(name, *file, lists, tvs, policy);
        judge_age(verdict, *file, true, aging.ages());
        return verdict;
      },
      [=, this](FileVerdict verdict) {
        if (verdict.question.has_value()) {
          return ask(*std::move(verdict.question), [=, this](const TvsWord& word) { preview(file, name, done, word); });
        }
        done({std::nullopt, verdict, {}});
      });
}

void Keeper::judge(const ReadPtr& list, ListKind kind, const std::function<void(PreviewResult)>& done,
                   const TvsWord& tvs) {
  judge_list_elsewhere(Bench::kPreviews, kind, list, tvs, [=, this](ListVerdict verdict) {
    if (verdict.question.has_value()) {
      return ask(*std::move(verdict.question), [=, this](const TvsWord& word) { judge(list, kind, done, word); });
    }
    const Outcome outcome = verdict.unchanged ? Outcome::kUnchanged
                            : verdict.trusted ? Outcome::kAccepted
                                              : Outcome::kRefused;
    const bool ctl = kind == ListKind::kCtl;
    done({kind, verdict,
          alarm_of(in_force_->lists().held(), ctl ? outcome : Outcome::kNotOffered,
                   ctl ? Outcome::kNotOffered : outcome)});
  });
}

}  // namespace phone::trust
