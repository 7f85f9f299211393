// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string_view>

namespace phone::signaling {

// What carries the messages of a flow.
enum class SipTransport : uint8_t { kTls, kTcp, kUdp };

// As Via and people have it.
constexpr std::string_view name_of(SipTransport transport) {
  return transport == SipTransport::kTls ? "TLS" : transport == SipTransport::kTcp ? "TCP" : "UDP";
}
// As a URI has it.
constexpr std::string_view parameter_of(SipTransport transport) {
  return transport == SipTransport::kTls ? "tls" : transport == SipTransport::kTcp ? "tcp" : "udp";
}
// Nothing is lost or repeated on its way (RFC 3261 section 17).
constexpr bool is_reliable(SipTransport transport) { return transport != SipTransport::kUdp; }

}  // namespace phone::signaling
