// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "tools/board/board.hpp"
#include "tools/rig/pc.hpp"
#include "tools/rig/phone.hpp"
#include "tools/rig/switch_port.hpp"

namespace phone::board {

// The phone's cable in a port of an 802.1X switch (hostapd), a PC behind the phone. hostapd gates no frames: what it
// says of each station is what counts.
class Switch {
 public:
  // network_access's options for it, besides the port.
  static constexpr char kOptions[] = " --pc-port pcport0";

  // Before the phone is powered on. The switch knows phones by the lab's manufacturing authority.
  static absl::StatusOr<std::unique_ptr<Switch>> set_up(const rig::Stage& stage, rig::Phone& phone,
                                                        const std::string& device);

  // The user's part once, then the lines until phone and PC are both authenticated.
  void lines_until_both_are_authenticated(Board& board);
  // In mid-call: the PC leaves, the phone stays.
  void lines_when_the_pc_leaves(Board& board);
  // The phone's own session is as it was.
  void line_that_the_phone_is_authenticated(Board& board, const std::string& when);

 private:
  Switch(const rig::Stage& stage, rig::Phone& phone) : phone_(phone), port_(stage, phone) {}
  absl::StatusOr<std::string> says(const std::string& address) const;

  rig::Phone& phone_;
  rig::SwitchPort port_;
  std::unique_ptr<rig::Pc> pc_;
};

}  // namespace phone::board
