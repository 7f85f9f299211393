// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A CTL or ITL: bytes to value (cisco-formats.md A1, A2). It is not trusted yet.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/x509.hpp"
#include "services/trust_store/files/file_header.hpp"
#include "services/trust_store/files/roles.hpp"

namespace phone::trust {

// What call managers offer at most (A1, practical limits).
inline constexpr std::size_t kLargestList = 2048 * 1024;

struct Record {
  Role role = Role::kSast;
  // Absent: listed by its hash only, or set aside. Then it vouches for nothing.
  std::optional<crypto::Certificate> certificate;
  std::string dns_name;
  std::string address;  // dotted, empty when not given
  // What people are shown of the certificate, made once: a list may carry a thousand.
  struct Shown {
    std::string subject, issuer, serial, key;
    absl::Time not_after;
    std::string sha256;  // lower-case hex
  };
  std::shared_ptr<const Shown> shown;  // there when the certificate is
  // Why its certificate is of no use here: "record 3 (TVS), CN=tvs.lab: the public key is neither RSA nor EC: ED25519".
  std::string set_aside;
};

struct TrustList {
  ListKind kind = ListKind::kItl;
  FileHeader header;
  std::vector<Record> records;      // of known roles, in the file's order
  std::size_t unknown_records = 0;  // roles without a public meaning, ignored
  std::string bytes;                // the file itself
  std::string sha1_hex, sha256_hex;

  // SHA-1 of the file, lower-case hex: the "signature" of menus and alarms.
  const std::string& sha1() const { return sha1_hex; }
  const std::string& sha256() const { return sha256_hex; }
  // The certificates that may sign lists: the first two different SAST ones, which is what phones support (A2).
  std::vector<crypto::Certificate> signers() const;
  bool more_than_two_signers() const;
  // Certificates that may act as `role`.
  std::vector<crypto::Certificate> certificates(Role role) const;
  // Whether there is one.
  bool names(Role role) const;
  // Neither a TFTP nor a TVS role is left: what "prepare cluster for rollback" installs (A4.5).
  bool is_rollback() const;
  // Signature version 1.1 switches elliptic curves on (A1, version notes).
  bool ec_allowed() const;
};

// The whole list at once, every certificate read; list_reading.hpp has the order in which an unknown signer's list is
// read. INVALID_ARGUMENT or RESOURCE_EXHAUSTED with the cause. Total, and bounded by the size of the file.
absl::StatusOr<TrustList> parse_list(ListKind kind, std::string_view file);

}  // namespace phone::trust
