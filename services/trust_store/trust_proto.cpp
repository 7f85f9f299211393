// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/trust_proto.hpp"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/mesh/call/enum_table.hpp"
#include "common/mesh/call/settings.hpp"
#include "common/settings/lock.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::trust {
namespace {

// For every text that may quote a peer: a protobuf string must be valid UTF-8.
std::string clean(const std::string& foreign) {
  constexpr std::size_t kLongestText = 2000;
  return text::clean(foreign, kLongestText);
}

constexpr auto kListKinds = mesh::enum_table<ListKind, v1::ListKind>(
    {{ListKind::kCtl, v1::LIST_KIND_CTL}, {ListKind::kItl, v1::LIST_KIND_ITL}});
constexpr auto kRoles = mesh::enum_table<Role, v1::TrustRole>({{Role::kSast, v1::TRUST_ROLE_SAST},
                                                               {Role::kCcm, v1::TRUST_ROLE_CCM},
                                                               {Role::kCcmTftp, v1::TRUST_ROLE_CCM_TFTP},
                                                               {Role::kTftp, v1::TRUST_ROLE_TFTP},
                                                               {Role::kCapf, v1::TRUST_ROLE_CAPF},
                                                               {Role::kAppServer, v1::TRUST_ROLE_APP_SERVER},
                                                               {Role::kTvs, v1::TRUST_ROLE_TVS},
                                                               {Role::kSrst, v1::TRUST_ROLE_SRST}});
constexpr auto kAlarms =
    mesh::enum_table<Alarm, v1::TrustListAlarm>({{Alarm::kNone, v1::TRUST_LIST_ALARM_NONE},
                                                 {Alarm::kSuccess, v1::TL_SUCCESS},
                                                 {Alarm::kCtlInitialSuccess, v1::CTL_INITIAL_SUCCESS},
                                                 {Alarm::kItlInitialSuccess, v1::ITL_INITIAL_SUCCESS},
                                                 {Alarm::kInitialSuccess, v1::TL_INITIAL_SUCCESS},
                                                 {Alarm::kFailedOldCtl, v1::TL_FAILED_OLD_CTL},
                                                 {Alarm::kFailedNoList, v1::TL_FAILED_NO_TL},
                                                 {Alarm::kFailed, v1::TL_FAILED},
                                                 {Alarm::kFailedOldItl, v1::TL_FAILED_OLD_ITL},
                                                 {Alarm::kFailedOldLists, v1::TL_FAILED_OLD_TL}});

v1::ListKind to_proto(ListKind kind) { return kListKinds.to_proto(kind); }

void set_time(absl::Time time, google::protobuf::Timestamp* target) {
  const absl::Duration since = time - absl::UnixEpoch();
  target->set_seconds(absl::ToUnixSeconds(time));
  target->set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(since % absl::Seconds(1))));
}

// One entry per certificate, with all its roles, in the list's order. Linear: a list may have a thousand records.
void add_records(const TrustList& list, v1::TrustList* target) {
  absl::flat_hash_map<const X509*, v1::TrustRecord*> known;
  for (const Record& record : list.records) {
    if (!record.set_aside.empty()) target->add_set_aside(clean(record.set_aside));
    if (!record.certificate.has_value()) continue;
    const auto role = kRoles.to_proto(record.role);
    v1::TrustRecord*& entry = known[record.certificate->get()];
    if (entry != nullptr) {
      if (std::find(entry->role().begin(), entry->role().end(), role) == entry->role().end()) entry->add_role(role);
      continue;
    }
    entry = target->add_record();
    entry->add_role(role);
    entry->set_subject(record.shown->subject);
    entry->set_issuer(record.shown->issuer);
    entry->set_serial(record.shown->serial);
    entry->set_key(record.shown->key);
    entry->set_certificate(record.certificate->der());
    entry->set_sha256(record.shown->sha256);
    entry->set_dns_name(clean(record.dns_name));
    entry->set_address(record.address);
    set_time(record.shown->not_after, entry->mutable_not_after());
  }
}

void fill(ListKind kind, const std::optional<InstalledList>& installed, v1::TrustList* target) {
  target->set_kind(to_proto(kind));
  target->set_installed(installed.has_value());
  if (!installed.has_value()) return;
  const TrustList& list = installed->list;
  target->set_sha1(list.sha1());
  target->set_sha256(list.sha256());
  target->set_signer(clean(printable(installed->signer.subject())));
  target->set_version(to_string(list.header.version));
  if (list.header.signer_version) target->set_signer_version(to_string(*list.header.signer_version));
  target->set_server(clean(installed->server));
  if (list.header.timestamp) target->mutable_signed_at()->set_seconds(*list.header.timestamp);
  set_time(installed->installed_at, target->mutable_installed_at());
  add_records(list, target);
}

