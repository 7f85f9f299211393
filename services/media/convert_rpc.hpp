// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// convert_rpc.hpp -- between media's values and phone.media.v1.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/mesh/call/event_log.hpp"
#include "phone/media/v1/media.pb.h"
#include "services/media/media_event.hpp"
#include "services/media/stream_manager.hpp"
#include "services/media/stream_order.hpp"
#include "services/media/stream_report.hpp"

namespace phone::media {

// INVALID_ARGUMENT that names the field, for a number the contract does not have.
absl::StatusOr<Tone> to_tone(v1::Tone tone);
absl::StatusOr<Transducer> to_transducer(v1::Transducer transducer);
// Wipes the keys in `request`, as far as they can be reached there.
absl::StatusOr<SoundDevice> to_sound_device(v1::SoundDevice);
absl::StatusOr<StreamOrder> to_order(const v1::ConfigureStreamRequest& request);

v1::StreamFact to_proto(const StreamReport& report);
v1::StreamFacts to_proto(const Report& report, const std::string& incarnation);
v1::RecoverStreamsReply to_proto(const std::vector<RecoveredStream>& streams, const std::string& incarnation);

// What people are told of an event. A changed state is only a line in the log.
void add(const MediaEvent& event, mesh::EventLog& event_log);

}  // namespace phone::media
