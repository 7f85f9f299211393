// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/status/policy_facts.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/gateway/v1/gateway.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "phone/trust/v1/trust_store.pb.h"

namespace phone::gateway {

// The answer of each service, or nullptr for one that did not answer.
struct SecurityFacts {
  const PolicyFacts* policy = nullptr;
  const phone::trust::v1::TrustLists* trust = nullptr;
  const phone::signaling::v1::SignalingState* signaling = nullptr;
  const phone::certificates::v1::CertificateState* certificates = nullptr;
};

// The Security Setup menu: what is in force, not what is configured. A field whose service does not answer stays empty.
phone::gateway::v1::SecuritySettings security_in_force(const SecurityFacts& facts);

// "Non Secure", "Authenticated", "Encrypted" or "" when unknown. The configured mode is an upper bound: the connection
// of the active registration can only lower it.
std::string security_mode_in_force(phone::policy::v1::SecurityMode configured,
                                   const phone::signaling::v1::SignalingState* signaling);

// "TLS 1.2" for 0x0303; "" for a number that is not a TLS version.
std::string tls_version_name(std::uint32_t wire_version);

}  // namespace phone::gateway
