// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// media_rpc.hpp -- serves phone.media.v1.Media: each call is one message to the actor.
#pragma once

#include <string>

#include "common/mesh/server/router.hpp"
#include "phone/media/v1/media.pb.h"
#include "services/media/media_actor.hpp"

namespace phone::media {

struct MediaPublisher {
  std::string incarnation;  // of this process
  mesh::Latest<v1::StreamFacts> facts;
  mesh::EventLog event_log;
};

void serve_media(caf::actor_system&, mesh::Router&, const MediaActor&, MediaPublisher&);

}  // namespace phone::media
