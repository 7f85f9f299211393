// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_manager.hpp -- all streams of this phone: their sockets, records, keys and orders, on the actor's side of the
// tick. Knows neither actor nor protobuf; used by one thread at a time.
#pragma once

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/media/engine.hpp"
#include "services/media/rtp/udp_port.hpp"
#include "services/media/state_record.hpp"
#include "services/media/stream_order.hpp"

namespace phone::media {

enum class Transducer : uint8_t { kHandset = 0, kHeadset = 1, kSpeaker = 2 };

// The part of the effective policy that binds media; the defaults hold until there is one.
struct MediaPolicy {
  uint32_t port_first = 16384;
  uint32_t port_last = 32766;
  uint32_t dscp = 46;  // EF
  bool speaker_disabled = false;
  bool headset_disabled = false;
};

// Where descriptors wait while no process of ours is there. Names are "rtp.0", "rtcp.0", "record.0".
class DescriptorStore {
 public:
  virtual ~DescriptorStore() = default;
  virtual void keep(const std::string& name, int fd) = 0;
  virtual void forget(const std::string& name) = 0;
};

// What a process before us left of one stream.
struct InheritedStream {
  size_t slot = 0;
  int rtp = -1, rtcp = -1, record = -1;  // taken over
};

struct StreamReport {
  std::string stream, call, codec, transmit_suite, receive_suite;
  bool sending_encrypted = false, receiving_encrypted = false, sending = false, receiving = false,
       awaiting_keys = false;
  uint64_t packets_sent = 0, packets_received = 0, packets_lost = 0, packets_late = 0, bytes_sent = 0,
           bytes_received = 0;
  uint64_t authentication_failures = 0, replays = 0, refused = 0, rtcp_refused = 0, events_received = 0;
  uint32_t ssrc_sent = 0, ssrc_received = 0, largest_gap_ms = 0, round_trip_ms = 0, playout_delay_ms = 0;
  double jitter_ms = 0, mos = 0;  // mos 0: not known
  std::vector<std::string> tones;
};

struct Report {
  std::vector<StreamReport> streams;
  std::string device;
  Transducer transducer = Transducer::kHandset;
};

struct RecoveredStream {
  StreamOrder order;
  uint32_t port = 0;
};

class StreamManager {
 public:
  StreamManager(Engine& engine, DescriptorStore& descriptor_store, std::string device_name);
  ~StreamManager();
  StreamManager(const StreamManager&) = delete;
  StreamManager& operator=(const StreamManager&) = delete;

  // Known from before: waiting for keys. DATA_LOSS when the parts do not fit; then they are closed and forgotten.
  absl::Status adopt(const InheritedStream&);

  absl::StatusOr<uint16_t> open(const std::string& stream, const std::string& local_address);
  absl::Status configure(StreamOrder order, int64_t now_us);
  absl::StatusOr<StreamReport> close(const std::string& stream, int64_t now_us);
  std::vector<RecoveredStream> recover() const;
  absl::Status play_tone(Tone, const std::string& stream);
  absl::Status send_digits(const std::string& stream, const std::string& digits);
  absl::Status select(Transducer);
  void follow(const MediaPolicy&);

  Report report(int64_t now_us) const;
  // Frees what the tick has handed back and keys that have served.
  void tidy(int64_t now_us);
  bool empty() const { return streams_.empty(); }

 private:
  struct ManagedStream;
  struct Leaving;
  ManagedStream* find(const std::string& stream);
  std::optional<size_t> free_slot() const;
  absl::Status attach(std::unique_ptr<ManagedStream>);
  absl::Status check_far_end(const ManagedStream& managed, const StreamOrder& order, const CheckedOrder& checked) const;
  absl::StatusOr<std::unique_ptr<StreamSetup>> prepare(const ManagedStream&, const StreamOrder&,
                                                       const CheckedOrder&) const;
  absl::Status hand_over(const ManagedStream&, std::unique_ptr<StreamSetup>);
  void set_dscp(const ManagedStream&) const;
  StreamReport report_of(const ManagedStream&, int64_t now_us) const;

  Engine& engine_;
  DescriptorStore& descriptor_store_;
  const std::string device_name_;
  MediaPolicy policy_;
  Transducer transducer_ = Transducer::kHandset;
  std::vector<std::unique_ptr<ManagedStream>> streams_;
  std::vector<std::unique_ptr<ManagedStream>> leaving_;  // detached, still in the tick's hands
};

}  // namespace phone::media
