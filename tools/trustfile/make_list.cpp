// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/trust_store/lists/judgement.hpp"
#include "tools/lab/trust_list.hpp"
#include "tools/trustfile/files.hpp"
#include "tools/trustfile/keys.hpp"

namespace phone::trustfile {
namespace {

constexpr trust::Role kRoles[] = {trust::Role::kSast, trust::Role::kCcm,  trust::Role::kCcmTftp,
                                  trust::Role::kTftp, trust::Role::kCapf, trust::Role::kAppServer,
                                  trust::Role::kTvs};

absl::StatusOr<lab::Record> record_of(const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos) return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not ROLE=FILE"));
  const std::string wanted = absl::AsciiStrToUpper(text.substr(0, at));
  const Path file = text.substr(at + 1);
  for (const trust::Role role : kRoles) {
    if (wanted != trust::name_of(role)) continue;
    const auto pem = read(file, 64 * 1024);
    if (!pem.ok()) return pem.status();
    const auto certificate = crypto::certificate_from_pem(*pem);
    if (!certificate.ok()) return absl::InvalidArgumentError(absl::StrCat("no certificate in ", file.string()));
    auto identity = lab::Identity::from_der(certificate->der());
    if (!identity.ok()) return identity.status();
    return lab::Record{static_cast<lab::Role>(role), *std::move(identity)};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", wanted, "\" is not a role: sast, ccm, ccm+tftp, tftp, capf, app-server, tvs"));
}

}  // namespace

Answer make_list(const MakeList& order) {
  const auto signing = signing_of(order.by);
  if (!signing.ok()) return signing.status();
  lab::TrustList list{.filename = order.ctl ? "CTLFile.tlv" : "ITLFile.tlv",
                      .signer_minor = order.signer_minor,
                      .hash = signing->hash,
                      .timestamp = signing->timestamp,
                      .signer = signing->signer,
                      .records = {}};
  for (const std::string& text : order.records) {
    auto record = record_of(text);
    if (!record.ok()) return record.status();
    list.records.push_back(*std::move(record));
  }
  const auto bytes = lab::encode(list);
  if (!bytes.ok()) return bytes.status();
  const auto kind = order.ctl ? trust::ListKind::kCtl : trust::ListKind::kItl;
  const auto verdict = trust::judge_list(kind, *bytes, {}, {trust::TvsVerdict::kNo, std::nullopt, {}, ""}, {});
  if (!verdict.trusted) return absl::PermissionDeniedError(absl::StrCat("no phone would take it: ", verdict.reason));
  if (absl::Status status = write(order.out, *bytes); !status.ok()) return status;
  std::string text = absl::StrCat("made: ", list.filename, " with ", list.records.size(), " records, ", bytes->size(),
                                  " bytes in ", order.out.string(), "\n");
  for (const std::string& warning : verdict.warnings) absl::StrAppend(&text, "warning: ", warning, "\n");
  return text;
}

}  // namespace phone::trustfile
