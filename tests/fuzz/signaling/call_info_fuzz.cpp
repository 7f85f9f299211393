// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Call-Info fields, one a line: what the call manager says of the far end's security.
#include <cstdlib>

#include "services/signaling/call/call_info.hpp"
#include "services/signaling/sip/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  Message message;
  while (!rest.empty()) message.add("Call-Info", std::string(take_until(rest, '\n')));
  const auto info = read_call_info(message);
  if (!info.has_value()) return 0;
  if (info->level > SecurityLevel::kEncrypted) std::abort();
  Message written;
  written.add("Call-Info", write_call_info(info->level, true));
  if (read_call_info(written).value().level != info->level) std::abort();
  return 0;
}
