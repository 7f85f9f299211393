// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A server's bytes, from the framer to the verdict.
#include "services/signaling/sip/framer.hpp"
#include "services/signaling/sip/validator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  phone::signaling::Framer framer;
  framer.feed({reinterpret_cast<const char*>(data), size});
  for (;;) {
    auto next = framer.next();
    if (!next.ok() || !next->has_value()) return 0;
    auto judged = phone::signaling::read_message(**next);
    if (judged.verdict.kind == phone::signaling::Verdict::kAccept) {
      static_cast<void>(phone::signaling::write(phone::signaling::make_response(judged.message, 200, "", "tag")));
    }
  }
}
