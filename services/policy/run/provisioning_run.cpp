// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/provisioning_run.hpp"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/text/foreign_text.hpp"
#include "services/policy/run/file_rules.hpp"
#include "services/policy/run/schedule.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxListBytes = std::size_t{2} << 20;      // as VerifyFile and OfferTrustLists take them
constexpr std::size_t kMaxReleaseBytes = std::size_t{64} << 10;  // as OfferRelease takes it
constexpr std::size_t kMostWords = 600;                          // of one reason: those of others may be foreign text
constexpr int kMaxFiles = 10;  // configuration files in one run; seven are ever needed

}  // namespace

ProvisioningRun::ProvisioningRun(TrustPort& trust, CertificatePort& certificates, DownloadPort& downloader,
                                 RunDelegate observer, const std::atomic<bool>& cancelled)
    : trust_(trust),
      certificates_(certificates),
      downloader_(downloader),
      observer_(std::move(observer)),
      cancelled_(cancelled) {}

const char* name_of(RunState state) {
  switch (state) {
    case RunState::kIdentifying:
      return "identifying";
    case RunState::kOfferingLists:
      return "offering lists";
    case RunState::kSignedFile:
      return "signed file";
    case RunState::kDefaultFile:
      return "default file";
    case RunState::kEncryptedFile:
      return "encrypted file";
    case RunState::kEnrolling:
      return "enrolling";
    case RunState::kEnded:
      return "ended";
  }
  return "";
}

RunResult ProvisioningRun::run(const RunInput& input) {
  input_ = input;
  int files = 0;
  while (state_ != RunState::kEnded) {
    const bool file =
        state_ == RunState::kSignedFile || state_ == RunState::kEncryptedFile || state_ == RunState::kDefaultFile;
    if (file && ++files > kMaxFiles) {
      fail("the server's configuration files refer to each other in a loop");
    } else if (file && cancelled_.load()) {
      result_.end = RunOutcome::kCancelled;
      enter(RunState::kEnded, "cancelled");
    } else {
      step();
    }
  }
  return result_;
}

void ProvisioningRun::step() {
  switch (state_) {
    case RunState::kIdentifying:
      return identify();
    case RunState::kOfferingLists:
      return offer_lists();
    case RunState::kSignedFile:
      return signed_file();
    case RunState::kDefaultFile:
      return default_file();
    case RunState::kEncryptedFile:
      return encrypted_file();
    case RunState::kEnrolling:
      return enrol();
    case RunState::kEnded:
      return;
  }
}

void ProvisioningRun::identify() {
  doing("reading the phone's certificates");
  const auto identity = certificates_.facts();
  if (!identity.ok()) {
    return fail(absl::StrCat("certificate_manager does not respond: ", identity.status().message()));
  }
  if (identity->device_name.empty()) return fail("no MIC is installed, so the phone has no device name");
  device_ = result_.device_name = identity->device_name;
  held_.certificate_md5 = identity->md5;
  enter(RunState::kOfferingLists, "the phone's certificates are known");
}

void ProvisioningRun::offer_lists() {
  const auto before = trust_.facts();
  if (!before.ok()) return fail(absl::StrCat("trust_store does not respond: ", before.status().message()));
  learn(*before);
  doing("downloading the trust lists");
  std::vector<ListFile> lists;
  const auto take = [&](bool ctl, const std::string& name) {
    Download download = fetch(name, kMaxListBytes, false);
    if (download.outcome == http::Outcome::kOk) {
      lists.push_back({.ctl = ctl, .content = std::move(download.body), .server = result_.server, .name = name});
    }
    return download.outcome;
  };
  const std::string ctl_name = absl::StrCat("CTL", device_, ".tlv");
  std::string itl_name = absl::StrCat("ITL", device_, ".tlv");
  take(true, ctl_name);
  if (no_file(take(false, itl_name))) {
    itl_name = "ITLFile.tlv";
    take(false, itl_name);
  }
  const RunState configuration = input_.encrypted_before ? RunState::kEncryptedFile : RunState::kSignedFile;
  if (lists.empty()) {
    if (result_.server.empty()) return fail("no provisioning server can be reached");
    return enter(configuration, "the server has no trust list");
  }
  doing("verifying the trust lists");
  auto answer = trust_.offer(lists);
  const auto any_refused = [&] {
    return std::any_of(answer->lists.begin(), answer->lists.end(),
                       [](const ListAnswer& list) { return !list.accepted; });
  };
  if (answer.ok() && any_refused() && (before->ctl.installed || before->itl.installed) && released()) {
    doing("verifying the trust lists of the new cluster");
    answer = trust_.offer(lists);
  }
  if (!answer.ok()) {
    return fail(absl::StrCat("trust_store could not verify the trust lists: ", answer.status().message()));
  }
  learn(answer->facts);
  std::string refusal;
  for (const auto& list : answer->lists) {
    const FileState state = !list.accepted   ? FileState::kRefused
                            : list.unchanged ? FileState::kUnchanged
                                             : FileState::kAccepted;
    report(list.ctl ? ctl_name : itl_name, state, list.reason);
    if (!list.accepted) refusal = list.reason;
  }
  if (answer->alarm != 0) observer_.alarm(alarm_of(*answer));
  // Never accept an unsigned configuration from a server whose trust list was refused.
  if (!refusal.empty() && !facts_.ctl.installed && !facts_.itl.installed) {
    return fail(absl::StrCat("no trust list was installed: ", refusal));
  }
  enter(configuration, "the trust lists are judged");
}

