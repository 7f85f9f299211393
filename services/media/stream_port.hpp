// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_port.hpp -- the sockets, records and the tick, as the stream manager uses them. A stream has a slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "services/media/counters.hpp"
#include "services/media/live_state.hpp"
#include "services/media/rtp/packet_port.hpp"
#include "services/media/stream_setup.hpp"
#include "services/media/tone/tone.hpp"
#include "services/media/user_sound.hpp"

namespace phone::media {

// What a process before this one left of a stream; the descriptors are taken over.
struct InheritedStream {
  size_t slot = 0;
  int rtp = -1;
  int rtcp = -1;
  int record = -1;
};

struct BoundStream {
  std::string name;
  Endpoint local;
  LiveState inherited;  // of an inherited one
  bool muted = false;   // likewise
};

struct PortRange {
  uint32_t first = 16384;
  uint32_t last = 32766;
};

class StreamPort {
 public:
  virtual ~StreamPort() = default;
  // RESOURCE_EXHAUSTED when all ports are in use, INVALID_ARGUMENT for an address that is not this phone's, UNAVAILABLE
  // when the tick does not keep up.
  virtual absl::StatusOr<BoundStream> open(size_t slot, const std::string& name, const std::string& local_address,
                                           const PortRange& range) = 0;
  // DATA_LOSS when the parts do not fit; then they are closed and forgotten.
  virtual absl::StatusOr<BoundStream> adopt(const InheritedStream& inherited) = 0;
  // UNAVAILABLE when the tick does not keep up; the stream is open still then. So for the four below.
  virtual absl::Status close(size_t slot) = 0;
  virtual absl::Status apply(size_t slot, std::unique_ptr<StreamSetup> setup) = 0;
  virtual absl::Status forget_previous_key(size_t slot) = 0;
  virtual absl::Status start_tone(std::optional<size_t> slot, Tone tone, std::span<const ToneShape> table) = 0;
  virtual absl::Status queue_digit(size_t slot, char digit) = 0;

  // For all streams, from the next 20 ms on, and in their records from the return on.
  virtual void set_muted(bool muted) = 0;
  virtual void set_sound(const SoundOrder& order) = 0;
  virtual void set_dscp(size_t slot, uint32_t dscp) = 0;
  // INVALID_ARGUMENT, with what the address is, when the kernel's routes say that nothing may be sent there.
  virtual absl::Status check_route(size_t slot, const Endpoint& remote) const = 0;
  virtual const Counters& counters(size_t slot) const = 0;
  // Best effort: without the right to lock memory a secret is still wiped, only swap could show it.
  virtual void lock_memory(const crypto::Secret& secret) = 0;
  virtual uint32_t random() = 0;
  virtual std::string device_name() const = 0;
  // Frees what the tick has handed back.
  virtual void collect() = 0;
};

}  // namespace phone::media
