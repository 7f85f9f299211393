// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Makes keys and certificates, in the shapes the open Cisco tools and daemons give them.
#pragma once

#include <string>
#include <vector>

#include "tools/lab/identity.hpp"

namespace phone::lab {

enum class Extensions {
  kServer,        // as `mkcert`: CA:TRUE pathlen 0 and every usage; trusted by being listed, not by a chain
  kAuthority,     // a CA
  kDevice,        // as capfd's LSC, SAN URI = device name (cisco-formats.md D2)
  kManufactured,  // a MIC
  kClient,
};

struct Entry {
  std::string field, value;  // "CN", "SEP.."
};

struct Request {
  std::vector<Entry> subject;
  Extensions extensions = Extensions::kServer;
  std::vector<std::string> hosts;  // subject alternative names: IP addresses and DNS names; for kDevice one URI
  int days = 1825;
  std::string serial;     // empty: 16 random bytes
  time_t not_before = 0;  // 0: an hour ago, since phones and labs seldom agree on the minute
};

KeyPtr make_rsa(unsigned bits);
KeyPtr make_ec(const char* curve);  // "P-256", "P-384", "P-521"

// Self-signed when there is no issuer. The public key is the request's own.
absl::StatusOr<X509Ptr> issue(const Request& request, EVP_PKEY* subject_key, const Identity* issuer,
                              EVP_PKEY* self_key);
absl::StatusOr<IdentityPtr> self_signed(const Request& request, KeyPtr key);
absl::StatusOr<IdentityPtr> issued_by(const Identity& issuer, const Request& request, KeyPtr key);

// An LSC for a raw SubjectPublicKeyInfo, as capfd makes it: the issuer's name with CN = device.
Request device_request(const Identity& capf, const std::string& device);
absl::StatusOr<IdentityPtr> issue_device(const Identity& capf, const Request& request, std::string_view spki);

}  // namespace phone::lab
