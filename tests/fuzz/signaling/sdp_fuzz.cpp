// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The far end's session description, as an offer and as an answer.
#include "services/signaling/sdp/offer_answer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  auto session = parse_sdp({reinterpret_cast<const char*>(data), size});
  if (!session.ok()) return 0;
  MediaRules rules{{"PCMU", "opus"}, {"AEAD_AES_256_GCM", "AES_CM_128_HMAC_SHA1_80"}, true, false};
  LocalSession local{"192.0.2.1", 4000, 1, 1, rules.codecs, {}, Direction::kSendReceive};
  local.crypto = {{1, "AEAD_AES_256_GCM", phone::crypto::Secret(std::string(44, 'a'))}};
  static_cast<void>(accept_answer(local, *session, rules));
  static_cast<void>(answer_offer(*session, local, rules, nullptr,
                                 [](size_t octets) { return phone::crypto::Secret(std::string(octets, 'k')); }));
  return 0;
}
