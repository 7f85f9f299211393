// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// media_actor.hpp -- the only actor of media: the stream manager carries out what signaling orders; reports go out once
// a second while there is a stream, after each order and when the tick has news.
#pragma once

#include <caf/all.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/media/stream_manager.hpp"

namespace phone::media {

struct OpenStreamRequest {
  std::string stream;
  std::string local_address;
};
struct CloseStreamRequest {
  std::string stream;
};
struct RecoverRequest {};
struct Recovered {
  std::vector<RecoveredStream> streams;
};
struct PlayToneRequest {
  Tone tone = Tone::kNone;
  std::string stream;
};
struct SendDigitsRequest {
  std::string stream;
  crypto::Secret digits;
};
struct SelectTransducerRequest {
  Transducer transducer = Transducer::kHandset;
  bool ringer = false;
};
struct SetMuteRequest {
  bool muted = false;
};
struct SetVolumeRequest {
  SoundDevice device = SoundDevice::kHandset;
  uint32_t level = 0;
};
struct ReportRequest {};
struct StreamsChanged {};  // the tick has news, or the sound device
struct SecondElapsed {};

using MediaActor = caf::typed_actor<
    caf::replies_to<OpenStreamRequest>::with<uint16_t>, caf::replies_to<StreamOrder>::with<caf::unit_t>,
    caf::replies_to<CloseStreamRequest>::with<StreamReport>, caf::replies_to<RecoverRequest>::with<Recovered>,
    caf::replies_to<PlayToneRequest>::with<caf::unit_t>, caf::replies_to<SendDigitsRequest>::with<caf::unit_t>,
    caf::replies_to<SelectTransducerRequest>::with<caf::unit_t>, caf::replies_to<SetMuteRequest>::with<caf::unit_t>,
    caf::replies_to<SetVolumeRequest>::with<caf::unit_t>, caf::replies_to<ReportRequest>::with<Report>,
    caf::reacts_to<MediaPolicy>, caf::reacts_to<StreamsChanged>, caf::reacts_to<SecondElapsed>>;

// Called on the actor's thread.
struct MediaDelegate {
  std::function<void(const Report&)> publish;
  std::function<void(const MediaEvent&)> event;
};

MediaActor spawn_media(caf::actor_system&, std::shared_ptr<StreamManager>, MediaDelegate);

}  // namespace phone::media

PHONE_MESSAGE(phone::media::OpenStreamRequest)
PHONE_MESSAGE(phone::media::CloseStreamRequest)
PHONE_MESSAGE(phone::media::RecoverRequest)
PHONE_MESSAGE(phone::media::Recovered)
PHONE_MESSAGE(phone::media::PlayToneRequest)
PHONE_MESSAGE(phone::media::SendDigitsRequest)
PHONE_MESSAGE(phone::media::SelectTransducerRequest)
PHONE_MESSAGE(phone::media::SetMuteRequest)
PHONE_MESSAGE(phone::media::SetVolumeRequest)
PHONE_MESSAGE(phone::media::ReportRequest)
PHONE_MESSAGE(phone::media::StreamsChanged)
PHONE_MESSAGE(phone::media::SecondElapsed)
PHONE_MESSAGE(phone::media::StreamOrder)
PHONE_MESSAGE(phone::media::StreamReport)
PHONE_MESSAGE(phone::media::Report)
PHONE_MESSAGE(phone::media::MediaPolicy)
