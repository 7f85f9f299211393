// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/http/fetch.hpp"

// proto/phone/download/v1 <-> the types of fetch.hpp. Decoding is total: a value, or INVALID_ARGUMENT with the reason.
namespace phone::http {

// A SCEP message of 64 KiB beside the longest query.
inline constexpr std::size_t kMostRequestBytes = std::size_t{256} << 10;
// The text of a reply beside its body.
inline constexpr std::size_t kMostReplyBytes = std::size_t{64} << 10;
inline constexpr std::size_t kMostBody = std::size_t{16} << 20;
inline constexpr std::chrono::minutes kLongestExchange{5};

std::string encode(const Request&);  // without verifier, TLS and cancellation, which stay where they are
std::string encode_result(Result);

absl::StatusOr<Request> decode_request(std::string_view);
// Its texts are clean; its URL is left empty, since the caller knows better what it asked for. A body larger
// than `limit` is refused.
absl::StatusOr<Result> decode_result(std::string_view, std::size_t limit);

}  // namespace phone::http
