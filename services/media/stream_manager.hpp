// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_manager.hpp -- all streams of this phone: their orders, keys and states, and which one has the user. A
// machine: time is handed in, sockets and the tick are behind StreamPort. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/media/audio_focus.hpp"
#include "services/media/media_event.hpp"
#include "services/media/stream_order.hpp"
#include "services/media/stream_port.hpp"
#include "services/media/stream_report.hpp"
#include "services/media/stream_state.hpp"
#include "services/media/user_sound.hpp"

namespace phone::media {

// The part of the effective policy that binds media; the defaults hold until there is one.
struct MediaPolicy {
  PortRange ports;
  uint32_t dscp = 46;  // EF
  DisabledDevices disabled;
  std::string network_locale;  // whose tones are played
  bool forks = false;          // copies of a call's sound for the call manager
};

struct RecoveredStream {
  StreamOrder order;
  uint32_t port = 0;
};

class StreamManager {
 public:
  explicit StreamManager(StreamPort& port);
  ~StreamManager();
  StreamManager(const StreamManager&) = delete;
  StreamManager& operator=(const StreamManager&) = delete;

  // From before a restart: waits for its keys. DATA_LOSS when the parts do not fit; then they are closed and forgotten.
  absl::Status adopt(const InheritedStream&);

  absl::StatusOr<uint16_t> open(const std::string& stream, const std::string& local_address);
  absl::Status configure(StreamOrder order, int64_t now_us);
  absl::StatusOr<StreamReport> close(const std::string& stream, int64_t now_us);
  std::vector<RecoveredStream> recover() const;
  absl::Status play_tone(Tone, const std::string& stream);
  absl::Status send_digits(const std::string& stream, std::string_view digits);
  absl::Status select(Transducer);
  absl::Status select_ringer(Transducer);
  absl::Status set_volume(SoundDevice, uint32_t level);
  // FAILED_PRECONDITION for turning the microphone off without a stream.
  absl::Status set_muted(bool muted);
  // What was kept of the process before this one.
  void restore(const SoundSettings&);
  void follow(const MediaPolicy&);

  Report report(int64_t now_us) const;
  // What has happened since the last time.
  std::vector<MediaEvent> take_events();
  // Frees what the tick has handed back, and keys that are no longer needed.
  void tidy(int64_t now_us);
  bool empty() const { return streams_.empty(); }

 private:
  struct ManagedStream;
  ManagedStream* find(const std::string& stream) const;
  const std::string& name_at(size_t slot) const;
  std::optional<size_t> free_slot() const;
  void enter(ManagedStream& managed, StreamState state, std::string cause);
  void note(const AudioFocus::Changes& changes);
  absl::Status check_far_end(const ManagedStream& managed, const StreamOrder& order, const CheckedOrder& checked) const;
  absl::Status check_fork(const ManagedStream& managed, const StreamOrder& order, const CheckedOrder& checked) const;
  void note_fork(const ManagedStream& managed, bool running);
  // Those that send: of one stream in clear, or all of them.
  absl::Status quiet_forks(const std::string* clear_of, int64_t now_us);
  SetupBasis basis_of(const ManagedStream& managed);
  void set_dscp(const ManagedStream& managed);
  void sound_changed(const SoundSettings& before);
  StreamReport report_of(const ManagedStream& managed, int64_t now_us) const;

  StreamPort& port_;
  MediaPolicy policy_;
  UserSound sound_;
  bool muted_ = false;  // until the last stream is closed
  AudioFocus focus_;
  std::vector<std::unique_ptr<ManagedStream>> streams_;
  std::vector<MediaEvent> events_;
};

}  // namespace phone::media
