// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/policy/configuration/configuration.hpp"

// What a configuration lowers against the one in force: by right, but never silently.
namespace phone::policy {

struct Downgrade {
  std::string what, from, to;
  friend bool operator==(const Downgrade&, const Downgrade&) = default;
};

// `..._encrypted`: it came as .enc.sgn, and without that it is not asked for first any more.
std::vector<Downgrade> lowered(const Configuration& before, bool before_encrypted, const Configuration& after,
                               bool after_encrypted);

// `back` with everything that `from` has stricter, but for the way to the server: what the phone returns to when `from`
// has lost it. Of anchors and peers that are no part of the way `from` has the newer word.
Configuration with_raised(const Configuration& from, Configuration back);

// Who says so: for people.
struct Source {
  std::string file, signer;  // signer: empty when it is not signed
  std::string signed_at;     // "2026-11-28 18:44:31 UTC", or that it does not say
  friend bool operator==(const Source&, const Source&) = default;
};

// "SEP0A1B2C3D4E5F.cnf.xml.sgn, signed by CN=tftp.lab 2026-11-28 18:44:31 UTC, lowers: security mode from encrypted to
// non-secure; ..."
std::string lowering_text(const std::vector<Downgrade>& all, const Source& source);

}  // namespace phone::policy
