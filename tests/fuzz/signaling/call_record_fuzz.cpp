// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record of calls on flash, as a process finds it at its start: any bytes can be read, and the result written and
// read again is the same.
#include <cstdlib>

#include "services/signaling/call/call.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  const auto calls = parse_record({reinterpret_cast<const char*>(data), size});
  const std::string written = write_record(calls);
  const auto again = parse_record(written);
  if (again.size() != calls.size()) std::abort();
  for (size_t i = 0; i < calls.size(); ++i) {
    if (again[i].dialog.call_id != calls[i].dialog.call_id || again[i].stream != calls[i].stream) std::abort();
  }
  return 0;
}
