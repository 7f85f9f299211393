// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/tls/client.hpp"

// The transport of one SIP flow: TLS, or plain TCP or UDP for a device whose profile is nonsecure. For a thread that
// may block.
namespace phone::signaling {

class SipConnection {
 public:
  virtual ~SipConnection() = default;
  virtual absl::Status write(std::string_view bytes, absl::Time deadline) = 0;
  // 0 is a clean close by the peer. CANCELLED after wake(); DEADLINE_EXCEEDED; UNAVAILABLE with the cause.
  virtual absl::StatusOr<size_t> read(char* to, size_t size, absl::Time deadline) = 0;
  // From any thread: a read that blocks now or next returns CANCELLED.
  virtual void wake() = 0;
  virtual int fd() const = 0;
  // What a read returns is one message, whole or not at all (RFC 3261 section 18.3).
  virtual bool datagrams() const { return false; }
  // Version and suite are empty when there is no TLS.
  virtual const tls::Info& info() const = 0;
};

absl::StatusOr<std::unique_ptr<SipConnection>> connect_tls(const tls::ClientOptions& options);

struct TcpOptions {
  std::string host;
  uint16_t port = 0;
  int dscp = -1;
  int cancel_fd = -1;
  absl::Duration connect_timeout = absl::Seconds(8);  // as over TLS
};
absl::StatusOr<std::unique_ptr<SipConnection>> connect_tcp(const TcpOptions& options);
// A socket for one server: nothing is received from another address.
absl::StatusOr<std::unique_ptr<SipConnection>> open_udp(const TcpOptions& options);

}  // namespace phone::signaling
