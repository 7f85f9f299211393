// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// CAPF on TCP 3804, without client certificates.
#pragma once

#include <atomic>

#include "tools/lab/enrolment/capf.hpp"
#include "tools/lab/events.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/stream.hpp"

namespace phone::lab {

class CapfServer {
 public:
  CapfServer(const Pki& pki, Devices& devices, const Faults& faults, Events& events)
      : pki_(pki), devices_(devices), faults_(faults), events_(events) {}

  absl::Status start(const std::string& address, uint16_t port);
  uint16_t port() const { return listener_.port(); }
  // An LSC in the last fifth of its life is renewed without having been scheduled.
  void allow_renewals() { renewals_ = true; }

 private:
  void serve(int socket, const std::string& peer);
  void talk(Stream& stream, CapfSession& session, std::optional<Fault> fault);

  const Pki& pki_;
  Devices& devices_;
  const Faults& faults_;
  Events& events_;
  bool renewals_ = false;
  std::atomic<uint32_t> sessions_ = 0;
  ContextPtr context_;
  ContextPtr stranger_context_;
  Listener listener_;
};

}  // namespace phone::lab
