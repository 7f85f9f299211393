// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tools/board/board.hpp"
#include "tools/rig/phone.hpp"

namespace phone::board {

inline constexpr const char* kSecondFarEnd = "1003";

// What a user does on a working day: redial, hold, a second call, transfer, the handset, the history.
void lines_of_a_working_day(Board& board, rig::Phone& phone);

}  // namespace phone::board
