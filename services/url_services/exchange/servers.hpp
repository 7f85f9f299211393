// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/tls/policy.hpp"

namespace phone::url_services {

// A server that the configuration names, or why it is not used.
struct UrlServer {
  std::string host;  // empty: none
  std::uint16_t port = 0;
  std::string path;
  std::string refused;
  friend bool operator==(const UrlServer&, const UrlServer&) = default;
};

// "cucm.lab:8443"; empty: none.
std::string name_of(const UrlServer& server);

// What policy says about them.
struct UrlSettings {
  UrlServer contact_search, problem_report;
  std::string device_name;
  tls::Policy tls;
  bool locked = false;  // the settings ask for their password
  friend bool operator==(const UrlSettings&, const UrlSettings&) = default;
};

// trust_store's verdict on a chain (DER, leaf first) as that of an application server, by list or TVS. Blocks.
using JudgeServer = std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain_der,
                                                              const std::string& host, const char* purpose)>;

}  // namespace phone::url_services
