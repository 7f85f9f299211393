// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/certificate_file.hpp"

#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/flash/state_file.hpp"

namespace phone::certificates {

std::filesystem::path chain_file(const std::filesystem::path& state, Kind kind) {
  switch (kind) {
    case Kind::kMic:
      return state / "mic.pem";
    case Kind::kLsc:
      return state / "lsc.pem";
    case Kind::kUser:
      return state / "user.pem";
  }
  return {};
}

absl::StatusOr<Chain> parse_chain(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  if (pem.size() > kMaximumChainFile) return absl::InvalidArgumentError("the certificate file is too long");
  Chain chain;
  for (size_t at = pem.find(kBegin); at != std::string_view::npos; at = pem.find(kBegin, at)) {
    const size_t end = pem.find(kEnd, at);
    if (end == std::string_view::npos) return absl::InvalidArgumentError("the certificate file is truncated");
    if (chain.size() == kMaximumChain) return absl::InvalidArgumentError("too many certificates in a chain");
    auto certificate = crypto::certificate_from_pem(pem.substr(at, end + kEnd.size() - at));
    if (!certificate.ok()) return certificate.status();
    chain.push_back(*std::move(certificate));
    at = end + kEnd.size();
  }
  if (chain.empty()) return absl::InvalidArgumentError("the file contains no certificate");
  return chain;
}

std::string chain_pem(const Chain& chain) {
  std::string pem;
  for (const auto& certificate : chain) pem += crypto::to_pem(certificate);
  return pem;
}

absl::StatusOr<Chain> read_chain(const std::filesystem::path& state, Kind kind) {
  return read_chain_file(chain_file(state, kind));
}

absl::StatusOr<Chain> read_chain_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return absl::NotFoundError(absl::StrCat("there is no ", file.string()));
  const auto pem = flash::read_state(file, kMaximumChainFile);
  if (!pem) return absl::DataLossError("the certificate file is damaged: its checksum does not match");
  return parse_chain(*pem);
}

absl::Status write_chain(const std::filesystem::path& state, Kind kind, const Chain& chain) {
  return flash::write_state(chain_file(state, kind), chain_pem(chain));
}

}  // namespace phone::certificates
