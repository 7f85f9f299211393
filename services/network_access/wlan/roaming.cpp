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
  // The scan's own word on the current one is younger than the last event's.
  for (const AccessPoint& one : list) {
    if (one.address == current && one.ssid == wanted) signal = one.signal;
  }
  for (const AccessPoint& one : list) {
    if (one.ssid != wanted || one.address == current || one.signal < signal + rules.better_by) continue;
    if (!best || one.signal > best->signal) best = one;
  }
  return best;
}

void Roaming::follow(const std::string& ssid, bool over_the_ds) {
  over_the_ds_ = over_the_ds;
  if (ssid == ssid_) return;
  ssid_ = ssid;
  link_ = WlanLink();
  known_.clear();
  phase_ = Phase::kIdle;
  low_ = false;
  lost_.reset();
}

Roaming::Step Roaming::connected(const std::string& address, Time now, absl::Time wall) {
  const std::string& before = lost_ ? previous_ : link_.address;
  const bool moved = !before.empty() && before != address;
  if (moved) {
    // Ours, or the supplicant's own after a loss; then the gap is from the loss.
    const bool ours = phase_ == Phase::kRoaming;
    const Time from = ours ? since_ : lost_.value_or(now);
    link_.last_roam = Roam{.from = before,
                           .to = address,
                           .gap = std::chrono::ceil<std::chrono::milliseconds>(now - from),
                           .over_the_ds = ours && used_ds_ && address == target_,
                           .signal_before = signal_before_,
                           .at = wall};
    ++link_.roams;
  }
  fresh_ = moved;
  link_.address = address;
  link_.signal = 0;
  phase_ = Phase::kIdle;
  low_ = false;
  lost_.reset();
  not_before_ = now;
  return {.kind = Step::Kind::kLookAtLink};
}

void Roaming::negotiated(const std::string& key_management, const std::string& cipher, unsigned frequency,
                         bool protected_management) {
  link_.key_management = key_management;
  link_.cipher = cipher;
  link_.frequency = frequency;
  link_.protected_management = protected_management;
  if (frequency != 0 && known_.size() < kMaxChannels) known_.insert(frequency);
  if (std::exchange(fresh_, false) && link_.last_roam) {
    link_.last_roam->fast = !full_ && key_management.starts_with("FT-");
  }
  full_ = false;
}

Roaming::Step Roaming::scan(Time now) {
  phase_ = Phase::kScanning;
  since_ = now;
  Step step{.kind = Step::Kind::kScan, .look_again = rules_.scan};
  // One known channel is the one we are on: there may be others nobody has told us of.
  if (known_.size() > 1) step.frequencies.assign(known_.begin(), known_.end());
  return step;
}

Roaming::Step Roaming::signal(int dbm, bool above, Time now) {
  if (ssid_.empty() || link_.address.empty()) return {};
  link_.signal = dbm;
  low_ = !above;
  if (!low_ || phase_ != Phase::kIdle || now < not_before_) return {};
  return scan(now);
}

Roaming::Step Roaming::measured(int dbm, Time now) {
  if (dbm == 0) return {};
  return signal(dbm, dbm >= rules_.below, now);
}

void Roaming::learn(const std::vector<AccessPoint>& list) {
  const std::string wanted = escaped_ssid(ssid_);
  for (const AccessPoint& one : list) {
    if (one.ssid == wanted && known_.size() < kMaxChannels) known_.insert(one.frequency);
  }
}

Roaming::Step Roaming::scanned(const std::vector<AccessPoint>& list, Time now) {
  learn(list);
  if (phase_ != Phase::kScanning) return {};
  phase_ = Phase::kIdle;
  const auto next = choose_next(list, ssid_, link_.address, link_.signal, rules_);
  if (!next) {
    not_before_ = now + rules_.again;
    return {.look_again = rules_.again};
  }
  phase_ = Phase::kRoaming;
  since_ = now;
  target_ = next->address;
  full_ = false;
  signal_before_ = link_.signal;
  // Through the old one only where keys for it were made.
  used_ds_ = over_the_ds_ && link_.key_management.starts_with("FT-");
  return {.kind = Step::Kind::kRoam, .target = target_, .over_the_ds = used_ds_, .look_again = rules_.roam};
}

Roaming::Step Roaming::refused(Time now) {
  if (phase_ == Phase::kRoaming) ++link_.roams_failed;
  const bool roaming = phase_ == Phase::kRoaming;
  phase_ = Phase::kIdle;
  not_before_ = now + rules_.again;
  return {.kind = roaming ? Step::Kind::kAssociateAnew : Step::Kind::kNothing, .look_again = rules_.again};
}

Roaming::Step Roaming::tick(Time now) {
  switch (phase_) {
    case Phase::kScanning:
      if (now - since_ >= rules_.scan) return refused(now);
      return {};
    case Phase::kRoaming:
      if (now - since_ >= rules_.roam) return refused(now);
      return {};
    case Phase::kIdle:
      if (low_ && !link_.address.empty() && now >= not_before_) return scan(now);
      return {};
  }
  return {};
}

void Roaming::disconnected(Time now) {
  // In the middle of a roam the old one is left: that is no loss.
  if (phase_ == Phase::kRoaming || link_.address.empty()) return;
  lost_ = now;
  previous_ = std::exchange(link_.address, {});
  signal_before_ = std::exchange(link_.signal, 0);
  phase_ = Phase::kIdle;
  low_ = false;
}

}  // namespace phone::network
