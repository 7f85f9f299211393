// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Trust Verification Service, the server's side (cisco-formats.md C): bytes in, bytes out.
#pragma once

#include <string>
#include <vector>

#include "tools/lab/trust_list.hpp"

namespace phone::lab {

struct TvsEntry {
  IdentityPtr certificate;
  std::vector<Role> roles;
};

struct TvsDatabase {
  std::vector<TvsEntry> entries;
  uint32_t ttl_seconds = 86400;
};

struct TvsAnswer {
  std::string bytes;    // empty: close without an answer, as the open server does with all it dislikes
  std::string command;  // "VERIFY" or "QUERY"
  std::string device;   // as the phone names itself
  std::string subject;  // of the certificate in question
  bool valid = false;
};

constexpr size_t kTvsHeader = 10;

TvsAnswer answer_tvs(const TvsDatabase& database, std::string_view request);
// The body length a header promises.
size_t tvs_body_length(std::string_view header);

}  // namespace phone::lab
