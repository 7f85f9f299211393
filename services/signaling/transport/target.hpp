// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "services/signaling/sip/sip_transport.hpp"

namespace phone::signaling {

// One server of the list, in the order of the list: call managers first, then SRST routers.
struct Target {
  std::string name;     // an administrator's text, shown to people and in no message
  std::string address;  // processNodeName: where it is, and the host of every URI
  uint16_t port = 5061;
  bool tls = true;
  bool authenticated_only = false;  // TLS with NULL ciphers (authenticated mode, F18)
  bool srst = false;
  bool oauth = false;    // SIP OAuth: the phone shows a token and no certificate (cisco-formats.md G9)
  std::string unusable;  // why it is never connected to, one sentence; empty: it may be
  bool udp = false;      // plain datagrams, which only a nonsecure device's configuration asks for
  bool operator==(const Target&) const = default;
};

inline SipTransport transport_of(const Target& target) {
  return target.tls ? SipTransport::kTls : target.udp ? SipTransport::kUdp : SipTransport::kTcp;
}

}  // namespace phone::signaling
