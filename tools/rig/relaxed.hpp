// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace phone::rig {

// A sanitizer is built in. Units then have drop-ins (stage.cpp) that relax limits, sandbox and watchdogs, and memory is
// shadowed several times over: what holds by these is not to be seen in such a build.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kRelaxed = true;
#else
inline constexpr bool kRelaxed = false;
#endif

// By how much memory may have grown that stays the same. Under a sanitizer what was freed stays in quarantine, 256 MB.
inline constexpr int kFlatMegabytes = kRelaxed ? 300 : 5;

}  // namespace phone::rig
