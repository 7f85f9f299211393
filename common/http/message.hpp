#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/fetch.hpp"

// proto/phone/download/v1 <-> the types of fetch.hpp. Decoding is total: a value, or INVALID_ARGUMENT with the reason.
namespace phone::http {

// A SCEP message of 64 KiB beside the longest query.
inline constexpr std::size_t kMostRequestBytes = std::size_t{256} << 10;
inline constexpr std::size_t kMostVerdictBytes = std::size_t{16} << 10;
// What a reply may have beside a body: a chain, or the words around it.
inline constexpr std::size_t kMostReplyBytes = std::size_t{256} << 10;
inline constexpr std::size_t kMostBody = std::size_t{16} << 20;
inline constexpr std::chrono::minutes kLongestExchange{5};
inline constexpr std::size_t kMostChain = 8;

struct Verdict {
  bool trusted = false;
  std::string reason;
};
// One of the two.
struct Reply {
  std::optional<std::vector<std::string>> chain;
  std::optional<Result> result;
};

std::string encode(const Request&);  // without verifier and cancellation, which stay where they are
std::string encode(const Verdict&);
std::string encode_chain(const std::vector<std::string>& chain);
std::string encode_result(Result);

absl::StatusOr<Request> decode_request(std::string_view);
absl::StatusOr<Verdict> decode_verdict(std::string_view);
// A body larger than `limit` is refused.
absl::StatusOr<Reply> decode_reply(std::string_view, std::size_t limit);

}  // namespace phone::http
