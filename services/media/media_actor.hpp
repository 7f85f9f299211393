// media_actor.hpp -- the one actor of media: orders come in, the stream book carries them out, reports go out once a
// second while there is a stream and at every change of what is encrypted.
#pragma once

#include <caf/all.hpp>

#include <functional>
#include <memory>

#include "common/mesh/actor/actor_reply.hpp"
#include "services/media/stream_manager.hpp"

namespace phone::media {

struct OpenMessage {
  std::string stream;
  std::string local_address;
};
struct CloseMessage {
  std::string stream;
};
struct RecoverMessage {};
struct Recovered {
  std::vector<RecoveredStream> streams;
};
struct ToneMessage {
  Tone tone = Tone::kNone;
  std::string stream;
};
struct DigitsMessage {
  std::string stream;
  crypto::Secret digits;
};
struct SelectMessage {
  Transducer transducer = Transducer::kHandset;
};
struct ReportMessage {};
struct ChangedMessage {};  // the tick has news
struct SecondMessage {};   // a second has passed

using MediaActor =
    caf::typed_actor<caf::replies_to<OpenMessage>::with<uint16_t>, caf::replies_to<StreamOrder>::with<caf::unit_t>,
                     caf::replies_to<CloseMessage>::with<StreamReport>,
                     caf::replies_to<RecoverMessage>::with<Recovered>, caf::replies_to<ToneMessage>::with<caf::unit_t>,
                     caf::replies_to<DigitsMessage>::with<caf::unit_t>,
                     caf::replies_to<SelectMessage>::with<caf::unit_t>, caf::replies_to<ReportMessage>::with<Report>,
                     caf::reacts_to<MediaPolicy>, caf::reacts_to<ChangedMessage>, caf::reacts_to<SecondMessage>>;

// What the actor tells the world; called on its thread.
struct MediaVoice {
  std::function<void(const Report&)> publish;
  // kind, sentence, stream
  std::function<void(const char*, const std::string&, const std::string&)> event;
};

MediaActor spawn_media(caf::actor_system&, std::shared_ptr<StreamBook>, MediaVoice);

}  // namespace phone::media

PHONE_MESSAGE(phone::media::OpenMessage)
PHONE_MESSAGE(phone::media::CloseMessage)
PHONE_MESSAGE(phone::media::RecoverMessage)
PHONE_MESSAGE(phone::media::Recovered)
PHONE_MESSAGE(phone::media::ToneMessage)
PHONE_MESSAGE(phone::media::DigitsMessage)
PHONE_MESSAGE(phone::media::SelectMessage)
PHONE_MESSAGE(phone::media::ReportMessage)
PHONE_MESSAGE(phone::media::ChangedMessage)
PHONE_MESSAGE(phone::media::SecondMessage)
PHONE_MESSAGE(phone::media::StreamOrder)
PHONE_MESSAGE(phone::media::StreamReport)
PHONE_MESSAGE(phone::media::Report)
PHONE_MESSAGE(phone::media::MediaPolicy)
