// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record of the history on flash: any bytes can be read, and what is written is read back whole.
#include <cstdlib>

#include "services/signaling/user/history.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  History history;
  history.restore({reinterpret_cast<const char*>(data), size});
  if (history.entries().size() > History::kMost) std::abort();
  History again;
  again.restore(history.record());
  if (again.entries() != history.entries()) std::abort();
  return 0;
}