bool ProvisioningRun::released() {
  const std::string name = absl::StrCat(device_, ".release.sgn");
  doing(absl::StrCat("downloading ", name));
  const Download download = fetch(name, kMaxReleaseBytes, false);
  if (download.outcome != http::Outcome::kOk) return false;
  const auto answer = trust_.release(download.body);
  const bool accepted = answer.ok() && answer->accepted;
  report(name, accepted ? FileState::kAccepted : FileState::kRefused,
         answer.ok() ? answer->reason : std::string(answer.status().message()));
  return accepted;
}

void ProvisioningRun::signed_file() {
  const std::string plain_name = absl::StrCat(device_, ".cnf.xml");
  const std::string name = facts_.signed_files_required ? absl::StrCat(plain_name, ".sgn") : plain_name;
  doing(absl::StrCat("downloading ", name));
  Download download = fetch(name, kMaxFileBytes, https_expected(facts_));
  if (download.outcome == http::Outcome::kAbsent && may_be_unknown()) {
    return enter(RunState::kDefaultFile, "the server has no configuration for this phone");
  }
  if (download.outcome == http::Outcome::kAbsent) return fail("the server has no configuration for this phone");
  auto text = authentic(name, std::move(download));
  if (!text) return;
  std::string& xml = text->xml;
  const std::string& signed_content = text->signed_content;
  Remarks remarks;
  auto file = parse_configuration(xml, &remarks);
  crypto::wipe(xml);
  if (!file.ok()) {
    report(name, FileState::kRefused, std::string(file.status().message()));
    return fail(absl::StrCat(name, " cannot be used: ", file.status().message()));
  }
  const Decision decision = decide(*file, held_);
  if (decision.next == Next::kUse) return use(std::move(*file), false, name, signed_content, std::move(remarks));
  report(name, FileState::kAccepted, decision.reason);
  switch (decision.next) {
    case Next::kFetchEncrypted:
      return enter(RunState::kEncryptedFile, decision.reason);
    case Next::kEnrol:
      return begin_enrolment(*file, decision);
    case Next::kAwaitUser:
      observer_.partial(*file, device_);
      result_.end = RunOutcome::kAwaitUser;
      result_.failure = absl::StrCat(
          decision.reason, "; the call manager waits for the CAPF authentication string: enter it with phonectl enrol");
      return enter(RunState::kEnded, decision.reason);
    default:
      return fail(decision.reason);
  }
}

void ProvisioningRun::encrypted_file() {
  const std::string name = absl::StrCat(device_, ".cnf.xml.enc.sgn");
  doing(absl::StrCat("downloading ", name));
  const Download download = fetch(name, kMaxFileBytes, false);
  if (no_file(download.outcome)) {
    // Encryption may have been switched off since; the signed file says so. But not twice.
    if (held_.encrypted_absent) return fail("the server has no encrypted configuration for this phone");
    held_.encrypted_absent = true;
    return enter(RunState::kSignedFile, "the server has no encrypted file");
  }
  if (download.outcome != http::Outcome::kOk) {
    return fail(absl::StrCat(name, ": ", http::to_string(download.outcome), download.detail.empty() ? "" : ", ",
                             download.detail));
  }
  doing(absl::StrCat("verifying ", name));
  const auto verdict = trust_.verify_file(name, download.body);
  if (!verdict.ok()) return fail(absl::StrCat("trust_store could not verify ", name, ": ", verdict.status().message()));
  const auto refuse = [&](absl::string_view why) {
    report(name, FileState::kRefused, std::string(why), true);
    return fail(absl::StrCat(name, " was refused: ", why));
  };
  if (!verdict->trusted) return refuse(verdict->reason);
  if (!verdict->encryption) return refuse("the file is not encrypted");
  if (auto status = check_encryption(*verdict->encryption, verdict->body.size()); !status.ok())
    return refuse(status.message());

  doing(absl::StrCat("decrypting ", name));
  const auto key = certificates_.unwrap(verdict->encryption->wrapped_key);
  if (!key.ok() && !absl::IsPermissionDenied(key.status())) {
    return fail(absl::StrCat("certificate_manager could not decrypt the content key: ", key.status().message()));
  }
  auto opened =
      key.ok() ? decrypt(*verdict->encryption, verdict->body, *key) : absl::StatusOr<crypto::Secret>(key.status());
  if (!opened.ok()) {
    report(name, FileState::kRefused, std::string(opened.status().message()), true);
    held_.decryption_failed = true;
    return enter(RunState::kSignedFile, "the encrypted file could not be decrypted");
  }
  Remarks remarks;
  auto file = parse_configuration(opened->view(), &remarks);
  if (!file.ok()) return refuse(file.status().message());
  const Decision decision = decide_decrypted(*file, held_);
  switch (decision.next) {
    case Next::kUse:
      return use(std::move(*file), true, name, download.body, std::move(remarks));
    case Next::kEnrol:
      report(name, FileState::kAccepted, decision.reason, true);
      return begin_enrolment(*file, decision);
    default:
      return refuse(decision.reason);
  }
}

