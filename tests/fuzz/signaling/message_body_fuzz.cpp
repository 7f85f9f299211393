// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Where a body keeps its session description. The first line is the Content-Type.
#include <cstdlib>

#include "services/signaling/sdp/sdp.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  Message message;
  message.add("Content-Type", std::string(take_until(rest, '\n')));
  message.body = std::string(rest);
  const auto found = session_description(message);
  if (!found.ok() || found->empty()) return 0;
  const char* const begin = message.body.data();
  if (found->data() < begin || found->data() + found->size() > begin + message.body.size()) std::abort();
  static_cast<void>(parse_sdp(*found));
  return 0;
}
