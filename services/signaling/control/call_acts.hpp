// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>

#include <functional>
#include <optional>
#include <string>

#include "services/signaling/control/remote_state.hpp"
#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/user/kpml.hpp"

namespace phone::signaling {

// What a call manager may do to calls. A call is named by its dialog, and counts only over its own connection.
struct CallActs {
  using OfDialog = std::function<absl::Status(FlowId, const DialogId&)>;
  OfDialog knows, resume, hold, answer;
  std::function<absl::Status(const PlaceCallRequest&)> place;
  std::function<absl::Status(FlowId, const PlayToneRequest&)> play;
  std::function<absl::Status(FlowId, const StopToneRequest&)> stop;
  std::function<void(DoNotDisturb)> do_not_disturb;
  std::function<absl::Status(FlowId, const std::optional<DialogId>&, CodeKind)> want_code;
  // A page of the call manager is whole; it says what became of a feature, or of a call in words.
  std::function<void(const PushedPage&)> page;
  std::function<void(FlowId, const FeatureNotice&)> notice;
  std::function<void(FlowId, const StatusText&)> text;
};

}  // namespace phone::signaling
