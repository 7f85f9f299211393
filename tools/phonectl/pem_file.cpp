// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/pem_file.hpp"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <fstream>
#include <iterator>

namespace phone::phonectl {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;
constexpr std::size_t kMostCertificates = 16;
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

}  // namespace

absl::StatusOr<std::vector<std::string>> certificates_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in || text.size() > kMostBytes) return absl::InvalidArgumentError(absl::StrCat("cannot read ", file));
  std::vector<std::string> ders;
  for (std::size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t end = text.find(kEnd, at);
    std::string der;
    if (end == std::string::npos || ders.size() == kMostCertificates ||
        !absl::Base64Unescape(text.substr(at, end - at), &der)) {
      return absl::InvalidArgumentError(absl::StrCat(file, " contains no certificates in PEM format"));
    }
    ders.push_back(std::move(der));
    at = end;
  }
  if (ders.empty()) return absl::InvalidArgumentError(absl::StrCat(file, " contains no certificates in PEM format"));
  return ders;
}

}  // namespace phone::phonectl
