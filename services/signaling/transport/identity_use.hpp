// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

// What one connection shows of the worth of our certificate: a registration that held, or a refusal.
// certificate_manager decides by it whether a new LSC stays (its decisions/2026-11-28-an-lsc-is-on-trial.md).
namespace phone::signaling {

// The answer to a REGISTER: true for 2xx, false for 403; nothing for every other message.
std::optional<bool> registration_answer(std::string_view message);

// Whether a connection over TLS ended, or was not made, because the server did not take the certificate: by an alert,
// or by going away without a word although the handshake was done. A server that is not there says nothing about it.
bool refuses_certificate(const absl::Status& end, bool handshake_done, bool answered);

struct IdentityUse {
  std::string key;  // fingerprint
  bool held = false;
  std::string server, reason;
};
// Says so to certificate_manager without waiting. `another`: it has another certificate to show by now.
using ReportUse = std::function<void(const IdentityUse&, std::function<void(bool taken, bool another)> answered)>;

}  // namespace phone::signaling