std::string host_of(const Record& record) {
  if (!record.dns_name.empty()) return record.dns_name;
  if (!record.address.empty()) return record.address;
  return record.certificate.has_value() ? printable(record.certificate->common_name()) : std::string();
}

void add_tftp_servers(const InstalledLists& in_force, v1::TrustLists* target) {
  absl::flat_hash_set<std::string> known;
  for (const auto* installed : {&in_force.ctl, &in_force.itl}) {
    if (!installed->has_value()) continue;
    for (const Record& record : (*installed)->list.records) {
      if (!fits(record.role, Role::kTftp)) continue;
      const std::string host = host_of(record);
      if (!host.empty() && known.insert(host).second) target->add_tftp_server(host);
    }
  }
}

void fill(const Decision& each, v1::Decision* decision) {
  decision->set_number(each.number);
  set_time(each.time, decision->mutable_time());
  decision->set_what(clean(each.what));
  decision->set_kind(each.kind);
  decision->set_role(clean(each.role));
  decision->set_signer(clean(each.signer));
  decision->set_by(clean(each.by));
  decision->set_accepted(each.accepted);
  decision->set_reason(clean(each.reason));
  decision->set_sha1(each.sha1);
  decision->set_sha256(each.sha256);
  decision->set_times(each.times);
  set_time(each.last_time, decision->mutable_last_time());
  if (each.signed_at != 0) decision->mutable_signed_at()->set_seconds(each.signed_at);
}

}  // namespace

v1::TrustLists shown(const InstalledLists& in_force, const std::optional<Decision>& configuration,
                     const SrstCertificates& srst, const Settings& settings) {
  v1::TrustLists lists = to_proto(in_force, configuration, srst);
  mesh::add_switch(lists.mutable_setting(), "vendorConfig/fipsMode", settings.fips);
  mesh::add_switch(lists.mutable_setting(), "vendorConfig/settingsAccess", !settings.locked);
  return lists;
}

v1::TrustLists to_proto(const InstalledLists& in_force, const std::optional<Decision>& configuration,
                        const SrstCertificates& srst) {
  v1::TrustLists result;
  fill(ListKind::kCtl, in_force.ctl, result.mutable_ctl());
  fill(ListKind::kItl, in_force.itl, result.mutable_itl());
  // A damaged list counts too: flash damage must not bring unsigned files back.
  result.set_signed_files_required(in_force.lists().names(Role::kTftp) || in_force.ctl_damaged ||
                                   in_force.itl_damaged || in_force.itl_outdated);
  result.set_mixed_mode(in_force.ctl.has_value());
  result.set_ec_allowed(in_force.itl.has_value() && in_force.itl->list.ec_allowed());
  add_tftp_servers(in_force, &result);
  if (configuration) fill(*configuration, result.mutable_signed_configuration());
  for (const crypto::Certificate& certificate : srst.usable) {
    v1::TrustRecord* record = result.add_srst();
    record->add_role(v1::TRUST_ROLE_SRST);
    record->set_subject(printable(certificate.subject()));
    record->set_issuer(printable(certificate.issuer()));
    record->set_serial(crypto::hex(certificate.serial()));
    record->set_key(certificate.public_key().describe());
    record->set_certificate(certificate.der());
    set_time(certificate.not_after(), record->mutable_not_after());
  }
  for (const std::string& why : srst.set_aside) result.add_srst_set_aside(clean(why));
  return result;
}

v1::OfferTrustListsReply to_proto(const OfferResult& result) {
  v1::OfferTrustListsReply reply;
  for (const OfferedVerdict& each : result.verdicts) {
    v1::ListVerdict* verdict = reply.add_verdict();
    verdict->set_kind(to_proto(each.kind));
    verdict->set_accepted(each.accepted);
    verdict->set_unchanged(each.unchanged);
    verdict->set_reason(clean(each.reason));
    verdict->set_decision(each.decision);
  }
  reply.set_alarm(kAlarms.to_proto(result.alarm));
  if (result.in_force != nullptr) *reply.mutable_lists() = to_proto(*result.in_force);
  return reply;
}

v1::VerifyFileReply to_proto(const FileResult& result) {
  v1::VerifyFileReply reply;
  reply.set_trusted(result.verdict.trusted);
  reply.set_reason(clean(result.verdict.reason));
  reply.set_decision(result.decision);
  reply.set_signer(clean(result.verdict.signer));
  if (result.verdict.signed_at != 0) reply.mutable_signed_at()->set_seconds(result.verdict.signed_at);
  reply.set_same_second(result.verdict.aged.age == Age::kSameSecond && !result.verdict.allowed);
  if (!result.verdict.trusted || !result.verdict.file.has_value()) return reply;
  reply.set_body(result.verdict.file->body);
  if (const auto& encryption = result.verdict.file->encryption) {
    v1::FileEncryption* target = reply.mutable_encryption();
    target->set_iv(encryption->iv);
    target->set_padding_length(encryption->padding_length);
    target->set_wrapped_key(encryption->wrapped_key);
    target->set_key_bits(encryption->key_bits);
    target->set_digest(std::string(crypto::digest_name(encryption->digest)));
    target->set_plaintext_digest(encryption->plaintext_digest);
  }
  return reply;
}

