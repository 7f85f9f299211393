// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What AddressSanitizer finds in libraries that are not ours and cannot be mended here. Linked into every program of a
// sanitizer build.
extern "C" const char* __asan_default_suppressions();

extern "C" const char* __asan_default_suppressions() {
  return "interceptor_via_lib:libspandsp\n";  // plc_fillin copies between overlapping halves of its history
}
