// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/tls/policy.hpp"
#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust {

struct TvsServer {
  std::string host;
  std::uint16_t port = 2445;
  bool operator==(const TvsServer&) const = default;
};

// One question to the TVS servers (tvs_client.hpp).
struct TvsJob {
  std::uint64_t request_id = 0;
  TvsQuestion question;
  std::vector<TvsServer> servers;
  std::vector<std::string> server_certificates;  // DER: the certificates of TVS servers
  std::string device_name;
  tls::Policy tls;
};

}  // namespace phone::trust