void ProvisioningRun::begin_enrolment(const Configuration& file, const Decision& decision) {
  observer_.partial(file, device_);
  enrolment_ = {.mode = decision.mode, .servers = file.capf, .reason = decision.reason};
  enter(RunState::kEnrolling, decision.reason);
}

void ProvisioningRun::enrol() {
  doing(absl::StrCat("enrolling with CAPF: ", enrolment_.reason));
  const auto end = certificates_.enrol(enrolment_, enrolment_patience(enrolment_.servers.size()));
  held_.enrolment = end.ok() && end->good ? Enrolment::kDone : Enrolment::kFailed;
  held_.decryption_failed = false;
  const std::string outcome = end.ok() ? end->text : std::string(end.status().message());
  if (held_.enrolment == Enrolment::kFailed) doing(absl::StrCat("CAPF: ", outcome));
  if (const auto identity = certificates_.facts(); identity.ok()) held_.certificate_md5 = identity->md5;
  enter(RunState::kSignedFile, outcome);
}

std::string ProvisioningRun::too_old(const std::string& name, const std::string& content) {
  result_.source.file = name;
  if (content.empty()) return {};
  const auto verdict = trust_.put_in_force(name, content);
  if (!verdict.ok()) return absl::StrCat("trust_store could not check its age: ", verdict.status().message());
  if (!verdict->trusted) return verdict->reason;
  result_.source.signer = verdict->signer;
  result_.source.signed_at =
      verdict->signed_at == 0
          ? "at an unstated time"
          : absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(verdict->signed_at), absl::UTCTimeZone());
  // Signed within one second: what is stricter stays.
  if (!verdict->same_second || result_.lowered.empty()) return {};
  return absl::StrCat("signed in the same second as the one in force, so it may be older, and ",
                      lowering_text(result_.lowered, result_.source));
}

void ProvisioningRun::use(Configuration configuration, bool encrypted, const std::string& name,
                          const std::string& content, Remarks remarks) {
  if (!encrypted) refuse_open_passwords(configuration, remarks);
  if (const std::string refusal = refusal_of(configuration, facts_); !refusal.empty()) {
    report(name, FileState::kRefused, refusal, encrypted);
    return fail(refusal);
  }
  if (input_.in_force) {
    result_.lowered = lowered(*input_.in_force, input_.encrypted_before, configuration, encrypted);
  }
  if (const std::string why = too_old(name, content); !why.empty()) {
    report(name, FileState::kRefused, why, encrypted);
    return fail(absl::StrCat(name, " was refused: ", why));
  }
  const std::vector<std::string>& cleaned = remarks.cleaned;
  const std::string remark = cleaned.empty() ? ""
                                             : absl::StrCat("invalid UTF-8 or control characters were removed from ",
                                                            absl::StrJoin(cleaned, ", "));
  if (configuration.lines.empty()) remarks.add("the configuration has no line, so the phone cannot register");
  if (std::string lost = lacks_ctl(configuration, facts_); !lost.empty()) remarks.add(std::move(lost));
  report(name, FileState::kAccepted, remark, encrypted);
  result_.password = std::move(remarks.phone_password);
  result_.remarks = std::move(remarks);
  result_.end = RunOutcome::kComplete;
  result_.encrypted = encrypted;
  // These ask for another file. They are no part of what is in force, so that the same file is the same after a
  // restart.
  configuration.encrypted_file_wanted = false;
  configuration.cert_hash.clear();
  result_.configuration = std::move(configuration);
  enter(RunState::kEnded, "the configuration is complete");
}

void ProvisioningRun::fail(std::string why) {
  result_.end = cancelled_.load() ? RunOutcome::kCancelled : RunOutcome::kFailed;
  result_.failure = text::clean(why, kMostWords);
  enter(RunState::kEnded, result_.failure);
}

void ProvisioningRun::enter(RunState state, std::string_view cause) {
  const RunState from = std::exchange(state_, state);
  if (observer_.entered) observer_.entered(from, state, cause);
}

void ProvisioningRun::report(const std::string& name, FileState state, std::string reason, bool encrypted) {
  FileReport report{.name = name,
                    .state = state,
                    .reason = text::clean(reason, kMostWords),
                    .server = result_.server,
                    .time = absl::Now(),
                    .encrypted = encrypted};
  observer_.file(report);
  result_.files.push_back(std::move(report));
}

void ProvisioningRun::doing(std::string sentence) { observer_.doing(text::clean(sentence, kMostWords)); }

}  // namespace phone::policy
