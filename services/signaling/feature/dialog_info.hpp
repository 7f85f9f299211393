// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/signaling/feature/feature.hpp"

namespace phone::signaling {

// dialog-info (RFC 4235) as call managers send it of shared lines and of parked calls (cucm-calls.md 2.6, 2.11). Names
// are read without prefix and case. The document's form for shared lines is published nowhere: that it is RFC 4235's is
// ours.
struct DialogInfo {
  struct Dialog {
    std::string id;
    std::string state;  // trying, early, confirmed, terminated; lower case
    std::string call_id, local_tag, remote_tag;
    bool initiator = false;
    bool held = false;          // by its device: +sip.rendering=no, or a hold reason
    bool private_call = false;  // locked by its device
    std::string remote_number, remote_name;
    std::optional<std::string> parked;  // the event of a parked call: "parked", "retrieved"
  };
  bool full = false;  // what is not named is over
  std::vector<Dialog> dialogs;
};
inline constexpr size_t kLargestDialogInfo = 16384;
inline constexpr size_t kMostDialogsTold = 16;
absl::StatusOr<DialogInfo> read_dialog_info(std::string_view xml);

}  // namespace phone::signaling
