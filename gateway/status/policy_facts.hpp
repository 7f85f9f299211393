// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/tls/policy.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/policy/v1/policy.pb.h"

namespace phone::gateway {

// The few facts of the effective policy that the gateway needs. The rest, line passwords included, is let go of at the
// edge, so that nothing in this process can pass it on.
struct PolicyFacts {
  std::uint64_t version = 0;
  phone::policy::v1::Stage stage = phone::policy::v1::STAGE_UNSPECIFIED;
  phone::policy::v1::SecurityMode security_mode = phone::policy::v1::SECURITY_MODE_UNSPECIFIED;
  bool fips = false;
  std::uint32_t tls_minimum = 0;  // wire version number
  std::uint32_t tls_server_minimum = 0;
  tls::Policy tls;  // for the acceptor
  bool diagnostics_door = false;
  std::uint32_t diagnostics_port = 0;
  std::vector<phone::certificates::v1::Server> capf;  // in order
  std::vector<std::string> call_managers, srst;       // addresses, in order
  bool srst_secure = false;                           // over TLS
};

// The gateway's own part of what is in force: its port for remote diagnostics.
struct DoorState {
  bool open = false;
  std::uint32_t port = 0;
  std::string why_not;  // it should be open
};

inline std::vector<std::string> addresses_of(const auto& servers) {
  std::vector<std::string> addresses;
  for (const auto& server : servers) addresses.push_back(server.address());
  return addresses;
}

inline std::vector<phone::certificates::v1::Server> capf_of(const phone::policy::v1::EffectivePolicy& policy) {
  std::vector<phone::certificates::v1::Server> servers;
  for (const auto& host : policy.capf()) {
    auto& server = servers.emplace_back();
    server.set_host(host.address());
    server.set_port(host.port());
  }
  return servers;
}

inline PolicyFacts facts_of(const phone::policy::v1::EffectivePolicy& policy) {
  return {.version = policy.version(),
          .stage = policy.stage(),
          .security_mode = policy.security_mode(),
          .fips = policy.fips(),
          .tls_minimum = policy.tls_minimum(),
          .tls_server_minimum = tls::policy_of(policy).server_minimum,
          .tls = tls::policy_of(policy),
          .diagnostics_door = policy.diagnostics_door(),
          .diagnostics_port = policy.diagnostics_port(),
          .capf = capf_of(policy),
          .call_managers = addresses_of(policy.call_manager()),
          .srst = addresses_of(policy.srst()),
          .srst_secure = policy.srst_secure()};
}

}  // namespace phone::gateway
