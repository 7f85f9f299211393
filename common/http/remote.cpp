// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/remote.hpp"

#include <absl/strings/str_cat.h>
#include <sys/socket.h>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/http/plain.hpp"
#include "common/os/steady_time.hpp"
#include "common/os/unix_socket.hpp"

namespace phone::http {
namespace {

// Beside the exchange's own time: a process that must be started first.
constexpr absl::Duration kBeside = absl::Seconds(20);

absl::StatusOr<Result> ask(const std::filesystem::path& socket, const Request& request) {
  auto fd = os::connect_unix(socket, SOCK_NONBLOCK);
  if (!fd.ok()) return fd.status();
  const Patience patience{os::steady_now() + absl::FromChrono(longest_time(request)) + kBeside, request.cancelled};
  if (auto sent = send_message(fd->get(), encode(request), patience); !sent.ok()) return sent;
  const auto bytes = receive_message(fd->get(), kMostReplyBytes + request.limit, patience);
  if (!bytes.ok()) return bytes.status();
  auto result = decode_result(*bytes, request.limit);
  if (!result.ok()) return result.status();
  const bool left = request.cancelled != nullptr && request.cancelled->load(std::memory_order_relaxed);
  if (result->outcome == Outcome::kCancelled && !left)
    return absl::InvalidArgumentError("gave up a transfer that is still needed");
  result->url = url_of(request);
  return result;
}

}  // namespace

Fetch fetch_through(std::filesystem::path socket) {
  return [socket = std::move(socket)](const Request& request) -> Result {
    if (!plain_request(request)) return {.detail = "invalid server or file name"};
    if (request.scheme == Scheme::kHttps || request.scheme == Scheme::kPipe ||
        request.scheme == Scheme::kPipeAnswered || (request.scheme == Scheme::kDeliver && request.verify)) {
      return {.outcome = Outcome::kRefused, .detail = "only the server can answer this request"};
    }
    auto result = ask(socket, request);
    if (result.ok()) return *std::move(result);
    if (absl::IsCancelled(result.status())) return {.outcome = Outcome::kCancelled, .url = url_of(request)};
    return {.outcome = Outcome::kBroken,
            .url = url_of(request),
            .detail = absl::StrCat("the process that downloads: ", result.status().message())};
  };
}

}  // namespace phone::http
