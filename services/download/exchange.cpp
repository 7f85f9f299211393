// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/exchange.hpp"

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/http/plain.hpp"
#include "common/log/log.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"
#include "common/tls/socket.hpp"
#include "services/download/datagram.hpp"
#include "services/download/deliver.hpp"
#include "services/download/pipe.hpp"

namespace phone::download {
namespace {

constexpr absl::Duration kRequestWait = absl::Seconds(5);
constexpr absl::Duration kReplyWait = absl::Seconds(15);

class Exchange {
 public:
  Exchange(int fd, const Cancellation& cancellation) : fd_(fd), cancelled_(cancellation.flag()) {}

  absl::StatusOr<http::Request> request() const {
    const auto bytes = http::receive_message(fd_, http::kMostRequestBytes, patience(kRequestWait));
    return bytes.ok() ? http::decode_request(*bytes) : bytes.status();
  }

  absl::Status answer(http::Result result) const {
    return http::send_message(fd_, http::encode_result(std::move(result)), patience(kReplyWait));
  }

 private:
  http::Patience patience(absl::Duration duration) const { return {os::steady_now() + duration, &cancelled_}; }

  const int fd_;
  const std::atomic<bool>& cancelled_;
};

// Only opens the connection: what passes through it is TLS of the caller.
void pipe(int fd, const http::Request& request, const Exchange& exchange, const Cancellation& cancellation) {
  http::Result result;
  os::Descriptor server;
  if (!http::plain_host(request.host)) {
    result.detail = "invalid server";
  } else {
    auto dialled = tls::dial({.host = request.host,
                              .port = request.port,
                              .bind_address = {},
                              .cancel_fd = cancellation.fd(),
                              .timeout = absl::FromChrono(request.connect_timeout)});
    if (dialled.ok()) server = os::Descriptor(*dialled);
    result.outcome = dialled.ok() ? http::Outcome::kOk : http::Outcome::kUnreachable;
    result.detail = std::string(dialled.status().message());
  }
  const bool opened = result.outcome == http::Outcome::kOk;
  log::info("connection",
            {{"outcome", http::to_string(result.outcome)}, {"host", request.host}, {"detail", result.detail}});
  if (!exchange.answer(std::move(result)).ok() || !opened) return;
  const PipeEnd end = pass_bytes(fd, server.get(), request, cancellation.fd());
  if (request.scheme != http::Scheme::kPipeAnswered) return;
  const bool closed = end == PipeEnd::kClosed;
  (void)exchange.answer({.outcome = closed ? http::Outcome::kOk : http::Outcome::kBroken,
                         .detail = closed ? "" : "the server did not read everything"});
}

}  // namespace

void serve(int fd, const Cancellation& cancellation, const http::Fetch& fetch) {
  const Exchange exchange(fd, cancellation);
  auto request = exchange.request();
  http::Result result;
  if (request.ok()) {
    request->cancelled = &cancellation.flag();
    switch (request->scheme) {
      case http::Scheme::kPipe:
      case http::Scheme::kPipeAnswered:
        return pipe(fd, *request, exchange, cancellation);
      case http::Scheme::kDeliver:
        result = deliver(*request, cancellation.fd());
        break;
      case http::Scheme::kDatagram:
        result = send_datagram(*request, cancellation.fd());
        break;
      default:
        result = fetch(*request);
    }
  } else if (absl::IsInvalidArgument(request.status())) {
    result.detail = std::string(request.status().message());
  } else {
    return;  // the caller is gone or silent
  }
  // Neither body nor query: a query may hold a secret.
  log::info("exchange", {{"outcome", http::to_string(result.outcome)},
                         {"host", request.ok() ? request->host : std::string()},
                         {"name", request.ok() ? request->name : std::string()},
                         {"bytes", result.body.size()},
                         {"detail", result.detail}});
  if (const auto answered = exchange.answer(std::move(result)); !answered.ok() && !absl::IsCancelled(answered)) {
    log::warning("the result was not accepted", {{"reason", std::string(answered.message())}});
  }
}

}  // namespace phone::download
