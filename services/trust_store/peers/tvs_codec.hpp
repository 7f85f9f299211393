// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The messages of TVS (cisco-formats.md C1): values to bytes and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/x509.hpp"
#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust::tvs {

inline constexpr std::size_t kHeaderSize = 10;

enum class Command : std::uint8_t { kVerifyRequest = 1, kVerifyResponse = 2, kQueryRequest = 3, kQueryResponse = 4 };

// A question as the server wants it: VERIFY for a certificate, QUERY for a signer. `device` is
// "CP-9861-SEP0A1B2C3D4E5F". INVALID_ARGUMENT when it does not fit a message.
absl::StatusOr<std::string> encode(const TvsQuestion& question, std::uint32_t session, const std::string& device);

struct Header {
  Command command = Command::kVerifyResponse;
  std::uint32_t session = 0;
  std::size_t length = 0;  // of the elements that follow
};
// INVALID_ARGUMENT for another protocol or version. The reserved byte is garbage on real servers and not looked at.
absl::StatusOr<Header> decode_header(std::string_view bytes);

struct Answer {
  bool valid = false;
  std::vector<Role> roles;                         // of known meaning
  std::optional<crypto::Certificate> certificate;  // QUERY
  absl::Duration keep;                             // how long the answer holds; zero: not at all
};
// INVALID_ARGUMENT for anything but an answer to this question: other command or session, no STATUS, a status that is
// neither yes nor no, a certificate with another serial number, anything malformed.
absl::StatusOr<Answer> decode(const TvsQuestion& question, std::uint32_t session, const Header& header,
                              std::string_view elements);

// Whether a valid answer speaks for the role asked for.
bool speaks_for(const Answer& answer, Role role);

}  // namespace phone::trust::tvs
