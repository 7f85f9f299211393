// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/provisioning.hpp"

#include <openssl/asn1.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/lab/issue.hpp"

namespace phone::lab {
namespace {

constexpr size_t kDeviceName = 15;  // SEP and twelve hex digits

uint32_t issued_at(const Identity& certificate) {
  tm when{};
  ASN1_TIME_to_tm(X509_get0_notBefore(certificate.x509()), &when);
  return static_cast<uint32_t>(timegm(&when));
}

bool plain_name(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find("..") == std::string::npos && name[0] != '/';
}

std::optional<std::string> or_nothing(absl::StatusOr<std::string> made, std::optional<Fault> fault) {
  return made.ok() ? std::optional(spoil(*std::move(made), fault)) : std::nullopt;
}

}  // namespace

const char* fault_target(const std::string& name) {
  if (name.starts_with("CTL")) return "ctl";
  if (name.starts_with("ITL")) return "itl";
  if (absl::EndsWith(name, ".enc.sgn")) return "enc";
  return absl::EndsWith(name, ".sgn") ? "sgn" : "cnf";
}

absl::StatusOr<std::string> Provisioning::trust_list(bool ctl) const { return list_with(ctl, std::nullopt); }

absl::StatusOr<std::string> Provisioning::list_with(bool ctl, std::optional<Fault> fault) const {
  const bool stranger = fault == Fault::kStranger;
  const bool wrong_name = fault == Fault::kWrongDevice;
  TrustList list{.filename = ctl != wrong_name ? "CTLFile.tlv" : "ITLFile.tlv",
                 .signer_minor = ctl ? 0 : lists_.signer_minor,
                 .hash = lists_.hash,
                 .timestamp = lists_.timestamp != 0 ? lists_.timestamp : issued_at(*pki_.itl_recovery),
                 .signer = stranger ? pki_.stranger : pki_.itl_recovery,
                 .records = {}};
  list.records.push_back({Role::kSast, list.signer});
  list.records.push_back({Role::kSast, pki_.call_manager});
  if (!ctl && lists_.rollback) return encode(list);
  list.records.push_back({Role::kCcmTftp, pki_.call_manager});
  if (!ctl && lists_.signer_minor > 0) list.records.push_back({Role::kTftp, pki_.tftp_ec});
  list.records.push_back({Role::kCapf, pki_.capf});
  if (!ctl) list.records.push_back({Role::kTvs, pki_.tvs});
  return encode(list);
}

absl::StatusOr<std::string> Provisioning::release(const std::string& device) const {
  const auto line = [](const absl::StatusOr<std::string>& list) { return hex(digest(EVP_sha256(), *list)); };
  const auto ctl = trust_list(true), itl = trust_list(false);
  if (!ctl.ok() || !itl.ok()) return absl::InternalError("the lists cannot be made");
  FileSigning signing{.signer = pki_.itl_recovery, .timestamp = signing_time()};
  return sign_file(signing, absl::StrCat(device, ".release.sgn"),
                   absl::StrCat("phone-release 1\n", "device ", device, "\n", "ctl ", lists_.ctl ? line(ctl) : "none",
                                "\n", "itl ", line(itl), "\n"));
}

uint32_t Provisioning::signing_time() const {
  return lists_.timestamp != 0 ? lists_.timestamp : static_cast<uint32_t>(time(nullptr));
}

FileSigning Provisioning::signing(std::optional<Fault> fault) const {
  const IdentityPtr& own = lists_.regenerated ? pki_.call_manager_next : pki_.call_manager;
  return {.signer = fault == Fault::kStranger ? pki_.stranger : own, .hash = lists_.hash, .timestamp = signing_time()};
}

absl::StatusOr<std::string> Provisioning::configuration(const std::string& name, const Device& device,
                                                        std::optional<Fault> fault) const {
  const Plan plan = change_ ? change_(plan_) : plan_;
  const bool wrong = fault == Fault::kWrongDevice;
  const std::string inner_name = wrong ? absl::StrCat("SEPFFFFFFFFFFFF", name.substr(kDeviceName)) : name;
  if (absl::EndsWith(name, ".enc.sgn")) {
    const IdentityPtr certificate = encryption_certificate(device);
    if (!plan.encrypted || !certificate) return absl::NotFoundError(name);
    auto content = make_content_key(wrong ? *pki_.stranger : *certificate);
    if (!content.ok()) return content.status();
    return encrypt_file(signing(fault), name, *content, full_configuration(plan, device));
  }
  const std::string body = plan.encrypted ? partial_configuration(plan, device) : full_configuration(plan, device);
  return absl::EndsWith(name, ".sgn") ? sign_file(signing(fault), inner_name, body) : body;
}

std::optional<std::string> Provisioning::file(const std::string& name, bool secure) const {
  if (!plain_name(name)) return std::nullopt;
  if (!override_.empty()) {
    if (auto given = read_file(override_ / name); given.ok()) return *given;
  }
  if (name == "XMLDefault.cnf.xml.sgn" && !plan_.auto_registration.empty()) {
    return or_nothing(sign_file(signing(std::nullopt), name, default_configuration(plan_)), std::nullopt);
  }
  const std::optional<Fault> fault = faults_.of(fault_target(name));
  if (fault == Fault::kGone) return std::nullopt;
  if (name == "ITLFile.tlv") return or_nothing(list_with(false, fault), fault);
  const bool list = absl::EndsWith(name, ".tlv");
  const size_t start = list ? 3 : 0;
  if (name.size() < start + kDeviceName) return std::nullopt;
  const auto device = devices_.find(name.substr(start, kDeviceName));
  if (!device) return std::nullopt;
  const std::string rest = name.substr(start + kDeviceName);
  if (list && rest == ".tlv") {
    const bool ctl = name.starts_with("CTL");
    return ctl && !lists_.ctl ? std::nullopt : or_nothing(list_with(ctl, fault), fault);
  }
  const bool signed_name = rest == ".cnf.xml.sgn" || rest == ".cnf.xml.enc.sgn";
  if (!signed_name && !(secure && rest == ".cnf.xml")) return std::nullopt;
  return or_nothing(configuration(name, *device, fault), fault);
}

}  // namespace phone::lab
