#pragma once

namespace phone::rig {

// A sanitizer is built in. Units then have drop-ins (stage.cpp) that relax limits, sandbox and watchdogs, and memory is
// shadowed several times over: what holds by these is not to be seen in such a build.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kRelaxed = true;
#else
inline constexpr bool kRelaxed = false;
#endif

}  // namespace phone::rig
