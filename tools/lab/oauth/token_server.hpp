// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The authorization service over HTTPS, with Tomcat's certificate.
#pragma once

#include "tools/lab/events.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/oauth/token_service.hpp"
#include "tools/lab/pki.hpp"
#include "tools/lab/stream.hpp"

namespace phone::lab {

class TokenServer {
 public:
  TokenServer(const Pki& pki, TokenService& tokens, const Faults& faults, Events& events)
      : pki_(pki), tokens_(tokens), faults_(faults), events_(events) {}

  absl::Status start(const std::string& address, uint16_t port);
  uint16_t port() const { return listener_.port(); }

 private:
  void serve(int socket, const std::string& peer);

  const Pki& pki_;
  TokenService& tokens_;
  const Faults& faults_;
  Events& events_;
  ContextPtr context_, stranger_context_;
  Listener listener_;  // last: its threads use all above
};

}  // namespace phone::lab
