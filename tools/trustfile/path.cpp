// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/path.hpp"

#include "absl/strings/str_cat.h"
#include "tools/trustfile/files.hpp"

namespace phone::trustfile {
namespace {

absl::Status refused(std::string_view what, const absl::Status& status) {
  return absl::PermissionDeniedError(absl::StrCat(std::string(what), ": ", std::string(status.message())));
}

absl::StatusOr<std::vector<crypto::Certificate>> read_certificates(std::string_view what, const Path& file) {
  if (file.empty()) return std::vector<crypto::Certificate>();
  const auto pem = read(file, crypto::kLargestPem);
  if (!pem.ok()) return refused(what, pem.status());
  auto certificates = crypto::certificates_from_pem(*pem);
  if (!certificates.ok()) return refused(what, certificates.status());
  if (certificates->empty()) return refused(what, absl::InvalidArgumentError("no certificate in PEM form"));
  return certificates;
}

absl::StatusOr<crypto::TrustAnchors> read_anchors(const PathOrder& order) {
  const auto pem = read(order.anchors, crypto::kLargestPem);
  if (!pem.ok()) return refused("anchors", pem.status());
  auto anchors = crypto::TrustAnchors::from_pem(*pem);
  if (!anchors.ok()) return refused("anchors", anchors.status());
  if (order.crls.empty()) return anchors;
  const auto crls = read(order.crls, crypto::kLargestPem);
  if (!crls.ok()) return refused("CRLs", crls.status());
  if (absl::Status status = anchors->add_crls_from_pem(*crls); !status.ok()) return refused("CRLs", status);
  return anchors;
}

}  // namespace

Answer check_path(const PathOrder& order) {
  const auto anchors = read_anchors(order);
  if (!anchors.ok()) return anchors.status();
  const auto leaf = read_certificates("leaf", order.leaf);
  if (!leaf.ok()) return leaf.status();
  auto intermediates = read_certificates("intermediates", order.intermediates);
  if (!intermediates.ok()) return intermediates.status();
  // A server's file often has its issuers below its own certificate.
  intermediates->insert(intermediates->end(), leaf->begin() + 1, leaf->end());
  const crypto::PathVerdict verdict =
      crypto::validate_path(leaf->front(), *intermediates, *anchors,
                            {.purpose = order.client ? crypto::PathPurpose::kClient : crypto::PathPurpose::kServer,
                             .at = order.at,
                             .name = order.name,
                             .fips = order.fips});
  if (!verdict.trusted) return absl::PermissionDeniedError(verdict.reason);
  return absl::StrCat("accepted: ", verdict.reason, "\n");
}

}  // namespace phone::trustfile
