// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream.hpp -- the source of a server stream. Nothing is pushed: the stream asks for the next message only after the
// last one was written, so a slow subscriber costs one message in flight and whatever bound the stream itself has.
#pragma once

#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <optional>

#include "common/mesh/call/call_info.hpp"

namespace phone::mesh {

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;  // the subscriber has gone

  // The next message, or null when there is none yet. Called by one thread at a time; must not block.
  virtual std::shared_ptr<const google::protobuf::Message> next() = 0;
  // Asked when next() had nothing: a status ends the stream, nullopt waits for the next wake.
  virtual std::optional<absl::Status> ended() { return std::nullopt; }
};

// Tells the stream that next() or ended() may now have something. Cheap, from any thread, harmless after the stream has
// gone. Must not be called from inside next() or while holding a lock that next() takes.
using Wake = std::function<void()>;

// Makes one subscriber's stream, or refuses the subscription.
using OpenStream = std::function<absl::StatusOr<std::unique_ptr<Stream>>(const google::protobuf::Message& request,
                                                                         const CallInfo&, Wake)>;

}  // namespace phone::mesh
