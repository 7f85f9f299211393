// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/os/descriptor.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

namespace phone::network {

// The EAP Success and Failure frames for this phone, read beside the supplicant: it discards what its own machine does
// not expect (RFC 4137 section 4.2), and then tells nobody what the switch has decided.
class EapFrames {
 public:
  // Of the port that the supplicant uses. UNAVAILABLE when it cannot be read.
  static absl::StatusOr<EapFrames> open(const std::string& port);
  int fd() const { return socket_.get(); }
  // The next frame that waits, or nothing. Frames to other stations are skipped.
  std::optional<SupplicantEvent> next() const;

 private:
  explicit EapFrames(os::Descriptor socket) : socket_(std::move(socket)) {}
  os::Descriptor socket_;
};

}  // namespace phone::network
