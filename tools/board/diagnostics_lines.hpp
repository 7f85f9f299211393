// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/board/board.hpp"
#include "tools/rig/phone.hpp"

namespace phone::board {

// The phone's port for remote diagnostics, open from its first configuration on.
struct DiagnosticsDoor {
  static constexpr const char* kPort = "8443";

  // What the lab's configuration says to open it.
  static std::vector<std::string> lab_arguments();
  // The administrator's three files. Before the phone is powered on.
  static absl::Status place_certificates(const rig::Stage& stage);
  // The words that run phonectl at the far end of the cable, before those of its command. Asks the phone its address.
  static absl::StatusOr<std::vector<std::string>> far_away(const rig::Stage& stage, rig::Phone& phone);
};

void line_of_remote_diagnostics(Board& board, const rig::Stage& stage, rig::Phone& phone);

}  // namespace phone::board
