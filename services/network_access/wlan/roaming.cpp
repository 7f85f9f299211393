// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/roaming.hpp"

#include <utility>

namespace phone::network {
namespace {

constexpr std::size_t kMaxChannels = 32;

}  // namespace

std::optional<AccessPoint> choose_next(const std::vector<AccessPoint>& list, const std::string& ssid,
                                       const std::string& current, int signal, const RoamRules& rules) {
  const std::string wanted = escaped_ssid(ssid);
  std::optional<AccessPoint> best;
  // The scan's signal of the current one is newer than the last event's.
  for (const AccessPoint& one : list) {
    if (one.address == current && one.ssid == wanted) signal = one.signal;
  }
  for (const AccessPoint& one : list) {
    if (one.ssid != wanted || one.address == current || one.signal < signal + rules.better_by) continue;
    if (!best || one.signal > best->signal) best = one;
  }
  return best;
}

const char* name_of(Roaming::State state) {
  switch (state) {
    case Roaming::State::kUnlinked:
      return "unlinked";
    case Roaming::State::kLost:
      return "lost";
    case Roaming::State::kGood:
      return "good";
    case Roaming::State::kLow:
      return "low";
    case Roaming::State::kScanning:
      return "scanning";
    case Roaming::State::kScanningGood:
      return "scanning, signal good";
    case Roaming::State::kRoaming:
      return "roaming";
    case Roaming::State::kRoamingGood:
      return "roaming, signal good";
  }
  return "unknown";
}

void Roaming::enter(State state, std::string_view cause) {
  const State from = std::exchange(state_, state);
  if (from != state && delegate_.entered) delegate_.entered(from, state, cause);
}

void Roaming::follow(const std::string& ssid, bool over_the_ds) {
  network_.over_the_ds = over_the_ds;
  if (ssid == network_.ssid) return;
  network_.ssid = ssid;
  link_ = WlanLink();
  judged_ = 0;
  known_.clear();
  enter(State::kUnlinked, "another network");
}

Roaming::Step Roaming::connected(const std::string& address, Time now, absl::Time wall) {
  const std::string& before = state_ == State::kLost ? previous_ : link_.address;
  judged_ = link_.roams;
  if (!before.empty() && before != address) {
    // Ours, or the supplicant's own: after a loss the gap is from the loss.
    const bool ours = roaming();
    const Time from = ours || state_ == State::kLost ? since_ : now;
    link_.last_roam = Roam{.from = before,
                           .to = address,
                           .gap = std::chrono::ceil<std::chrono::milliseconds>(now - from),
                           .over_the_ds = ours && order_.over_the_ds && address == order_.address,
                           .signal_before = signal_before_,
                           .at = wall};
    ++link_.roams;
  }
  link_.address = address;
  link_.signal = 0;
  not_before_ = now;
  enter(address.empty() ? State::kUnlinked : State::kGood, "connected");
  return {.action = ReadLink{}, .look_again = {}};
}

void Roaming::negotiated(const std::string& key_management, const std::string& cipher, unsigned frequency,
                         bool protected_management) {
  link_.key_management = key_management;
  link_.cipher = cipher;
  link_.frequency = frequency;
  link_.protected_management = protected_management;
  if (frequency != 0 && known_.size() < kMaxChannels) known_.insert(frequency);
  if (std::exchange(judged_, link_.roams) != link_.roams) {
    link_.last_roam->fast = full_authentications_ == 0 && key_management.starts_with("FT-");
  }
  full_authentications_ = 0;
}

Roaming::Step Roaming::scan(std::string_view cause, Time now) {
  enter(State::kScanning, cause);
  since_ = now;
  Scan order;
  // The only known channel is the one we are on: access points may be on others.
  if (known_.size() > 1) order.frequencies.assign(known_.begin(), known_.end());
  return {.action = std::move(order), .look_again = rules_.scan};
}

Roaming::Step Roaming::signal(int dbm, bool above, Time now) {
  if (network_.ssid.empty() || !linked()) return {};
  link_.signal = dbm;
  constexpr std::string_view kRisen = "the signal has risen", kFallen = "the signal has fallen";
  switch (state_) {
    case State::kUnlinked:
    case State::kLost:
      return {};
    case State::kGood:
    case State::kLow:
      enter(above ? State::kGood : State::kLow, above ? kRisen : kFallen);
      if (above || now < not_before_) return {};
      return scan(kFallen, now);
    case State::kScanning:
    case State::kScanningGood:
      enter(above ? State::kScanningGood : State::kScanning, above ? kRisen : kFallen);
      return {};
    case State::kRoaming:
    case State::kRoamingGood:
      enter(above ? State::kRoamingGood : State::kRoaming, above ? kRisen : kFallen);
      return {};
  }
  return {};
}

Roaming::Step Roaming::measured(int dbm, Time now) {
  if (dbm == 0) return {};
  return signal(dbm, dbm >= rules_.below, now);
}

void Roaming::learn(const std::vector<AccessPoint>& list) {
  const std::string wanted = escaped_ssid(network_.ssid);
  for (const AccessPoint& one : list) {
    if (one.ssid == wanted && known_.size() < kMaxChannels) known_.insert(one.frequency);
  }
}

Roaming::Step Roaming::scanned(const std::vector<AccessPoint>& list, Time now) {
  learn(list);
  if (!scanning()) return {};
  const bool low = state_ == State::kScanning;
  const auto next = choose_next(list, network_.ssid, link_.address, link_.signal, rules_);
  if (!next) {
    enter(low ? State::kLow : State::kGood, "no better access point");
    not_before_ = now + rules_.again;
    return {.action = {}, .look_again = rules_.again};
  }
  enter(low ? State::kRoaming : State::kRoamingGood, "a better access point");
  since_ = now;
  full_authentications_ = 0;
  signal_before_ = link_.signal;
  // Through the old one only where keys for it were made.
  order_ = {.address = next->address, .over_the_ds = network_.over_the_ds && link_.key_management.starts_with("FT-")};
  return {.action = order_, .look_again = rules_.roam};
}

Roaming::Step Roaming::refused(Time now) { return fail("the supplicant has refused", now); }

Roaming::Step Roaming::fail(std::string_view cause, Time now) {
  const bool was_roaming = roaming();
  if (was_roaming) ++link_.roams_failed;
  if (scanning() || was_roaming) {
    const bool low = state_ == State::kScanning || state_ == State::kRoaming;
    enter(low ? State::kLow : State::kGood, cause);
  }
  not_before_ = now + rules_.again;
  Step step{.action = {}, .look_again = rules_.again};
  if (was_roaming) step.action = Reassociate{};
  return step;
}

Roaming::Step Roaming::tick(Time now) {
  switch (state_) {
    case State::kScanning:
    case State::kScanningGood:
      if (now - since_ >= rules_.scan) return fail("the scan has not ended", now);
      return {};
    case State::kRoaming:
    case State::kRoamingGood:
      if (now - since_ >= rules_.roam) return fail("the roam has not ended", now);
      return {};
    case State::kLow:
      if (now >= not_before_) return scan("the signal is still low", now);
      return {};
    case State::kUnlinked:
    case State::kLost:
    case State::kGood:
      return {};
  }
  return {};
}

void Roaming::disconnected(Time now) {
  // Leaving the old access point during a roam is not a loss.
  if (roaming() || !linked()) return;
  since_ = now;
  previous_ = std::exchange(link_.address, {});
  signal_before_ = std::exchange(link_.signal, 0);
  enter(State::kLost, "disconnected");
}

}  // namespace phone::network
