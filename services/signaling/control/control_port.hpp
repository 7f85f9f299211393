// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <string>

#include "services/signaling/sip/sip_port.hpp"

namespace phone::signaling {

// What orders of the call manager ask of the rest of the process.
class ControlPort : public virtual SipPort {
 public:
  // Downloads the configuration and all that belongs to it at once. `done` comes as an event of the user agent, when
  // the download has ended: the version of the policy in force, or why it is not known to be the server's latest.
  using Fetched = std::function<void(const absl::StatusOr<uint64_t>& policy_version)>;
  virtual void fetch_configuration(const std::string& reason, Fetched done) = 0;
};

}  // namespace phone::signaling
