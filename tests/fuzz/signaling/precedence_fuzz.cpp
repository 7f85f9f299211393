// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Resource-Priority, Reason and Alert-Info of a far end: bounded work, and what is understood is written so that it is
// understood again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/signaling/sip/precedence.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Message message;
  message.add("Resource-Priority", text).add("Reason", text).add("Alert-Info", text).add("Warning", text);
  const ResourcePriority read = read_resource_priority(message, "000000");
  (void)preemption_of(message);
  (void)asks_for_precedence_ring(message);
  for (int status : {417, 420, 488}) {
    message.status = status;
    (void)refusal_of_precedence(message);
  }
  if (read.precedence == Precedence::kNone) return 0;
  Message again;
  again.add("Resource-Priority", write_resource_priority(read.precedence, "000000"));
  if (read_resource_priority(again, "000000").precedence != read.precedence) std::abort();
  return 0;
}
