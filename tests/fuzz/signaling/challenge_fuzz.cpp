// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A server's challenge (WWW-Authenticate, Proxy-Authenticate), and what the phone says because of it.
#include <algorithm>
#include <cstdlib>

#include "services/signaling/sip/digest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  const std::string_view value{reinterpret_cast<const char*>(data), size};
  if (value.find_first_of("\r\n") != std::string_view::npos) return 0;  // no header field's value has them
  static_cast<void>(parse_challenge(value, true));
  const auto challenge = parse_challenge(value, false);
  if (!challenge.ok()) return 0;
  const Credentials credentials{"2222", phone::crypto::Secret::copy_of("secret")};
  const std::string said = authorization(*challenge, credentials, "REGISTER", "sip:cucm", 1, "cnonce");
  // Every quoted part ends where it should: what the server chose adds no parameter of its own.
  if (std::count(said.begin(), said.end(), '"') % 2 != 0 || said.size() > size + 1024) std::abort();
  const auto read_back = parse_challenge(said, false);
  if (!read_back.ok() || read_back->nonce != challenge->nonce || read_back->realm != challenge->realm ||
      read_back->opaque != challenge->opaque) {
    std::abort();
  }
  return 0;
}
