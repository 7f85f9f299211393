// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/listen/stranger_answer.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace phone::mesh {
namespace {

constexpr std::size_t kMostOfStranger = 64 * 1024;  // a call comes with its message; more than this is not read

}  // namespace

StrangerAnswer::StrangerAnswer(os::EventLoop& loop, os::Descriptor connection, std::string message, std::string details)
    : connection_(std::move(connection)),
      message_(std::move(message)),
      details_(std::move(details)),
      deadline_(loop, [this] { end(); }) {
  say(http2_settings());
  deadline_.expire_in(kPatience);
  watch_.emplace(loop, connection_.get(), EPOLLIN, [this](std::uint32_t) { readable(); });
}

void StrangerAnswer::readable() {
  char bytes[4096];
  const ssize_t got = recv(connection_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end();
  read_ += static_cast<std::size_t>(got);
  if (read_ > kMostOfStranger) return end();
  if (answered_) return;  // until the client closes, or the time is over
  switch (request_.take({bytes, static_cast<std::size_t>(got)})) {
    case FirstRequest::Kind::kUnknown:
      return;
    case FirstRequest::Kind::kHttp1:
      return end();
    case FirstRequest::Kind::kHttp2Get:
    case FirstRequest::Kind::kRpc:
      if (request_.stream() == 0) return end();
      answered_ = true;
      say(grpc_refusal(request_.stream(), message_, details_));
      shutdown(connection_.get(), SHUT_WR);
  }
}

// A few hundred bytes, and the send buffer is empty. If they do not fit, the client is not reading, and is dropped.
void StrangerAnswer::say(const std::string& bytes) {
  (void)send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void StrangerAnswer::end() {
  watch_.reset();
  deadline_.cancel();
  connection_.close();
}

}  // namespace phone::mesh
