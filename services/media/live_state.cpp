// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/live_state.hpp"

#include <string>

#include "common/crypto/digest.hpp"
#include "services/media/rtp/bytes.hpp"

namespace phone::media {

uint32_t fingerprint(Suite suite, std::string_view key_salt) {
  std::string input = crypto::digest(crypto::Digest::kSha256, key_salt);
  input += static_cast<char>(suite);
  const std::string twice = crypto::digest(crypto::Digest::kSha256, input);
  const uint32_t short_form = get32(reinterpret_cast<const uint8_t*>(twice.data()));
  return short_form == 0 ? 1 : short_form;
}

}  // namespace phone::media
