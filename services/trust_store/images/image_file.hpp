// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// An image in an open file, read piece by piece: its header, and the digests of what the signature covers and of the
// package in it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/trust_store/images/image.hpp"

namespace phone::trust {

inline constexpr std::uint64_t kLargestImage = std::uint64_t{512} * 1024 * 1024;

struct MeasuredImage {
  Image image;
  std::string signed_digest;   // of all but the signature element
  std::string package_digest;  // of the body
  std::uint64_t body_size = 0;
};

// The first bytes, as many as the header states: all that can be read of them, for the judge.
std::string image_header(int fd);

// Reads and writes nothing else; the descriptor's position is not used. FAILED_PRECONDITION for anything but a plain
// file, RESOURCE_EXHAUSTED over 512 MiB, otherwise as parse_image.
absl::StatusOr<MeasuredImage> measure_image(int fd);

// The body again, in order, a piece at a time; DATA_LOSS when it is not what was measured: then nothing that `take`
// received may be used.
absl::Status read_body(int fd, const MeasuredImage& measured, absl::FunctionRef<absl::Status(std::string_view)> take);

}  // namespace phone::trust
