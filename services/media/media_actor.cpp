// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/media_actor.hpp"

#include <chrono>
#include <utility>

#include "common/mesh/actor/actor_error.hpp"
#include "services/media/engine.hpp"

namespace phone::media {
namespace {

constexpr auto kSecond = std::chrono::seconds(1);

int64_t now_us() { return tick_time_now().now_us; }

struct MediaState {
  std::shared_ptr<StreamManager> manager;
  MediaDelegate delegate;
  bool timer_armed = false;

  void publish(MediaActor::stateful_pointer<MediaState> self) {
    const int64_t now = now_us();
    manager->tidy(now);
    for (const MediaEvent& event : manager->take_events()) delegate.event(event);
    delegate.publish(manager->report(now));
    if (!manager->empty() && !std::exchange(timer_armed, true)) self->delayed_send(self, kSecond, SecondElapsed{});
  }
};

caf::result<caf::unit_t> answer(const absl::Status& status) {
  if (!status.ok()) return mesh::to_error(status);
  return caf::unit;
}

MediaActor::behavior_type behaviour(MediaActor::stateful_pointer<MediaState> self,
                                    std::shared_ptr<StreamManager> manager, MediaDelegate delegate) {
  MediaState& state = self->state;
  state.manager = std::move(manager);
  state.delegate = std::move(delegate);
  state.publish(self);
  return {
      [self, &state](const OpenStreamRequest& message) -> caf::result<uint16_t> {
        auto port = state.manager->open(message.stream, message.local_address);
        if (!port.ok()) return mesh::to_error(port.status());
        state.publish(self);
        return *port;
      },
      [self, &state](const StreamOrder& order) -> caf::result<caf::unit_t> {
        const absl::Status status = state.manager->configure(order, now_us());
        if (status.ok()) state.publish(self);
        return answer(status);
      },
      [self, &state](const CloseStreamRequest& message) -> caf::result<StreamReport> {
        auto last = state.manager->close(message.stream, now_us());
        if (!last.ok()) return mesh::to_error(last.status());
        state.publish(self);
        return *last;
      },
      [&state](const RecoverRequest&) { return Recovered{state.manager->recover()}; },
      [self, &state](const PlayToneRequest& message) -> caf::result<caf::unit_t> {
        const absl::Status status = state.manager->play_tone(message.tone, message.stream);
        if (status.ok()) state.publish(self);
        return answer(status);
      },
      [&state](const SendDigitsRequest& message) -> caf::result<caf::unit_t> {
        return answer(state.manager->send_digits(message.stream, message.digits.view()));
      },
      [self, &state](const SelectTransducerRequest& message) -> caf::result<caf::unit_t> {
        const absl::Status status = message.ringer ? state.manager->select_ringer(message.transducer)
                                                   : state.manager->select(message.transducer);
        if (status.ok()) state.publish(self);
        return answer(status);
      },
      [self, &state](const SetMuteRequest& message) -> caf::result<caf::unit_t> {
        const absl::Status status = state.manager->set_muted(message.muted);
        if (status.ok()) state.publish(self);
        return answer(status);
      },
      [self, &state](const SetVolumeRequest& message) -> caf::result<caf::unit_t> {
        const absl::Status status = state.manager->set_volume(message.device, message.level);
        if (status.ok()) state.publish(self);
        return answer(status);
      },
      [&state](const ReportRequest&) { return state.manager->report(now_us()); },
      [self, &state](const MediaPolicy& policy) {
        state.manager->follow(policy);
        state.publish(self);
      },
      [self, &state](const StreamsChanged&) { state.publish(self); },
      [self, &state](const SecondElapsed&) {
        state.timer_armed = false;
        state.publish(self);
      },
  };
}

}  // namespace

MediaActor spawn_media(caf::actor_system& system, std::shared_ptr<StreamManager> manager, MediaDelegate delegate) {
  return system.spawn(behaviour, std::move(manager), std::move(delegate));
}

}  // namespace phone::media
