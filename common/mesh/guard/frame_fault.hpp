// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// frame_fault.hpp -- why a connection is cut below gRPC.
#pragma once

#include <cstdint>

namespace phone::mesh {

enum class FrameFault : uint8_t {
  kNone,
  kPreface,      // not HTTP/2
  kFrame,        // a frame of a size, kind or place that gRPC's clients never send
  kHeaderBlock,  // headers beyond 16 KiB, whatever frames they come in
  kMessage,      // a message beyond any method's limit
  kCompressed,
  kHeldBytes,  // too many bytes on open streams
  kByteRate,
  kStreams,
  kIdleFrames,  // frames that carry nothing
  kResets,
  kStalled,  // preface or headers that do not end
};

// Completes "the connection was cut: ...".
const char* words_of(FrameFault fault);

}  // namespace phone::mesh
