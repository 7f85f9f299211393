// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_setup.hpp -- what an order changes about a stream: codec, SRTP contexts, far end, direction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "services/media/codec/codec.hpp"
#include "services/media/direction.hpp"
#include "services/media/live_state.hpp"
#include "services/media/playout.hpp"
#include "services/media/receive_table.hpp"
#include "services/media/rtp/jitter_buffer.hpp"
#include "services/media/rtp/packet_port.hpp"
#include "services/media/rtp/srtp.hpp"
#include "services/media/stream_order.hpp"

namespace phone::media {

// Made on the actor's thread and swapped in whole by the tick. Afterwards it holds what the stream had before, to be
// freed elsewhere.
struct StreamSetup {
  Endpoint remote;
  uint16_t rtcp_port = 0;  // 0: the next one
  bool rtcp_mux = false;
  Direction direction = Direction::kInactive;
  FocusState focus = FocusState::kNew;
  uint8_t payload_type = 0;
  uint8_t dtmf_payload_type = 0;  // 0: none
  uint32_t clock_rate = 8000;
  uint32_t dtmf_clock_rate = 0;  // 0: as clock_rate
  uint32_t packet_ms = 20;       // G.711 and G.722
  ReceiveTable receive;
  struct Fork {
    static constexpr size_t kNobody = SIZE_MAX;
    size_t of = kNobody;  // slot
    bool far = false;     // what is heard there; else what is said
  };
  std::optional<Fork> fork;  // whose sound is sent instead of its own

  bool replace_codec = false;
  CodecKind codec = CodecKind::kPcmu;
  std::unique_ptr<Encoder> encoder;
  Decoders decoders;                     // those that are new
  std::unique_ptr<JitterBuffer> jitter;  // with the first order

  bool replace_sender = false;
  std::unique_ptr<SrtpSender> sender;  // null: unencrypted
  uint32_t ssrc = 0;
  uint16_t first_sequence = 0;
  uint32_t first_timestamp = 0;

  bool replace_receiver = false;
  std::unique_ptr<SrtpReceiver> receiver;  // null: unencrypted
  uint32_t receive_fingerprint = 0;

  bool forget_previous = false;                     // nothing else is looked at
  std::unique_ptr<SrtpReceiver> previous_receiver;  // out only
};

// What a stream has when an order comes.
struct SetupBasis {
  const StreamOrder* order = nullptr;  // null: the first of this process
  CheckedOrder checked;                // of that order
  LiveState inherited;                 // from the process before this one
  uint32_t ssrc_sent = 0;              // 0: none yet
  uint32_t ssrc_received = 0;
  uint64_t index_received = 0;  // highest authenticated, 0: none yet
  // Random numbers for a new sending context.
  uint32_t new_ssrc = 0;
  uint32_t new_sequence = 0;
  uint32_t new_timestamp = 0;
};
// Fails when a codec or SRTP context cannot be made.
absl::StatusOr<std::unique_ptr<StreamSetup>> make_setup(const SetupBasis& basis, const StreamOrder& order,
                                                        const CheckedOrder& checked);

// The encoder of what is sent, and everything for receiving the same: for streams without a manager too.
absl::Status set_codec(CodecKind codec, bool leaves_out_silence, StreamSetup& setup);
// Makes decoders for what `setup.receive` has and `before` has not.
absl::Status set_decoders(const ReceiveTable& before, StreamSetup& setup);

bool same_key(const KeyOrder& one, const KeyOrder& other);

}  // namespace phone::media
