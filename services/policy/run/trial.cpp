// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/trial.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/policy/configuration/lowering.hpp"

namespace phone::policy {
namespace {

KeptConfiguration in_force(const State& state) {
  return {.configuration = state.policy.configuration,
          .encrypted = state.encrypted,
          .elements = state.elements,
          .remarks = state.remarks};
}

void put_in_force(State& state, const KeptConfiguration& kept) {
  state.policy.configuration = kept.configuration;
  state.encrypted = kept.encrypted;
  state.elements = kept.elements;
  state.remarks = kept.remarks;
  ++state.policy.version;
}

std::string name_of(const Configuration& configuration) {
  return configuration.version_stamp.empty() ? "the configuration"
                                             : absl::StrCat("configuration ", configuration.version_stamp);
}

}  // namespace

std::vector<std::string> way_changed(const Configuration& before, const Configuration& after) {
  std::vector<std::string> changed;
  const auto differs = [&](const char* what, const auto& one, const auto& two) {
    if (!(one == two)) changed.emplace_back(what);
  };
  differs("address mode", before.ip_address_mode, after.ip_address_mode);
  differs("VLAN", std::tie(before.voice_vlan, before.cdp_switch_port, before.lldp_switch_port),
          std::tie(after.voice_vlan, after.cdp_switch_port, after.lldp_switch_port));
  differs("802.1X", std::tie(before.eap_authentication, before.eap), std::tie(after.eap_authentication, after.eap));
  differs("WLAN", std::tie(before.wlan_disabled, before.lsc_for_wlan, before.wlans),
          std::tie(after.wlan_disabled, after.lsc_for_wlan, after.wlans));
  differs("TLS minimum", before.tls.client_minimum, after.tls.client_minimum);
  differs("TLS cipher suites", before.tls.switched_off, after.tls.switched_off);
  differs("FIPS mode", before.tls.fips, after.tls.fips);
  differs("call managers", before.call_managers, after.call_managers);
  return changed;
}

bool trial_due(const State& state, const Configuration& after) {
  if (state.policy.stage != Stage::kComplete || !state.working) return false;
  const Configuration& working = state.working->configuration;
  if (after.security_mode > working.security_mode) return false;
  return !way_changed(working, after).empty();
}

bool flip(State& state) {
  std::optional<KeptConfiguration>& other = state.trial == TrialState::kTrying ? state.working : state.taken_back;
  if (state.trial == TrialState::kNone || !other) return false;
  const KeptConfiguration before = in_force(state);
  KeptConfiguration after = *other;
  if (state.trial == TrialState::kTrying) {
    after.configuration = with_raised(before.configuration, std::move(after.configuration));
    after.encrypted = after.encrypted || before.encrypted;
  }
  put_in_force(state, after);
  if (state.trial == TrialState::kTrying) {
    state.taken_back = before;
    state.trial = TrialState::kTakenBack;
  } else {
    state.taken_back.reset();
    state.trial = TrialState::kTrying;
  }
  return true;
}

bool confirm(State& state) {
  if (state.policy.stage != Stage::kComplete) return false;
  const bool known = state.working && state.working->configuration == state.policy.configuration;
  if (known && state.trial == TrialState::kNone) return false;
  state.working = in_force(state);
  state.trial = TrialState::kNone;  // what was taken back is still refused
  return true;
}

std::vector<std::string> kept_strict(const State& state) {
  std::vector<std::string> kept;
  if (state.trial != TrialState::kTakenBack || !state.working || !state.taken_back) return kept;
  const KeptConfiguration &old = *state.working, &tried = *state.taken_back;
  const auto still = lowered(tried.configuration, tried.encrypted, state.policy.configuration, state.encrypted);
  for (const Downgrade& one : lowered(tried.configuration, tried.encrypted, old.configuration, old.encrypted)) {
    const bool taken = std::ranges::any_of(still, [&](const Downgrade& other) { return other.what == one.what; });
    if (!taken) kept.push_back(one.what);
  }
  return kept;
}

void forget_configuration(State& state) {
  Policy fresh;
  fresh.version = state.policy.version + 1;
  fresh.device_name = state.policy.device_name;
  fresh.alarms = state.policy.alarms;
  fresh.reset = true;
  state = State{.policy = std::move(fresh), .alarms = state.alarms};
}

void TrialClock::begin(Time now, bool again) {
  patience_ = again ? std::min(2 * std::max(patience_, times_.patience), times_.longest) : times_.patience;
  began_ = now;
  fetch_asked_ = fetch_counts_ = fetched_ = registered_ = false;
}

TrialClock::Due TrialClock::due(Time now) {
  if (!began_) return Due::kNothing;
  if (now >= *began_ + patience_) {
    began_.reset();
    return Due::kFlip;
  }
  if (now < *began_ + times_.settle || std::exchange(fetch_asked_, true)) return Due::kNothing;
  return Due::kFetch;
}

std::optional<TrialClock::Time> TrialClock::next() const {
  if (!began_) return std::nullopt;
  return *began_ + (fetch_asked_ ? patience_ : std::min(times_.settle, patience_));
}

void TrialClock::fetch_began(Time now) { fetch_counts_ = began_ && now >= *began_ + times_.settle; }

std::string trial_sentence(const State& state) {
  switch (state.trial) {
    case TrialState::kTrying:
      if (!state.working) return {};
      return absl::StrCat(name_of(state.policy.configuration), " is on trial, since it changes ",
                          absl::StrJoin(way_changed(state.working->configuration, state.policy.configuration), ", "),
                          ": if the call manager is not reached with it, the last working configuration returns");
    case TrialState::kNone:
    case TrialState::kTakenBack:
      if (!state.taken_back) return {};
      return absl::StrCat(name_of(state.taken_back->configuration),
                          " was taken back: the call manager was not reached with its ",
                          absl::StrJoin(way_changed(state.policy.configuration, state.taken_back->configuration), ", "),
                          "; it is tried again when the file changes");
  }
  return {};
}

}  // namespace phone::policy
