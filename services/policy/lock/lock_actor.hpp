// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include <functional>
#include <string>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/event_log.hpp"
#include "common/settings/lock.hpp"
#include "services/policy/lock/settings_lock.hpp"

// The single owner of the settings' password, on a thread of its own: a hash takes a tenth of a second.
namespace phone::policy {

struct PasswordConfigured {
  std::string password;  // secret; empty: none
  bool fips = false;
  std::string phone;
};
// settingsAccess of the configuration: what no password opens.
struct AccessConfigured {
  settings::Lock lock = settings::Lock::kOpen;
};
struct UnlockAttempt {
  std::string password;  // secret
};
// Of the administrator's web pages: nothing is opened.
struct PasswordCheck {
  std::string password;  // secret
  std::string from;      // address
};
struct LockRestored {  // the process before has written it last
  StoredLock stored;
};
struct LockAgain {};
struct LockTick {
  std::uint64_t timer = 0;
};

using UnlockAnswer = SettingsLock::Answer;

using LockActor = caf::typed_actor<caf::reacts_to<PasswordConfigured>, caf::reacts_to<AccessConfigured>,
                                   caf::replies_to<UnlockAttempt>::with<UnlockAnswer>,
                                   caf::replies_to<PasswordCheck>::with<UnlockAnswer>, caf::reacts_to<LockAgain>,
                                   caf::reacts_to<LockRestored>, caf::reacts_to<LockTick>>;

struct LockDelegate {
  std::function<absl::Status(const StoredLock&)> save;
  std::function<void(bool locked)> changed;
  std::function<void(std::string kind, mesh::Severity, std::string text)> tell;  // each for the audit log
  std::function<void()> password_changed = [] {};  // the one before, if any, opens nothing any more
  SettingsLock::Hashes hashes{};
};

LockActor spawn_lock(caf::actor_system& system, StoredLock stored, LockDelegate delegate);

}  // namespace phone::policy

PHONE_MESSAGE(phone::policy::PasswordConfigured)
PHONE_MESSAGE(phone::policy::AccessConfigured)
PHONE_MESSAGE(phone::policy::UnlockAttempt)
PHONE_MESSAGE(phone::policy::PasswordCheck)
PHONE_MESSAGE(phone::policy::UnlockAnswer)
PHONE_MESSAGE(phone::policy::LockAgain)
PHONE_MESSAGE(phone::policy::LockRestored)
PHONE_MESSAGE(phone::policy::LockTick)
