// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/lists/trust_update.hpp"

namespace phone::trust {

Update decide(const HeldLists& held, const Evidence& evidence) {
  if (evidence.identical) return Update::kUnchanged;
  if (!evidence.sound) return Update::kRefused;
  if (held.ctl && evidence.by_ctl) return Update::kVouchedByCtl;
  if (held.itl && evidence.by_itl) return Update::kVouchedByItl;
  const bool nothing_to_go_by = !held.ctl && (!held.itl || held.itl_is_rollback);
  if (nothing_to_go_by) return evidence.by_itself ? Update::kBelieved : Update::kRefused;
  if (evidence.tvs == TvsVerdict::kNotAsked) return Update::kAskTvs;
  return evidence.tvs == TvsVerdict::kYes ? Update::kVouchedByTvs : Update::kRefused;
}

bool accepted(Update update) {
  return update == Update::kBelieved || update == Update::kVouchedByCtl || update == Update::kVouchedByItl ||
         update == Update::kVouchedByTvs;
}

Alarm alarm_of(const HeldLists& before, Outcome ctl, Outcome itl) {
  if (ctl == Outcome::kNotStored || itl == Outcome::kNotStored) return Alarm::kFailed;
  const bool any_before = before.ctl || before.itl;
  const bool ctl_new = ctl == Outcome::kAccepted;
  const bool itl_new = itl == Outcome::kAccepted;
  const bool ctl_failed = ctl == Outcome::kRefused;
  const bool itl_failed = itl == Outcome::kRefused;
  if (!ctl_failed && !itl_failed) {
    if (!ctl_new && !itl_new) return Alarm::kNone;
    if (any_before) return Alarm::kSuccess;
    if (ctl_new && itl_new) return Alarm::kInitialSuccess;
    return ctl_new ? Alarm::kCtlInitialSuccess : Alarm::kItlInitialSuccess;
  }
  // One of a first pair accepted, the other refused: none of the "old" codes is true, nor is "no list".
  if (!any_before) return ctl_new || itl_new ? Alarm::kFailed : Alarm::kFailedNoList;
  if (ctl_failed && itl_failed) return Alarm::kFailedOldLists;
  return ctl_failed ? Alarm::kFailedOldCtl : Alarm::kFailedOldItl;
}

}  // namespace phone::trust
