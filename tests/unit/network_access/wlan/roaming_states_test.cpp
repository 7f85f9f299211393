// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every event in every state of the link in a WLAN, under virtual time: what the table does not list leaves the state
// as it is and asks for nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "services/network_access/wlan/roaming.hpp"

namespace phone::network::roaming_states_test {
namespace {

using State = Roaming::State;
using enum Roaming::State;

constexpr char kHere[] = "02:00:00:00:00:00", kThere[] = "02:00:00:00:01:00";
constexpr State kEvery[] = {kUnlinked, kLost, kGood, kLow, kScanning, kScanningGood, kRoaming, kRoamingGood};
const RoamRules kRules;

std::vector<AccessPoint> scan_of(const char* address, int signal) {
  return {{.address = address, .frequency = 2437, .signal = signal, .flags = "[ESS]", .ssid = "voice"}};
}

struct Bench {
  explicit Bench(State state) {
    roaming.follow("voice", false);
    if (state == kUnlinked) return;
    roaming.connected(kHere, now, absl::UnixEpoch());
    if (state == kLost) roaming.disconnected(now);
    if (state == kLost || state == kGood) return;
    roaming.signal(-70, false, now);
    if (state == kLow) roaming.scanned({}, now);
    if (state == kRoaming || state == kRoamingGood) roaming.scanned(scan_of(kThere, -40), now);
    if (state == kScanningGood || state == kRoamingGood) roaming.signal(-50, true, now);
  }

