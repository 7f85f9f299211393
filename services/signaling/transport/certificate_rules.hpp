// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <string>

// What the certificates of a connection, and the way it ended, say.
namespace phone::signaling {

// F36: an RSA key below 2048 bits.
bool too_short_for_fips(const std::string& der);
// "RSA 2048", "EC P-256".
std::string key_text(const std::string& der);

// Whether a connection over TLS ended, or was not made, because the server did not take our certificate: by an alert,
// or by closing without having sent anything although the handshake was done. A server that cannot be reached says
// nothing about it.
bool refuses_certificate(const absl::Status& end, bool handshake_done, bool answered);

}  // namespace phone::signaling
