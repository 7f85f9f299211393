// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a freshly downloaded trust list does to the lists held (cisco-formats.md A4, A5).
// A phone with no list accepts the first well-signed one; after that only a signer already in force, or one TVS
// vouches for, may replace a list.
#pragma once

#include <string_view>

#include "services/trust_store/files/roles.hpp"

namespace phone::trust {

struct HeldLists {
  bool ctl = false;
  bool itl = false;
  bool itl_is_rollback = false;  // it names neither TFTP nor TVS: "prepare cluster for rollback" (A4.5)
};

enum class TvsVerdict { kNotAsked, kYes, kNo };

// Whose keys verify the offered list's signature.
struct Evidence {
  bool identical = false;                  // byte for byte the list in force
  bool sound = true;                       // structure, key length and algorithm are acceptable
  bool by_itself = false;                  // a SAST of its own records
  bool by_ctl = false;                     // a SAST of the CTL in force
  bool by_itl = false;                     // a SAST of the ITL in force
  TvsVerdict tvs = TvsVerdict::kNotAsked;  // about the signer, in the role SAST
};

enum class Update { kUnchanged, kBelieved, kVouchedByCtl, kVouchedByItl, kVouchedByTvs, kAskTvs, kRefused };

Update decide(const HeldLists& held, const Evidence& evidence);
bool accepted(Update update);

enum class Outcome { kNotOffered, kUnchanged, kAccepted, kRefused, kNotStored };

enum class Alarm {
  kNone = 0,
  kSuccess = 1,
  kCtlInitialSuccess = 2,
  kItlInitialSuccess = 3,
  kInitialSuccess = 4,
  kFailedOldCtl = 5,
  kFailedNoList = 6,
  kFailed = 7,
  kFailedOldItl = 8,
  kFailedOldLists = 9,
};

// The code of one offer; `before` is what was held when it came.
Alarm alarm_of(const HeldLists& before, Outcome ctl, Outcome itl);

}  // namespace phone::trust
