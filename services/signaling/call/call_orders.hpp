// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_port.hpp"
#include "services/signaling/call/call_view.hpp"
#include "services/signaling/policy/settings.hpp"
#include "services/signaling/sip/precedence.hpp"
#include "services/signaling/user/history.hpp"

// What the list of calls is asked for, and what it tells besides the calls.
namespace phone::signaling {

// What media returned about a stream after a restart of this process.
struct RecoveredStream {
  StreamSetting setting;
  uint16_t local_port = 0;
};

// What the user wants to call: exactly one of number, speed dial (from 1), the number dialled last and a feature.
struct DialOrder {
  std::string number;
  uint32_t line = 0;  // 0: the first; for the number dialled last, the line of that call
  uint32_t speed_dial = 0;
  bool redial = false;
  Precedence precedence = Precedence::kNone;
  std::optional<FeatureInvite> feature;
  std::string global_call = {};  // of the call manager that asks for it
};

struct HookView {
  bool off_hook = false;
  std::optional<CallView> call;  // that was answered or has ended by it
};

// What the phone remembers for its user.
struct MemoryView {
  std::vector<HistoryEntry> history;  // without calls that go on
  std::vector<SpeedDial> speed_dials;
  std::string redial_number, time_zone, date_template;
};

// A call that the call manager wants a copy of.
struct JoinedCall {
  std::string id, stream;
  FlowId flow = 0;
  bool established = false;
  bool encrypted = false;  // in at least one direction
};

}  // namespace phone::signaling
