// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The records of a CTL or ITL as they stand (cisco-formats.md A1, A2): structure only, no certificate is parsed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace phone::trust {

// Far above any cluster; a bound on the certificates a hostile list makes us parse.
inline constexpr std::size_t kMostRecords = 1024;

// The elements of one record, views into the file.
struct RawRecord {
  std::size_t number = 0;  // counted from one
  std::size_t offset = 0;
  std::uint16_t function = 0;
  std::optional<std::string_view> dns_name, subject, issuer, serial, public_key, certificate, address;
};

// The records after a header of that length; they tile the rest of the file exactly. INVALID_ARGUMENT with the record
// at fault, RESOURCE_EXHAUSTED for more than kMostRecords.
absl::StatusOr<std::vector<RawRecord>> split_records(std::string_view file, std::size_t header_length);

}  // namespace phone::trust
