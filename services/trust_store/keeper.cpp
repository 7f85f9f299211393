#include "services/trust_store/keeper.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/metrics/metrics.hpp"
#include "services/trust_store/release.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kMostRecentPeers = 16;

Outcome outcome_at(const std::map<ListKind, Outcome>& outcomes, ListKind kind) {
  const auto found = outcomes.find(kind);
  return found == outcomes.end() ? Outcome::kNotOffered : found->second;
}

std::string sha1_of(const std::string& file) { return crypto::hex(crypto::digest(crypto::Digest::kSha1, file)); }

Verdict refused(std::string reason) {
  Verdict verdict;
  verdict.reason = std::move(reason);
  return verdict;
}

// "cucm-pub.lab" of "cucm-pub.lab:6970"; an IPv6 address is left whole.
std::string host_of(const std::string& server) {
  const auto colon = server.find(':');
  if (colon == std::string::npos || server.find(':', colon + 1) != std::string::npos) return server;
  return server.substr(0, colon);
}

}  // namespace

Lists InForce::lists() const {
  return {ctl ? &ctl->list : nullptr, itl ? &itl->list : nullptr, ctl_damaged, itl_damaged};
}

Keeper::Keeper(std::filesystem::path state_folder, Outside outside)
    : folder_(std::move(state_folder)),
      outside_(std::move(outside)),
      files_(folder_),
      decisions_(folder_ / "record"),
      settings_(load_settings(folder_)),
      in_force_(std::make_shared<InForce>()) {
  if (absl::Status status = files_.finish_release(); !status.ok()) {
    // Lists that are to go must not vouch for anybody meanwhile.
    auto fresh = std::make_shared<InForce>();
    fresh->ctl_damaged = fresh->itl_damaged = true;
    in_force_ = std::move(fresh);
    outside_.tell({"release.unfinished", true, std::string(status.message()), {}});
    return;
  }
  load(ListKind::kCtl);
  load(ListKind::kItl);
}

void Keeper::load(ListKind kind) {
  auto fresh = std::make_shared<InForce>(*in_force_);
  auto loaded = files_.load(kind);
  const std::string name(name_of(kind));
  if (loaded.ok()) {
    (kind == ListKind::kCtl ? fresh->ctl : fresh->itl) = *std::move(loaded);
  } else if (!absl::IsNotFound(loaded.status())) {
    (kind == ListKind::kCtl ? fresh->ctl_damaged : fresh->itl_damaged) = true;
    outside_.tell({"trust_list.damaged",
                   true,
                   absl::StrCat(name, " on flash cannot be believed: ", std::string(loaded.status().message())),
                   {{"list", name}}});
  }
  in_force_ = std::move(fresh);
}

void Keeper::offer(std::vector<OfferedList> lists, std::function<void(OfferResult)> done) {
  std::stable_sort(lists.begin(), lists.end(),
                   [](const OfferedList& left, const OfferedList& right) { return left.kind < right.kind; });
  offers_.push_back({std::move(lists), std::move(done), {}, 0, {}, {}});
  go_on();
}

void Keeper::go_on() {
  while (!busy_ && !offers_.empty()) {
    Offer& offer = offers_.front();
    if (offer.next == 0) offer.before = in_force_->lists().held();
    if (offer.next == offer.lists.size()) {
      finish();
    } else {
      judge_next({});
    }
  }
}

void Keeper::judge_next(const TvsWord& tvs) {
  Offer& offer = offers_.front();
  const OfferedList& offered = offer.lists[offer.next];
  ListVerdict verdict = judge_list(offered.kind, offered.content, in_force_->lists(), tvs, policy());
  if (!verdict.question.has_value()) return settle(offer, std::move(verdict));
  busy_ = true;
  ask(*std::move(verdict.question), [this](const TvsWord& word) {
    busy_ = false;
    judge_next(word);
    go_on();
  });
}

void Keeper::settle(Offer& offer, ListVerdict verdict) {
  const OfferedList& offered = offer.lists[offer.next++];
  const Outcome outcome = verdict.unchanged ? Outcome::kUnchanged
                          : verdict.trusted ? install(offered, verdict)
                                            : Outcome::kRefused;
  offer.outcomes[offered.kind] = outcome;
  OfferedVerdict result{offered.kind, outcome == Outcome::kAccepted || outcome == Outcome::kUnchanged,
                        outcome == Outcome::kUnchanged, verdict.reason, 0};
  result.decision = record({0,
                            {},
                            offered.name.empty() ? file_name(offered.kind) : offered.name,
                            "list",
                            std::string(name_of(Role::kSast)),
                            verdict.signer,
                            verdict.by,
                            result.accepted,
                            verdict.reason,
                            sha1_of(offered.content)},
                           verdict.warnings);
  offer.result.verdicts.push_back(std::move(result));
}

