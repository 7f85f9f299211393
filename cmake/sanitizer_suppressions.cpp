// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// AddressSanitizer findings in third-party libraries, which cannot be fixed here. Linked into every program of an
// AddressSanitizer build.
extern "C" const char* __asan_default_suppressions();

extern "C" const char* __asan_default_suppressions() {
  return "interceptor_via_lib:libspandsp\n";  // plc_fillin copies between overlapping halves of its history
}
