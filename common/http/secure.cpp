// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/http/secure.hpp"

#include <absl/strings/str_cat.h>
#include <sys/socket.h>

#include <algorithm>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/http/plain.hpp"
#include "common/http/remote.hpp"
#include "common/http/response.hpp"
#include "common/os/steady_time.hpp"
#include "common/os/unix_socket.hpp"
#include "common/text/foreign_text.hpp"
#include "common/tls/client.hpp"

namespace phone::http {
namespace {

constexpr std::size_t kBesideBody = std::size_t{256} << 10;
constexpr std::size_t kMostDetail = 400;
constexpr absl::Duration kLongestHandshake = absl::Seconds(8);

Result failed(const Request& request, Outcome outcome, absl::string_view why) {
  return {.outcome = outcome, .url = url_of(request), .detail = text::clean({why.data(), why.size()}, kMostDetail)};
}

Outcome outcome_of(const absl::Status& status) {
  if (absl::IsCancelled(status)) return Outcome::kCancelled;
  return absl::IsPermissionDenied(status) ? Outcome::kRefused : Outcome::kBroken;
}

// A stream socket connected to the server by phone-download.
absl::StatusOr<os::Descriptor> open_pipe(const std::filesystem::path& socket, const Request& request, Scheme as,
                                         const Patience& patience, Result& said) {
  auto fd = os::connect_unix(socket, SOCK_NONBLOCK);
  if (!fd.ok()) return fd.status();
  Request wanted = request;
  wanted.scheme = as;
  wanted.post.clear();  // it goes through the pipe
  wanted.authorization.wipe();
  wanted.limit =
      std::min(kMostBody, request.limit + request.limit / 8 + kBesideBody);  // TLS and HTTP take room as well
  if (auto sent = send_message(fd->get(), encode(wanted), patience); !sent.ok()) return sent;
  const auto bytes = receive_message(fd->get(), kMostReplyBytes, patience);
  if (!bytes.ok()) return bytes.status();
  auto result = decode_result(*bytes, 0);
  if (!result.ok()) return result.status();
  said = *std::move(result);
  return fd;
}

absl::Status read_answer(tls::Connection& connection, const Request& request, absl::Time deadline,
                         ResponseReader& reader) {
  char buffer[16 * 1024];
  absl::Time window = os::steady_now();
  std::size_t in_window = 0, received = 0;
  const absl::Time begun = deadline - absl::FromChrono(request.total_timeout);
  const absl::Duration stall = absl::FromChrono(request.stall_timeout);
  while (!reader.done()) {
    const absl::Time end = begun + absl::FromChrono(allowed_time(request, received));
    const auto got = connection.read(buffer, sizeof buffer, std::min(end, os::steady_now() + stall));
    if (!got.ok()) return got.status();
    if (auto status = *got == 0 ? reader.closed() : reader.feed({buffer, *got}); !status.ok()) return status;
    in_window += *got;
    received += *got;
    if (os::steady_now() >= end) return absl::DeadlineExceededError("not received in time");
    if (os::steady_now() - window < stall) continue;
    if (in_window < kStallBytesPerSecond * static_cast<std::size_t>(request.stall_timeout.count())) {
      return absl::DeadlineExceededError("slower than 64 bytes per second");
    }
    window = os::steady_now();
    in_window = 0;
  }
  return absl::OkStatus();
}

std::string head_of(const Request& request) {
  const bool v6 = request.host.find(':') != std::string::npos;
  std::string head =
      absl::StrCat(request.post.empty() ? "GET /" : "POST /", request.name, request.query.empty() ? "" : "?",
                   request.query, " HTTP/1.1\r\nHost: ", v6 ? "[" : "", request.host, v6 ? "]" : "", ":", request.port,
                   "\r\nAccept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
  if (!request.authorization.empty()) {
    const std::string_view value = request.authorization.view();
    absl::StrAppend(&head, "Authorization: ", absl::string_view(value.data(), value.size()), "\r\n");
  }
  if (!request.post.empty()) {
    absl::StrAppend(&head, "Content-Type: ", request.post_type, "\r\nContent-Length: ", request.post.size(), "\r\n");
  }
  return head + "\r\n";
}

Result result_of(const Request& request, ResponseReader& reader) {
  if (reader.status() == 200) {
    return {.outcome = Outcome::kOk,
            .body = reader.take_body(),
            .type = reader.type(),
            .url = url_of(request),
            .detail = {},
            .status = 200};
  }
  const Outcome outcome = reader.status() == 404 || reader.status() == 410 ? Outcome::kAbsent
                          : reader.status() == 503                         ? Outcome::kUnavailable
                                                                           : Outcome::kUnserved;
  Result result = failed(request, outcome, absl::StrCat("status ", reader.status()));
  result.status = reader.status();
  return result;
}

// A connection to the server whose TLS ends here, or the result that says why there is none.
std::unique_ptr<tls::Connection> connect_through(const std::filesystem::path& socket, const Request& request,
                                                 tls::Function function, const absl::StatusOr<tls::Profile>& profile,
                                                 absl::Time deadline, Result& why) {
  const auto none = [&](Outcome outcome, absl::string_view text) {
    why = failed(request, outcome, text);
    return nullptr;
  };
  if (!plain_request(request)) return none(Outcome::kFailed, "invalid server or file name");
  if (!request.verify) return none(Outcome::kRefused, "there is no verifier for the server's certificate");
  if (!profile.ok()) return none(Outcome::kRefused, profile.status().message());
  Result said;
  const Scheme pipe_scheme = function == tls::Function::kSyslog ? Scheme::kPipeAnswered : Scheme::kPipe;
  auto pipe = open_pipe(socket, request, pipe_scheme, {deadline, request.cancelled}, said);
  if (!pipe.ok()) {
    return none(outcome_of(pipe.status()), absl::StrCat("the process that downloads: ", pipe.status().message()));
  }
  if (said.outcome != Outcome::kOk) {
    return none(said.outcome == Outcome::kUnreachable ? Outcome::kUnreachable : Outcome::kBroken, said.detail);
  }
  tls::ClientOptions options{.profile = *profile};
  options.host = request.host;
  options.port = request.port;
  options.connected_fd = pipe->release();
  options.verify = request.verify;
  options.handshake_timeout = std::min(kLongestHandshake, deadline - os::steady_now());
  options.cancelled = request.cancelled;
  auto connection = tls::Connection::connect(options);
  if (!connection.ok()) return none(outcome_of(connection.status()), connection.status().message());
  return *std::move(connection);
}

absl::StatusOr<tls::Profile> needs_policy() { return absl::FailedPreconditionError("TLS needs the policy's settings"); }

Result get_by_tls(const std::filesystem::path& socket, const Request& request) {
  if (!plain_header(request.authorization.view())) return failed(request, Outcome::kFailed, "invalid credentials");
  const absl::Time deadline = os::steady_now() + absl::FromChrono(request.total_timeout);
  const auto profile = request.tls ? tls::Profile::of(tls::Function::kHttps, *request.tls) : needs_policy();
  Result why;
  const auto connection = connect_through(socket, request, tls::Function::kHttps, profile, deadline, why);
  if (connection == nullptr) return why;
  std::string head = head_of(request);
  auto sent = connection->write(head, deadline);
  if (!request.authorization.empty()) crypto::wipe(head);
  if (sent.ok() && !request.post.empty()) sent = connection->write(request.post, deadline);
  if (!sent.ok()) return failed(request, outcome_of(sent), sent.message());
  ResponseReader reader(request.limit);
  const absl::Status read = read_answer(*connection, request, deadline, reader);
  if (reader.too_large()) return failed(request, Outcome::kTooLarge, read.message());
  if (!read.ok()) return failed(request, outcome_of(read), read.message());
  return result_of(request, reader);
}

// Until the server has closed. What it says meanwhile is dropped, up to the limit.
absl::Status read_to_close(tls::Connection& connection, std::size_t limit, absl::Time deadline) {
  char dropped[1024];
  for (std::size_t heard = 0; heard <= limit;) {
    const auto got = connection.read(dropped, sizeof dropped, deadline);
    if (absl::IsUnavailable(got.status())) {
      return absl::UnavailableError(
          absl::StrCat("the server did not close as RFC 5425 asks (close_notify): ", got.status().message()));
    }
    if (!got.ok() || *got == 0) return got.status();
    heard += *got;
  }
  return absl::UnavailableError("the server talks instead of listening");
}

Result deliver_by_tls(const std::filesystem::path& socket, const Request& request) {
  const absl::Time deadline = os::steady_now() + absl::FromChrono(request.total_timeout);
  const auto profile = request.tls ? tls::Profile::of(tls::Function::kSyslog, *request.tls) : needs_policy();
  Result why;
  const auto connection = connect_through(socket, request, tls::Function::kSyslog, profile, deadline, why);
  if (connection == nullptr) return why;
  absl::Status done = connection->write(request.post, deadline);
  if (done.ok()) done = connection->finish_writing(deadline);
  if (done.ok()) done = read_to_close(*connection, request.limit, deadline);
  if (!done.ok()) return failed(request, outcome_of(done), done.message());
  // A server that is stopped says close_notify too, whatever it had not read: then TCP ends in a reset.
  const auto bytes = receive_message(connection->fd(), kMostReplyBytes, {deadline, request.cancelled});
  const auto closed = bytes.ok() ? decode_result(*bytes, 0) : bytes.status();
  if (!closed.ok()) return failed(request, outcome_of(closed.status()), closed.status().message());
  return closed->outcome == Outcome::kOk ? Result{.outcome = Outcome::kOk, .url = url_of(request)}
                                         : failed(request, Outcome::kBroken, closed->detail);
}

}  // namespace

Fetch fetch_with_tls_through(std::filesystem::path socket) {
  return [socket, plain = fetch_through(socket)](const Request& request) {
    if (request.scheme == Scheme::kHttps) return get_by_tls(socket, request);
    if (!request.authorization.empty()) return failed(request, Outcome::kFailed, "credentials are for HTTPS only");
    return request.scheme == Scheme::kDeliver && request.verify ? deliver_by_tls(socket, request) : plain(request);
  };
}

}  // namespace phone::http
