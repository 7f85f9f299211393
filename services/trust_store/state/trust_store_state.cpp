// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/state/trust_store_state.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "services/trust_store/lists/release.hpp"
#include "services/trust_store/state/state_elsewhere.hpp"

namespace phone::trust {
namespace {

Outcome outcome_at(const std::map<ListKind, Outcome>& outcomes, ListKind kind) {
  const auto found = outcomes.find(kind);
  return found == outcomes.end() ? Outcome::kNotOffered : found->second;
}

std::string sha256_of(const std::string& file) { return crypto::hex(crypto::digest(crypto::Digest::kSha256, file)); }
std::string sha1_of(const std::string& file) { return crypto::hex(crypto::digest(crypto::Digest::kSha1, file)); }

// "cucm-pub.lab" of "cucm-pub.lab:6970"; an IPv6 address is left whole.
std::string host_of(const std::string& server) {
  const auto colon = server.find(':');
  if (colon == std::string::npos || server.find(':', colon + 1) != std::string::npos) return server;
  return server.substr(0, colon);
}

}  // namespace

TrustLists InstalledLists::lists() const {
  return {ctl ? &ctl->list : nullptr, itl ? &itl->list : nullptr, ctl_damaged, itl_damaged, itl_outdated};
}

TrustStoreState::TrustStoreState(StoragePort& storage, Delegate delegate)
    : storage_(storage),
      delegate_(std::move(delegate)),
      audit_trail_(storage_),
      settings_(storage_.load_settings()),
      installed_lists_(std::make_shared<InstalledLists>()) {
  srst_ = std::make_shared<SrstCertificates>(read_srst(settings_.srst_certificates, policy()));
  if (absl::Status status = storage_.finish_release(); !status.ok()) {
    // Lists that are to go must not vouch for a peer meanwhile.
    auto fresh = std::make_shared<InstalledLists>();
    fresh->ctl_damaged = fresh->itl_damaged = true;
    installed_lists_ = std::move(fresh);
    delegate_.tell({.kind = "release.unfinished", .warning = true, .text = std::string(status.message())});
    tell_installed();
    return;
  }
  load(ListKind::kCtl);
  load(ListKind::kItl);
  recover_marks();
  tell_installed();
}

void TrustStoreState::load(ListKind kind) {
  auto fresh = std::make_shared<InstalledLists>(*installed_lists_);
  auto stored = storage_.load_list(kind);
  auto loaded = stored.ok() ? verify_stored(kind, *std::move(stored)) : stored.status();
  const std::string name(name_of(kind));
  if (loaded.ok()) {
    (kind == ListKind::kCtl ? fresh->ctl : fresh->itl) = *std::move(loaded);
  } else if (!absl::IsNotFound(loaded.status())) {
    (kind == ListKind::kCtl ? fresh->ctl_damaged : fresh->itl_damaged) = true;
    delegate_.tell({.kind = "trust_list.damaged",
                    .warning = true,
                    .text = absl::StrCat(name, " on flash is damaged: ", std::string(loaded.status().message())),
                    .detail = {{"list", name}}});
  }
  installed_lists_ = std::move(fresh);
}

void TrustStoreState::judge_list_elsewhere(QueueKind queue, ListKind kind, const ParsedListPtr& list,
                                           const TvsAnswer& tvs, std::function<void(ListVerdict)> then) {
  // What was read of the same bytes before is handed in; only the worker looks at the bytes.
  const auto known = recent_lists_.find(kind);
  const ParsedListPtr before = known == recent_lists_.end() ? nullptr : known->second;
  const AgeContext age_context = age_context_of(file_name(kind));
  judge_elsewhere<ListVerdict>(
      queue,
      [kind, list, tvs, before, age_context](const TrustLists& lists, KeyPolicy policy) {
        if (list->sha256.empty()) {
          list->sha256 = crypto::digest(crypto::Digest::kSha256, list->bytes);
          list->sha1 = sha1_of(list->bytes);
          list->reading = before != nullptr && before->sha256 == list->sha256
                              ? before->reading
                              : ListReading::scan(kind, std::move(list->bytes));
          list->bytes.clear();
        }
        ListVerdict verdict;
        if (list->reading.ok()) {
          verdict = judge_list(**list->reading, lists, tvs, policy);
          judge_age(verdict, lists, tvs, policy, age_context.ages());
          return verdict;
        }
        verdict.reason = std::string(list->reading.status().message());
        return verdict;
      },
      [=, this, then = std::move(then)](ListVerdict verdict) {
        recent_lists_[kind] = list;
        if (!still(age_context)) return judge_list_elsewhere(queue, kind, list, tvs, then);
        then(std::move(verdict));
      });
}

void TrustStoreState::offer(std::vector<OfferedList> lists, std::function<void(OfferResult)> done) {
  std::stable_sort(lists.begin(), lists.end(),
                   [](const OfferedList& left, const OfferedList& right) { return left.kind < right.kind; });
  save_settings();
  offers_.push_back({.lists = std::move(lists), .done = std::move(done)});
  go_on();
}

void TrustStoreState::go_on() {
  while (!busy_ && !offers_.empty()) {
    Offer& offer = offers_.front();
    if (offer.next == 0) offer.before = installed_lists_->lists().held();
    if (offer.next == offer.lists.size()) {
      finish();
    } else {
      const auto list = std::make_shared<ParsedList>();
      list->bytes = std::move(offer.lists[offer.next].content);
      judge_next(list, {});
    }
  }
}

void TrustStoreState::judge_next(const ParsedListPtr& list, const TvsAnswer& tvs) {
  busy_ = true;
  judge_list_elsewhere(QueueKind::kVerdicts, offers_.front().lists[offers_.front().next].kind, list, tvs,
                       [this, list](ListVerdict verdict) {
                         if (verdict.question.has_value()) {
                           return ask(*std::move(verdict.question),
                                      [this, list](const TvsAnswer& word) { judge_next(list, word); });
                         }
                         busy_ = false;
                         settle(offers_.front(), *list, std::move(verdict));
                         go_on();
                       });
}

void TrustStoreState::settle(Offer& offer, const ParsedList& list, ListVerdict verdict) {
  const OfferedList& offered = offer.lists[offer.next++];
  const std::uint32_t signed_at = verdict.signed_at;
  const Outcome outcome = verdict.unchanged ? Outcome::kUnchanged
                          : verdict.trusted ? install(offered, verdict)
                                            : Outcome::kRefused;
  offer.outcomes[offered.kind] = outcome;
  OfferedVerdict result{.kind = offered.kind,
                        .accepted = outcome == Outcome::kAccepted || outcome == Outcome::kUnchanged,
                        .unchanged = outcome == Outcome::kUnchanged,
                        .reason = verdict.reason};
  result.decision = record({.what = offered.name.empty() ? file_name(offered.kind) : offered.name,
                            .kind = "list",
                            .role = std::string(name_of(Role::kSast)),
                            .signer = verdict.signer,
                            .by = verdict.by,
                            .accepted = result.accepted,
                            .reason = verdict.reason,
                            .sha1 = list.sha1,
                            .sha256 = crypto::hex(list.sha256),
                            .signed_at = signed_at},
                           verdict.warnings);
  offer.result.verdicts.push_back(std::move(result));
}

Outcome TrustStoreState::install(const OfferedList& offered, ListVerdict& verdict) {
  InstalledList installed{.list = *std::move(verdict.list),
                          .server = offered.server,
                          .installed_at = present().time,
                          .signer = *verdict.certificate};
  // First the mark: a power cut between the two leaves a list in force that is older than it may be, never a list
  // without a mark.
  absl::Status status = keep_list(verdict);
  if (status.ok()) status = storage_.store_list(installed);
  if (!status.ok()) {
    verdict.reason = absl::StrCat("valid, but it could not be saved: ", std::string(status.message()));
    return Outcome::kNotStored;
  }
  const auto before = installed_lists_;
  auto fresh = std::make_shared<InstalledLists>(*installed_lists_);
  (offered.kind == ListKind::kCtl ? fresh->ctl : fresh->itl) = std::move(installed);
  (offered.kind == ListKind::kCtl ? fresh->ctl_damaged : fresh->itl_damaged) = false;
  installed_lists_ = std::move(fresh);
  list_taken(*before, verdict, offered.kind);
  return Outcome::kAccepted;
}

void TrustStoreState::finish() {
  Offer offer = std::move(offers_.front());
  offers_.pop_front();
  offer.result.alarm =
      alarm_of(offer.before, outcome_at(offer.outcomes, ListKind::kCtl), outcome_at(offer.outcomes, ListKind::kItl));
  offer.result.in_force = installed_lists_;
  offer.done(std::move(offer.result));
}

void TrustStoreState::file(std::string requested_name, std::string content, bool in_force,
                           std::function<void(FileResult)> done) {
  save_settings();
  judge(requested_name, std::make_shared<const std::string>(std::move(content)), in_force, done, {});
}

void TrustStoreState::judge(const std::string& name, const std::shared_ptr<const std::string>& content, bool in_force,
                            const std::function<void(FileResult)>& done, const TvsAnswer& tvs) {
  struct JudgementFinished {
    FileVerdict verdict;
    std::string sha1, sha256;
  };
  const AgeContext age_context = age_context_of(form_of(name));
  judge_elsewhere<JudgementFinished>(
      QueueKind::kVerdicts,
      [name, content, in_force, tvs, age_context](const TrustLists& lists, KeyPolicy policy) {
        JudgementFinished judged{judge_file(name, *content, lists, tvs, policy), {}, {}};
        judge_age(judged.verdict, *content, in_force, age_context.ages());
        if (!judged.verdict.question.has_value()) {
          judged.sha1 = sha1_of(*content);
          judged.sha256 = sha256_of(*content);
        }
        return judged;
      },
      [=, this](JudgementFinished judged) {
        if (!still(age_context)) return judge(name, content, in_force, done, tvs);
        FileResult result{std::move(judged.verdict), 0};
        if (result.verdict.question.has_value()) {
          return ask(*std::move(result.verdict.question),
                     [=, this](const TvsAnswer& word) { judge(name, content, in_force, done, word); });
        }
        keep_file(result.verdict, in_force);
        const Verdict& verdict = result.verdict;
        result.decision = record({.what = printable(name),
                                  .kind = "file",
                                  .role = std::string(name_of(Role::kTftp)),
                                  .signer = verdict.signer,
                                  .by = verdict.by,
                                  .accepted = verdict.trusted,
                                  .reason = verdict.reason,
                                  .sha1 = judged.sha1,
                                  .sha256 = judged.sha256,
                                  .signed_at = verdict.signed_at},
                                 verdict.warnings);
        done(std::move(result));
      });
}

void TrustStoreState::image(std::string name, std::string header, std::string signed_digest, std::string package,
                            std::function<void(ImageResult)> done) {
  struct JudgementFinished {
    ImageVerdict verdict;
    std::string what;
  };
  judge_elsewhere<JudgementFinished>(
      QueueKind::kVerdicts,
      [=, &storage = storage_](const TrustLists&, KeyPolicy) {
        JudgementFinished judged;
        const auto image = parse_image(header);
        if (image.ok()) {
          judged.what = absl::StrCat(image->package, " ", image->version.text());
          judged.verdict = judge_image_at(storage.image_place(image->package), *image, signed_digest, package);
        } else {
          judged.what = printable(name);
          judged.verdict.reason = std::string(image.status().message());
        }
        return judged;
      },
      [this, done = std::move(done)](JudgementFinished judged) {
        const ImageVerdict& verdict = judged.verdict;
        const std::uint64_t decision = record({.what = judged.what,
                                               .kind = "image",
                                               .role = "software",
                                               .signer = verdict.signer,
                                               .by = verdict.accepted ? "image signers" : "",
                                               .accepted = verdict.accepted,
                                               .reason = verdict.reason},
                                              {});
        done({std::move(judged.verdict), decision});
      });
}

void TrustStoreState::release(std::string content, std::function<void(ReleaseResult)> done) {
  const auto release = std::make_shared<const std::string>(std::move(content));
  judge_elsewhere<Verdict>(
      QueueKind::kVerdicts,
      [release, device = settings_.device_name](const TrustLists& lists, KeyPolicy policy) {
        return judge_release(device, *release, lists, policy);
      },
      [this, release, done = std::move(done)](Verdict verdict) { done(settle(*release, std::move(verdict))); });
}

ReleaseResult TrustStoreState::settle(const std::string& release, Verdict judged) {
  ReleaseResult result{std::move(judged), 0, nullptr};
  Verdict& verdict = result.verdict;
  if (verdict.trusted && storage_.released_by(release)) {
    verdict.trusted = false;
    verdict.reason = "this release has already been used";
  }
  if (verdict.trusted && storage_.releases_damaged() && !allows_older(release_name(settings_.device_name))) {
    verdict.trusted = false;
    verdict.reason = absl::StrCat(
        "the record of used releases is lost, and this may be one of them: an administrator "
        "can allow it (phonectl trust allow-older ",
        release_name(settings_.device_name), ")");
  }
  if (verdict.trusted) {
    const absl::Status status = storage_.release(release);
    if (status.ok() || absl::IsAborted(status)) {
      installed_lists_ = std::make_shared<InstalledLists>();
      tell_installed();
      leave(marks_);  // as on flash
      allowed_.clear();
    } else {
      verdict.trusted = false;
      verdict.reason = absl::StrCat("valid, but it could not be saved: ", std::string(status.message()));
    }
  }
  result.decision = record({.what = release_name(settings_.device_name),
                            .kind = "release",
                            .role = std::string(name_of(Role::kSast)),
                            .signer = verdict.signer,
                            .by = verdict.by,
                            .accepted = verdict.trusted,
                            .reason = verdict.reason,
                            .sha1 = sha1_of(release),
                            .sha256 = sha256_of(release)},
                           verdict.warnings);
  result.in_force = installed_lists_;
  return result;
}

void TrustStoreState::ask(TvsQuestion question, std::function<void(const TvsAnswer&)> then) {
  TvsJob job{.request_id = next_request_id_++,
             .question = std::move(question),
             .servers = tvs_servers(),
             .device_name = settings_.device_name,
             .tls = settings_.tls};
  for (const crypto::Certificate& certificate : installed_lists_->lists().certificates(Role::kTvs)) {
    job.server_certificates.push_back(certificate.der());
  }
  if (job.server_certificates.empty()) {
    return then({.says = TvsVerdict::kNo, .text = "no trust list has a TVS server's certificate"});
  }
  if (job.servers.empty()) return then({.says = TvsVerdict::kNo, .text = "no TVS server is configured"});
  waiting_.emplace(job.request_id, std::move(then));
  delegate_.ask_tvs(std::move(job));
}

void TrustStoreState::answered(std::uint64_t request_id, const TvsAnswer& word) {
  const auto found = waiting_.find(request_id);
  if (found == waiting_.end()) return;
  const auto then = std::move(found->second);
  waiting_.erase(found);
  then(word);
}

// Before any configuration the server the lists came from is taken for one (C2).
std::vector<TvsServer> TrustStoreState::tvs_servers() const {
  if (!settings_.tvs.empty()) return settings_.tvs;
  for (const auto* installed : {&installed_lists_->itl, &installed_lists_->ctl}) {
    if (installed->has_value() && !(*installed)->server.empty()) return {{host_of((*installed)->server), 2445}};
  }
  return {};
}

std::vector<Decision> TrustStoreState::decisions(std::string_view about, std::size_t maximum) const {
  return audit_trail_.list(about, maximum);
}

std::uint64_t TrustStoreState::record(Decision decision, std::vector<std::string> warnings) {
  decision.time = present().time;
  make_clean(decision);
  const auto [number, again] = audit_trail_.add(decision);
  if (again) return number;  // the event was sent with the first
  const std::string subject = decision.kind == "list" ? "trust_list" : decision.kind;
  const std::map<std::string, std::string> detail = {{"what", decision.what},
                                                     {"role", decision.role},
                                                     {"signer", decision.signer},
                                                     {"by", decision.by},
                                                     {"decision", absl::StrCat(number)}};
  delegate_.tell(
      {.kind = absl::StrCat(subject, decision.accepted ? ".accepted" : ".refused"),
       .warning = !decision.accepted,
       .text = absl::StrCat(decision.what, decision.accepted ? " accepted: " : " refused: ", decision.reason),
       .detail = detail,
       .refused = decision.accepted ? "" : subject});
  for (std::string& warning : warnings) {
    delegate_.tell({.kind = absl::StrCat(subject, ".weak"),
                    .warning = true,
                    .text = absl::StrCat(decision.what, ": ", warning),
                    .detail = detail});
  }
  return number;
}

}  // namespace phone::trust