Outcome Keeper::install(const OfferedList& offered, ListVerdict& verdict) {
  InstalledList installed{*std::move(verdict.list), offered.server, outside_.now(), *verdict.certificate};
  if (absl::Status status = files_.store(installed); !status.ok()) {
    verdict.reason = absl::StrCat("good, but it could not be kept: ", std::string(status.message()));
    return Outcome::kNotStored;
  }
  auto fresh = std::make_shared<InForce>(*in_force_);
  (offered.kind == ListKind::kCtl ? fresh->ctl : fresh->itl) = std::move(installed);
  (offered.kind == ListKind::kCtl ? fresh->ctl_damaged : fresh->itl_damaged) = false;
  in_force_ = std::move(fresh);
  return Outcome::kAccepted;
}

void Keeper::finish() {
  Offer offer = std::move(offers_.front());
  offers_.pop_front();
  offer.result.alarm =
      alarm_of(offer.before, outcome_at(offer.outcomes, ListKind::kCtl), outcome_at(offer.outcomes, ListKind::kItl));
  offer.result.in_force = in_force_;
  offer.done(std::move(offer.result));
}

void Keeper::file(std::string requested_name, std::string content, std::function<void(FileResult)> done) {
  judge(requested_name, std::make_shared<const std::string>(std::move(content)), done, {});
}

void Keeper::judge(const std::string& name, const std::shared_ptr<const std::string>& content,
                   const std::function<void(FileResult)>& done, const TvsWord& tvs) {
  FileResult result{judge_file(name, *content, in_force_->lists(), tvs, policy()), 0};
  if (result.verdict.question.has_value()) {
    return ask(*std::move(result.verdict.question),
               [=, this](const TvsWord& word) { judge(name, content, done, word); });
  }
  const Verdict& verdict = result.verdict;
  result.decision = record({0,
                            {},
                            printable(name),
                            "file",
                            std::string(name_of(Role::kTftp)),
                            verdict.signer,
                            verdict.by,
                            verdict.trusted,
                            verdict.reason,
                            sha1_of(*content)},
                           verdict.warnings);
  done(std::move(result));
}

ImageResult Keeper::image(const std::string& name, std::string_view header, std::string_view signed_digest,
                          std::string_view package) {
  const auto image = parse_image(header);
  ImageResult result;
  if (image.ok()) {
    result.verdict = judge_image_at(outside_.root, *image, signed_digest, package);
  } else {
    result.verdict.reason = std::string(image.status().message());
  }
  const std::string what = image.ok() ? absl::StrCat(image->package, " ", image->version.text()) : printable(name);
  const ImageVerdict& verdict = result.verdict;
  result.decision = record({0,
                            {},
                            what,
                            "image",
                            "software",
                            verdict.signer,
                            verdict.accepted ? "image signers" : "",
                            verdict.accepted,
                            verdict.reason,
                            {}},
                           {});
  return result;
}

ReleaseResult Keeper::release(const std::string& content) {
  ReleaseResult result{judge_release(settings_.device_name, content, in_force_->lists(), policy()), 0, nullptr};
  Verdict& verdict = result.verdict;
  if (verdict.trusted && files_.released_by(content)) {
    verdict.trusted = false;
    verdict.reason = "this release has been used before";
  }
  if (verdict.trusted) {
    const absl::Status status = files_.release(content);
    if (status.ok() || absl::IsAborted(status)) {
      in_force_ = std::make_shared<InForce>();
    } else {
      verdict.trusted = false;
      verdict.reason = absl::StrCat("good, but it could not be kept: ", std::string(status.message()));
    }
  }
  result.decision = record({0,
                            {},
                            release_name(settings_.device_name),
                            "release",
                            std::string(name_of(Role::kSast)),
                            verdict.signer,
                            verdict.by,
                            verdict.trusted,
                            verdict.reason,
                            sha1_of(content)},
                           verdict.warnings);
  result.in_force = in_force_;
  return result;
}

void Keeper::preview(std::string content, std::function<void(PreviewResult)> done) {
  auto header = parse_header(content);
  if (!header.ok()) return done({std::nullopt, refused(std::string(header.status().message())), {}});
  for (ListKind kind : {ListKind::kCtl, ListKind::kItl}) {
    if (!absl::StartsWith(header->file_name, std::string(name_of(kind)))) continue;
    return judge(std::make_shared<const std::string>(std::move(content)), kind, done, {});
  }
  done({std::nullopt,
        refused(absl::StrCat("it calls itself \"", printable(header->file_name), "\", which is neither CTL nor ITL")),
        {}});
}

void Keeper::judge(const std::shared_ptr<const std::string>& list, ListKind kind,
                   const std::function<void(PreviewResult)>& done, const TvsWord& tvs) {
  ListVerdict verdict = judge_list(kind, *list, in_force_->lists(), tvs, policy());
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
}

