// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Faults of a path that OpenSSL accepts and this phone does not (decisions/2026-11-25-path-validation.md and
// 2026-11-28).
#pragma once

#include <string>

#include <openssl/types.h>
#include <openssl/x509.h>

#include "common/crypto/path.hpp"

namespace phone::crypto {

// A CA's certificate, or one whose key may sign others, as a peer's own: its TLS server would hold a key that vouches
// for anybody. Empty: it is neither.
std::string may_issue(const Certificate& leaf);

// A path that OpenSSL has found good, the leaf first. The fault with the certificate at fault; empty: there is none.
std::string too_lax(STACK_OF(X509) * chain, const PathRules& rules);

// Name constraints are OpenSSL's to apply, of DNS names, addresses, mail addresses and directory names; others, and
// those it would not understand as they were meant, are refused by name. `leaf`: the certificate is the path's first.
std::string name_constraint_fault(const X509* certificate, bool leaf, const std::string& asked_for);

}  // namespace phone::crypto
