// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/trustfile/verify.hpp"

#include <fcntl.h>

#include "absl/strings/str_cat.h"
#include "common/os/descriptor.hpp"
#include "services/trust_store/images/image_file.hpp"
#include "tools/trustfile/files.hpp"

namespace phone::trustfile {
namespace {

constexpr std::size_t kLargestPem = 1024 * 1024;

const trust::TvsAnswer kNobodyAsked{trust::TvsVerdict::kNo, std::nullopt, {}, "is not asked by trustfile"};

absl::Status refused(std::string reason) { return absl::PermissionDeniedError(reason); }

absl::StatusOr<std::optional<trust::TrustList>> read_list(trust::ListKind kind, const Path& file) {
  if (file.empty()) return std::nullopt;
  const auto content = read(file, trust::kLargestList);
  if (!content.ok()) return content.status();
  auto list = trust::parse_list(kind, *content);
  if (list.ok()) return *std::move(list);
  return refused(
      absl::StrCat("installed ", std::string(trust::name_of(kind)), ": ", std::string(list.status().message())));
}

Answer answer(const trust::Verdict& verdict) {
  if (!verdict.trusted) return refused(verdict.reason);
  std::string text = absl::StrCat("accepted: ", verdict.reason, "\n");
  for (const std::string& warning : verdict.warnings) absl::StrAppend(&text, "warning: ", warning, "\n");
  return text;
}

// A list or file that carries the name of a device is for that one.
absl::Status for_device(std::string_view content, const std::string& device) {
  const auto header = trust::parse_header(content);
  if (!header.ok() || device.empty()) return absl::OkStatus();
  const std::string named = device_of(header->file_name);
  if (named.empty() || named == device) return absl::OkStatus();
  return refused(
      absl::StrCat("signed for the name \"", trust::printable(header->file_name), "\", the device is ", device));
}

Answer verify_image(const Verify& order) {
  const os::Descriptor fd(open(order.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const auto measured = trust::measure_image(fd.get());
  if (!measured.ok()) return measured.status();
  std::vector<crypto::Certificate> signers;
  if (!order.image_signers.empty()) {
    const auto pem = read(order.image_signers, kLargestPem);
    if (!pem.ok()) return pem.status();
    auto certificates = crypto::certificates_from_pem(*pem);
    if (!certificates.ok()) return certificates.status();
    signers = *std::move(certificates);
  }
  std::optional<trust::ImageVersion> installed;
  if (!order.installed_version.empty()) {
    auto version = trust::ImageVersion::parse(order.installed_version);
    if (!version.ok()) return version.status();
    installed = *std::move(version);
  }
  const trust::ImageVerdict verdict = trust::judge_image(measured->image, measured->signed_digest, signers, installed);
  if (!verdict.accepted) return refused(verdict.reason);
  return absl::StrCat("accepted: ", verdict.reason, "\n");
}

}  // namespace

absl::StatusOr<Installed> Installed::read(const Path& ctl, const Path& itl) {
  Installed installed;
  auto first = read_list(trust::ListKind::kCtl, ctl);
  if (!first.ok()) return first.status();
  auto second = read_list(trust::ListKind::kItl, itl);
  if (!second.ok()) return second.status();
  installed.ctl_ = *std::move(first);
  installed.itl_ = *std::move(second);
  return installed;
}

trust::FileVerdict judge_signed(const Path& file, std::string_view content, const Installed& installed, bool fips) {
  const auto header = trust::parse_header(content);
  const std::string own = file.filename().string();
  const std::string name = !device_of(own).empty() || !header.ok() ? own : header->file_name;
  return trust::judge_file(name, content, installed.lists(), kNobodyAsked, {fips});
}

Answer verify(const Verify& order) {
  const auto content = read(order.file, trust::kLargestImage);
  if (!content.ok()) return content.status();
  if (is_image(*content)) return verify_image(order);
  const auto installed = Installed::read(order.installed_ctl, order.installed_itl);
  if (!installed.ok()) return installed.status();
  if (absl::Status status = for_device(*content, order.device); !status.ok()) return status;
  if (const auto kind = list_kind(order.file, *content)) {
    return answer(trust::judge_list(*kind, *content, installed->lists(), kNobodyAsked, {order.fips}));
  }
  return answer(judge_signed(order.file, *content, *installed, order.fips));
}

}  // namespace phone::trustfile