void Keeper::peer(PeerClaim claim, std::function<void(PeerResult)> done) {
  if (!claim.anchor.empty()) {
    return done(settle(claim, judge_path(claim.chain, claim.anchor, outside_.now(), policy())));
  }
  judge(claim, parsed_peer(claim.leaf_der), done, {});
}

absl::StatusOr<crypto::Certificate> Keeper::parsed_peer(const std::string& der) {
  for (const crypto::Certificate& known : recent_peers_) {
    if (known.der() == der) return known;
  }
  auto leaf = crypto::Certificate::parse(der);
  if (!leaf.ok()) return leaf;
  recent_peers_.push_back(*leaf);
  if (recent_peers_.size() > kMostRecentPeers) recent_peers_.pop_front();
  return leaf;
}

void Keeper::judge(const PeerClaim& claim, const absl::StatusOr<crypto::Certificate>& leaf,
                   const std::function<void(PeerResult)>& done, const TvsWord& tvs) {
  Verdict verdict = judge_peer(leaf, claim.role, in_force_->lists(), tvs, policy());
  if (verdict.question.has_value()) {
    return ask(*std::move(verdict.question), [=, this](const TvsWord& word) { judge(claim, leaf, done, word); });
  }
  done(settle(claim, verdict));
}

PeerResult Keeper::settle(const PeerClaim& claim, const Verdict& verdict) {
  PeerResult result{verdict, 0};
  const std::string as = claim.anchor.empty() ? std::string(name_of(claim.role)) : "path";
  const std::string role = claim.purpose.empty() ? as : absl::StrCat(as, " (", printable(claim.purpose), ")");
  result.decision = record({0,
                            {},
                            claim.host.empty() ? "unnamed peer" : printable(claim.host),
                            "peer",
                            role,
                            verdict.signer,
                            verdict.by,
                            verdict.trusted,
                            verdict.reason,
                            {}},
                           verdict.warnings);
  return result;
}

void Keeper::ask(TvsQuestion question, std::function<void(const TvsWord&)> then) {
  TvsJob job{next_ticket_++, std::move(question), tvs_servers(), {}, settings_.device_name, settings_.tls};
  for (const crypto::Certificate& certificate : in_force_->lists().certificates(Role::kTvs)) {
    job.server_certificates.push_back(certificate.der());
  }
  if (job.server_certificates.empty()) {
    return then({TvsSays::kNo, std::nullopt, {}, "no list names a TVS server's certificate"});
  }
  if (job.servers.empty()) return then({TvsSays::kNo, std::nullopt, {}, "no TVS server is configured"});
  waiting_.emplace(job.ticket, std::move(then));
  outside_.ask_tvs(std::move(job));
}

void Keeper::answered(std::uint64_t ticket, const TvsWord& word) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return;
  const auto then = std::move(found->second);
  waiting_.erase(found);
  then(word);
}

// Before any configuration the server the lists came from is taken for one (C2).
std::vector<TvsServer> Keeper::tvs_servers() const {
  if (!settings_.tvs.empty()) return settings_.tvs;
  for (const auto* installed : {&in_force_->itl, &in_force_->ctl}) {
    if (installed->has_value() && !(*installed)->server.empty()) return {{host_of((*installed)->server), 2445}};
  }
  return {};
}

void Keeper::apply(Settings settings, bool complete) {
  if (!complete) {
    settings.fips = settings_.fips;
    settings.tls = settings_.tls;
    settings.tvs = settings_.tvs;
    if (settings.device_name.empty()) settings.device_name = settings_.device_name;
  }
  if (settings == settings_) return;
  settings_ = std::move(settings);
  if (absl::Status status = store_settings(folder_, settings_); !status.ok()) {
    outside_.tell({"settings.not_kept", true, std::string(status.message()), {}});
  }
}

std::vector<Decision> Keeper::decisions(std::string_view about, std::size_t maximum) const {
  return decisions_.list(about, maximum);
}

std::uint64_t Keeper::record(Decision decision, std::vector<std::string> warnings) {
  decision.time = outside_.now();
  const auto [number, again] = decisions_.add(decision);
  if (again) return number;  // people have been told
  const std::string subject = decision.kind == "list" ? "trust_list" : decision.kind;
  const std::map<std::string, std::string> detail = {{"what", decision.what},
                                                     {"role", decision.role},
                                                     {"signer", decision.signer},
                                                     {"by", decision.by},
                                                     {"decision", absl::StrCat(number)}};
  if (!decision.accepted) metrics::refusals(subject, "").add();
  outside_.tell({absl::StrCat(subject, decision.accepted ? ".accepted" : ".refused"), !decision.accepted,
                 absl::StrCat(decision.what, decision.accepted ? " accepted: " : " refused: ", decision.reason),
                 detail});
  for (std::string& warning : warnings) {
    outside_.tell({absl::StrCat(subject, ".weak"), true, absl::StrCat(decision.what, ": ", warning), detail});
  }
  return number;
}

}  // namespace phone::trust
