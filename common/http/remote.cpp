#include "common/http/remote.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <sys/socket.h>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/os/unix_socket.hpp"

namespace phone::http {
namespace {

// Beside the exchange's own time: a process that must be started first, and a verdict that is being made.
constexpr absl::Duration kBeside = absl::Seconds(20);

Verdict judge(const Request& request, const std::vector<std::string>& chain) {
  const auto verdict = request.verify(chain);
  return verdict.ok() ? Verdict{true, *verdict} : Verdict{false, std::string(verdict.status().message())};
}

absl::StatusOr<Result> ask(const std::filesystem::path& socket, const Request& request) {
  auto fd = os::connect_unix(socket, SOCK_NONBLOCK);
  if (!fd.ok()) return fd.status();
  const Patience patience{absl::Now() + absl::FromChrono(request.total_timeout) + kBeside, request.cancelled};
  if (auto sent = send_message(fd->get(), encode(request), patience); !sent.ok()) return sent;
  for (;;) {
    const auto bytes = receive_message(fd->get(), kMostReplyBytes + request.limit, patience);
    if (!bytes.ok()) return bytes.status();
    auto reply = decode_reply(*bytes, request.limit);
    if (!reply.ok()) return reply.status();
    if (reply->result) return *std::move(reply->result);
    if (request.scheme != Scheme::kHttps) return absl::InvalidArgumentError("a chain where there is no TLS");
    const Verdict verdict = judge(request, *reply->chain);
    if (auto sent = send_message(fd->get(), encode(verdict), patience); !sent.ok()) return sent;
  }
}

}  // namespace

Fetch fetch_through(std::filesystem::path socket) {
  return [socket = std::move(socket)](const Request& request) -> Result {
    if (request.scheme == Scheme::kHttps && !request.verify) {
      return {.outcome = Outcome::kRefused, .detail = "nobody can vouch for the server"};
    }
    auto result = ask(socket, request);
    if (result.ok()) return *std::move(result);
    if (absl::IsCancelled(result.status())) return {.outcome = Outcome::kCancelled};
    return {.outcome = Outcome::kBroken,
            .detail = absl::StrCat("the process that downloads: ", result.status().message())};
  };
}

}  // namespace phone::http
