// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// TVS on TCP 2445: one request a connection, as the open server does it.
#pragma once

#include "tools/lab/events.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/pki.hpp"
#include "tools/lab/stream.hpp"
#include "tools/lab/tvs.hpp"

namespace phone::lab {

class TvsServer {
 public:
  TvsServer(const Pki& pki, const Faults& faults, Events& events);

  void set_ttl(uint32_t seconds) { database_.ttl_seconds = seconds; }
  absl::Status start(const std::string& address, uint16_t port);
  uint16_t port() const { return listener_.port(); }

 private:
  void serve(int socket, const std::string& peer);

  const Pki& pki_;
  const Faults& faults_;
  Events& events_;
  TvsDatabase database_;
  ContextPtr context_;
  ContextPtr stranger_context_;
  Listener listener_;
};

}  // namespace phone::lab
