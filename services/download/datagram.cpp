// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/download/datagram.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"
#include "common/tls/resolve.hpp"

namespace phone::download {
namespace {

http::Result not_sent(http::Outcome outcome, std::string detail) {
  return {.outcome = outcome, .detail = std::move(detail)};
}

}  // namespace

http::Result send_datagram(const http::Request& request, int cancel_fd) {
  if (!http::plain_host(request.host)) return not_sent(http::Outcome::kFailed, "invalid server");
  const absl::Time end = os::steady_now() + absl::FromChrono(request.connect_timeout);
  const auto addresses = tls::resolve(request.host, absl::StrCat(request.port), end, cancel_fd);
  if (absl::IsCancelled(addresses.status())) return not_sent(http::Outcome::kCancelled, {});
  if (!addresses.ok()) return not_sent(http::Outcome::kUnreachable, std::string(addresses.status().message()));
  std::string why = "no address";
  for (const addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
    const os::Descriptor fd(socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (fd && sendto(fd.get(), request.post.data(), request.post.size(), MSG_NOSIGNAL | MSG_DONTWAIT, one->ai_addr,
                     one->ai_addrlen) == static_cast<ssize_t>(request.post.size())) {
      return {.outcome = http::Outcome::kOk};
    }
    const absl::Status failed = absl::ErrnoToStatus(errno, "sending");
    why = std::string(failed.message());
  }
  return not_sent(http::Outcome::kUnreachable, std::move(why));
}

}  // namespace phone::download
