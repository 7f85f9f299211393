// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/words.hpp"

namespace phone::board {
namespace {

struct Word {
  const char* enumerator;
  const char* word;
};
constexpr Word kWords[] = {
    {"SECURITY_LEVEL_UNKNOWN", "unknown"},
    {"SECURITY_LEVEL_NOT_AUTHENTICATED", "not secure"},
    {"SECURITY_LEVEL_AUTHENTICATED", "authenticated"},
    {"SECURITY_LEVEL_ENCRYPTED", "encrypted"},
    {"HOLD_STATE_NONE", "not on hold"},
    {"HOLD_STATE_HOLDING", "on hold, the far end has not agreed yet"},
    {"HOLD_STATE_HELD", "on hold"},
    {"HOLD_STATE_HELD_HERE", "on hold here only, the far end refused"},
    {"HOLD_STATE_RESUMING", "resuming"},
    {"REGISTRATION_STATE_DOWN", "down"},
    {"REGISTRATION_STATE_CONNECTING", "connecting"},
    {"REGISTRATION_STATE_REGISTERING", "registering"},
    {"REGISTRATION_STATE_REGISTERED", "registered"},
    {"REGISTRATION_STATE_STANDBY", "standby"},
    {"REGISTRATION_STATE_REFUSED", "refused"},
    {"ACCESS_STATE_DISABLED", "disabled"},
    {"ACCESS_STATE_DISCONNECTED", "disconnected"},
    {"ACCESS_STATE_CONNECTING", "connecting"},
    {"ACCESS_STATE_ACQUIRED", "acquired"},
    {"ACCESS_STATE_AUTHENTICATING", "authenticating"},
    {"ACCESS_STATE_AUTHENTICATED", "authenticated"},
    {"ACCESS_STATE_HELD", "held"},
    {"ACCESS_STATE_LOGOFF", "logoff"},
    {"ACCESS_STATE_UNPROVEN", "let in without authentication"},
};

}  // namespace

std::string word_of(const std::string& enumerator) {
  for (const Word& one : kWords) {
    if (enumerator == one.enumerator) return one.word;
  }
  return enumerator;
}

}  // namespace phone::board