  Roaming::Time now{std::chrono::hours(1)};
  std::vector<std::pair<State, State>> reported;
  Roaming roaming{kRules, {.entered = [this](State from, State to, std::string_view cause) {
                    EXPECT_FALSE(cause.empty());
                    EXPECT_NE(from, to);
                    reported.emplace_back(from, to);
                  }}};
};

using Event = std::function<Roaming::Step(Bench&)>;

const std::map<std::string, Event>& events() {
  static const std::map<std::string, Event> all = {
      {"connected", [](Bench& bench) { return bench.roaming.connected(kThere, bench.now, absl::UnixEpoch()); }},
      {"disconnected",
       [](Bench& bench) {
         bench.roaming.disconnected(bench.now);
         return Roaming::Step();
       }},
      {"signal low", [](Bench& bench) { return bench.roaming.signal(-71, false, bench.now); }},
      {"signal low, later", [](Bench& bench) { return bench.roaming.signal(-71, false, bench.now + kRules.again); }},
      {"signal good", [](Bench& bench) { return bench.roaming.signal(-51, true, bench.now); }},
      {"signal unknown", [](Bench& bench) { return bench.roaming.measured(0, bench.now); }},
      {"a better one seen", [](Bench& bench) { return bench.roaming.scanned(scan_of(kThere, -30), bench.now); }},
      {"no better one seen", [](Bench& bench) { return bench.roaming.scanned({}, bench.now); }},
      {"refused", [](Bench& bench) { return bench.roaming.refused(bench.now); }},
      {"timer, early", [](Bench& bench) { return bench.roaming.tick(bench.now + std::chrono::milliseconds(1)); }},
      {"timer of a roam", [](Bench& bench) { return bench.roaming.tick(bench.now + kRules.roam); }},
      {"timer of a scan", [](Bench& bench) { return bench.roaming.tick(bench.now + kRules.scan); }},
      {"timer of the next look", [](Bench& bench) { return bench.roaming.tick(bench.now + kRules.again); }},
      {"EAP started",
       [](Bench& bench) {
         bench.roaming.full_authentication();
         return Roaming::Step();
       }},
      {"keys known",
       [](Bench& bench) {
         bench.roaming.negotiated("FT-PSK", "CCMP", 2437, false);
         return Roaming::Step();
       }},
      {"same network",
       [](Bench& bench) {
         bench.roaming.follow("voice", true);
         return Roaming::Step();
       }},
      {"another network",
       [](Bench& bench) {
         bench.roaming.follow("guest", false);
         return Roaming::Step();
       }},
  };
  return all;
}

// Which order a step holds, as an index of its variant.
enum Do : std::size_t { kNothing, kReadLink, kScan, kRoamTo, kReassociate };

struct Row {
  State in;
  const char* event;
  State to;
  Do does = kNothing;
};
const Row kRows[] = {
    {kUnlinked, "connected", kGood, kReadLink},
    {kLost, "connected", kGood, kReadLink},
    {kGood, "connected", kGood, kReadLink},
    {kLow, "connected", kGood, kReadLink},
    {kScanning, "connected", kGood, kReadLink},
    {kScanningGood, "connected", kGood, kReadLink},
    {kRoaming, "connected", kGood, kReadLink},
    {kRoamingGood, "connected", kGood, kReadLink},
    // In a roam the old one is left: that is no loss.
    {kGood, "disconnected", kLost},
    {kLow, "disconnected", kLost},
    {kScanning, "disconnected", kLost},
    {kScanningGood, "disconnected", kLost},
    {kGood, "signal low", kScanning, kScan},
    {kGood, "signal low, later", kScanning, kScan},
    {kLow, "signal low, later", kScanning, kScan},
    {kScanningGood, "signal low", kScanning},
    {kScanningGood, "signal low, later", kScanning},
    {kRoamingGood, "signal low", kRoaming},
    {kRoamingGood, "signal low, later", kRoaming},
    {kLow, "signal good", kGood},
    {kScanning, "signal good", kScanningGood},
    {kRoaming, "signal good", kRoamingGood},
    {kScanning, "a better one seen", kRoaming, kRoamTo},
    {kScanningGood, "a better one seen", kRoamingGood, kRoamTo},
    {kScanning, "no better one seen", kLow},
    {kScanningGood, "no better one seen", kGood},
    {kScanning, "refused", kLow},
    {kScanningGood, "refused", kGood},
    {kRoaming, "refused", kLow, kReassociate},
    {kRoamingGood, "refused", kGood, kReassociate},
    {kRoaming, "timer of a roam", kLow, kReassociate},
    {kRoaming, "timer of a scan", kLow, kReassociate},
    {kRoaming, "timer of the next look", kLow, kReassociate},
    {kRoamingGood, "timer of a roam", kGood, kReassociate},
    {kRoamingGood, "timer of a scan", kGood, kReassociate},
    {kRoamingGood, "timer of the next look", kGood, kReassociate},
    {kScanning, "timer of a scan", kLow},
    {kScanning, "timer of the next look", kLow},
    {kScanningGood, "timer of a scan", kGood},
    {kScanningGood, "timer of the next look", kGood},
    {kLow, "timer of the next look", kScanning, kScan},
    {kLost, "another network", kUnlinked},
    {kGood, "another network", kUnlinked},
    {kLow, "another network", kUnlinked},
    {kScanning, "another network", kUnlinked},
    {kScanningGood, "another network", kUnlinked},
    {kRoaming, "another network", kUnlinked},
    {kRoamingGood, "another network", kUnlinked},
};

TEST(F64_RoamingStates, ChangeAsTheTableSaysAndNotOtherwise) {
  for (const Row& row : kRows) ASSERT_TRUE(events().contains(row.event)) << row.event;
  for (const State from : kEvery) {
    for (const auto& [name, event] : events()) {
      Bench bench(from);
      ASSERT_EQ(bench.roaming.state(), from) << name_of(from);
      bench.reported.clear();
      const auto* const row = std::find_if(std::begin(kRows), std::end(kRows), [&, &name = name](const Row& one) {
        return one.in == from && name == one.event;
      });
      const bool listed = row != std::end(kRows);
      const std::string where = std::string(name_of(from)) + ", " + name;
      EXPECT_EQ(event(bench).action.index(), listed ? row->does : kNothing) << where;
      EXPECT_STREQ(name_of(bench.roaming.state()), name_of(listed ? row->to : from)) << where;
      if (bench.roaming.state() == from) {
        EXPECT_TRUE(bench.reported.empty()) << where;
      } else {
        ASSERT_FALSE(bench.reported.empty()) << where;
        EXPECT_EQ(bench.reported.front().first, from) << where;
        EXPECT_EQ(bench.reported.back().second, bench.roaming.state()) << where;
      }
    }
  }
}

}  // namespace
}  // namespace phone::network::roaming_states_test
