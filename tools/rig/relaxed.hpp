// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace phone::rig {

// A sanitizer is built in. Units then have drop-ins (stage.cpp) that relax limits, sandbox and watchdogs, and memory is
// shadowed several times over, so tests of those cannot run in such a build.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kRelaxed = true;
#else
inline constexpr bool kRelaxed = false;
#endif

// The growth of memory that still counts as none. Under a sanitizer freed memory stays in quarantine, up to 256 MB.
inline constexpr int kFlatMegabytes = kRelaxed ? 300 : 5;

}  // namespace phone::rig