v1::VerifyPeerReply to_proto(const PeerResult& result) {
  v1::VerifyPeerReply reply;
  reply.set_trusted(result.verdict.trusted);
  reply.set_reason(clean(result.verdict.reason));
  reply.set_decision(result.decision);
  reply.set_by(clean(result.verdict.by));
  return reply;
}

v1::VerifyImageReply to_proto(const ImageResult& result) {
  v1::VerifyImageReply reply;
  reply.set_accepted(result.verdict.accepted);
  reply.set_reason(clean(result.verdict.reason));
  reply.set_decision(result.decision);
  reply.set_signer(clean(result.verdict.signer));
  return reply;
}

v1::Authorities to_proto(const NetworkAuthorities& authorities) {
  v1::Authorities to;
  for (const std::string& der : authorities.certificates) to.add_certificate(der);
  if (authorities.signed_at) to.mutable_signed_at()->set_seconds(absl::ToUnixSeconds(*authorities.signed_at));
  return to;
}

v1::PreviewTrustListReply to_proto(const PreviewResult& result) {
  v1::PreviewTrustListReply reply;
  if (result.kind) reply.set_kind(to_proto(*result.kind));
  reply.set_would_accept(result.verdict.trusted);
  reply.set_unchanged(result.verdict.unchanged);
  reply.set_by(clean(result.verdict.by));
  reply.set_reason(clean(result.verdict.reason));
  reply.set_alarm(kAlarms.to_proto(result.alarm));
  reply.set_signer(clean(result.verdict.signer));
  const Verdict& verdict = result.verdict;
  if (verdict.signed_at != 0) reply.mutable_signed_at()->set_seconds(verdict.signed_at);
  if (verdict.aged.newest != 0) reply.mutable_newest_taken()->set_seconds(verdict.aged.newest);
  reply.set_older(verdict.aged.age == Age::kOlder || verdict.aged.age == Age::kSameContent);
  reply.set_older_allowed(verdict.allowed);
  return reply;
}

v1::AllowOlderReply to_proto(const OlderResult& result) {
  v1::AllowOlderReply reply;
  reply.set_allowed(result.allowed);
  reply.set_name(clean(result.name));
  reply.set_reason(clean(result.reason));
  reply.set_decision(result.decision);
  if (result.allowed) set_time(result.until, reply.mutable_until());
  return reply;
}

v1::OfferReleaseReply to_proto(const ReleaseResult& result) {
  v1::OfferReleaseReply reply;
  reply.set_accepted(result.verdict.trusted);
  reply.set_reason(clean(result.verdict.reason));
  reply.set_decision(result.decision);
  if (result.in_force != nullptr) *reply.mutable_lists() = to_proto(*result.in_force);
  return reply;
}

v1::ListDecisionsReply to_proto(const std::vector<Decision>& decisions) {
  v1::ListDecisionsReply reply;
  for (const Decision& each : decisions) fill(each, reply.add_decision());
  return reply;
}

std::optional<ListKind> from_proto(v1::ListKind kind) { return kListKinds.from_proto(kind); }
std::optional<Role> from_proto(v1::TrustRole role) { return kRoles.from_proto(role); }

Settings from_proto(const policy::v1::EffectivePolicy& policy) {
  Settings settings;
  settings.fips = policy.fips();
  settings.tls = tls::policy_of(policy);
  settings.tls.server_minimum = tls::kTls12;  // here the phone is the client
  settings.device_name = printable(policy.device_name());
  settings.locked = policy.settings_access() != 1 || settings::lock_of(policy.settings_lock()) != settings::Lock::kOpen;
  settings.srst_certificates.assign(policy.srst_certificate().begin(), policy.srst_certificate().end());
  std::vector<policy::v1::Host> servers(policy.tvs().begin(), policy.tvs().end());
  std::stable_sort(servers.begin(), servers.end(),
                   [](const auto& left, const auto& right) { return left.priority() < right.priority(); });
  for (const policy::v1::Host& server : servers) {
    if (settings.tvs.size() == kMostTvsServers) break;
    if (server.address().empty() || server.port() > 65535) continue;
    settings.tvs.push_back({server.address(), static_cast<std::uint16_t>(server.port() == 0 ? 2445 : server.port())});
  }
  return settings;
}

}  // namespace phone::trust
