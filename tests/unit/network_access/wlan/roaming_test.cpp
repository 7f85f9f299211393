// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/wlan/roaming.hpp"

#include <gtest/gtest.h>

namespace phone::network {
namespace {

using std::chrono::milliseconds;

constexpr char kHere[] = "02:00:00:00:00:00", kThere[] = "02:00:00:00:01:00";

AccessPoint point(const char* address, int signal, const char* ssid = "voice", unsigned frequency = 2437) {
  return {.address = address, .frequency = frequency, .signal = signal, .flags = "[ESS]", .ssid = ssid};
}

template <class Order>
const Order* order_in(const Roaming::Step& step) {
  return std::get_if<Order>(&step.action);
}
bool is_nothing(const Roaming::Step& step) { return std::holds_alternative<std::monostate>(step.action); }

struct Choice {
  const char* name;
  std::vector<AccessPoint> list;
  const char* chosen;  // empty: stay
};
class F64_RoamChoice : public testing::TestWithParam<Choice> {};
TEST_P(F64_RoamChoice, GoesToTheBestOfThisNetworkWhenItIsWorthIt) {
  const auto next = choose_next(GetParam().list, "voice", kHere, -70, {});
  EXPECT_EQ(next ? next->address : "", GetParam().chosen);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, F64_RoamChoice,
    testing::Values(
        Choice{"nobody", {}, ""}, Choice{"ourselves", {point(kHere, -40)}, ""},
        Choice{"a better one", {point(kHere, -70), point(kThere, -50)}, kThere},
        Choice{"one that is not better by enough", {point(kHere, -70), point(kThere, -63)}, ""},
        Choice{"just enough", {point(kThere, -62)}, kThere},
        Choice{"the scan's word on the current one counts", {point(kHere, -50), point(kThere, -50)}, ""},
        Choice{"another network", {point(kThere, -30, "guest")}, ""},
        Choice{"the best of two", {point(kThere, -50), point("02:00:00:00:02:00", -45)}, "02:00:00:00:02:00"}));

class F64_Roaming : public testing::Test {
 protected:
  void SetUp() override {
    roaming_.follow("voice", false);
    EXPECT_TRUE(order_in<Roaming::ReadLink>(roaming_.connected(kHere, now_, absl::UnixEpoch())));
    roaming_.negotiated("FT-PSK", "CCMP", 2412, false);
    roaming_.scanned({point(kHere, -40, "voice", 2412), point(kThere, -60)}, now_);
  }
  Roaming::Step falls() { return roaming_.signal(-70, false, now_); }
  Roaming::Step sees_better() { return roaming_.scanned({point(kHere, -70), point(kThere, -45)}, now_); }

  Roaming roaming_{RoamRules{}};
  Roaming::Time now_{std::chrono::hours(1)};
};

TEST_F(F64_Roaming, LooksAtTheKnownChannelsAloneThenMovesAndMeasuresTheGap) {
  const auto scan = falls();
  ASSERT_TRUE(order_in<Roaming::Scan>(scan));
  EXPECT_EQ(order_in<Roaming::Scan>(scan)->frequencies, (std::vector<unsigned>{2412, 2437}));
  const auto roam = sees_better();
  ASSERT_TRUE(order_in<Roaming::RoamTo>(roam));
  EXPECT_EQ(order_in<Roaming::RoamTo>(roam)->address, kThere);
  EXPECT_FALSE(order_in<Roaming::RoamTo>(roam)->over_the_ds);
  roaming_.disconnected(now_);  // the old one is left on the way: no loss
  now_ += milliseconds(120);
  EXPECT_TRUE(order_in<Roaming::ReadLink>(roaming_.connected(kThere, now_, absl::UnixEpoch())));
  roaming_.negotiated("FT-PSK", "CCMP", 2437, false);
  const WlanLink& link = roaming_.link();
  ASSERT_TRUE(link.last_roam);
  EXPECT_EQ(link.last_roam->gap, milliseconds(120));
  EXPECT_TRUE(link.last_roam->fast);
  EXPECT_EQ(link.last_roam->from, kHere);
  EXPECT_EQ(link.last_roam->to, kThere);
  EXPECT_EQ(link.last_roam->signal_before, -70);
  EXPECT_EQ(link.roams, 1U);
}

TEST_F(F64_Roaming, GoesOverTheDsOnlyWhereFastKeysWereMade) {
  roaming_.follow("voice", true);
  falls();
  EXPECT_TRUE(std::get<Roaming::RoamTo>(sees_better().action).over_the_ds);
  Roaming plain{RoamRules{}};
  plain.follow("voice", true);
  plain.connected(kHere, now_, absl::UnixEpoch());
  plain.negotiated("WPA2-PSK", "CCMP", 2412, false);
  plain.signal(-70, false, now_);
  EXPECT_FALSE(std::get<Roaming::RoamTo>(plain.scanned({point(kThere, -45)}, now_).action).over_the_ds);
}

TEST_F(F64_Roaming, FullAuthenticationIsNotCalledFast) {
  falls();
  sees_better();
  roaming_.full_authentication();
  roaming_.connected(kThere, now_, absl::UnixEpoch());
  roaming_.negotiated("FT-EAP", "CCMP", 2437, false);
  EXPECT_FALSE(roaming_.link().last_roam->fast);
}

TEST_F(F64_Roaming, WithoutABetterOneItLooksAgainLater) {
  falls();
  const auto stay = roaming_.scanned({point(kHere, -70), point(kThere, -69)}, now_);
  EXPECT_TRUE(is_nothing(stay));
  ASSERT_TRUE(stay.look_again);
  EXPECT_TRUE(is_nothing(falls()));  // not at every event
  EXPECT_TRUE(is_nothing(roaming_.tick(now_ + milliseconds(100))));
  EXPECT_TRUE(order_in<Roaming::Scan>(roaming_.tick(now_ + *stay.look_again)));
}

TEST_F(F64_Roaming, ASignalThatIsLowFromTheBeginningIsLowAsWell) {
  EXPECT_TRUE(is_nothing(roaming_.measured(0, now_))) << "not known";
  EXPECT_TRUE(is_nothing(roaming_.measured(-67, now_)));
  EXPECT_EQ(roaming_.link().signal, -67);
  EXPECT_TRUE(order_in<Roaming::Scan>(roaming_.measured(-68, now_)));
  EXPECT_TRUE(order_in<Roaming::RoamTo>(sees_better()));
}

TEST_F(F64_Roaming, RisingSignalEndsTheSearch) {
  falls();
  const auto stay = roaming_.scanned({}, now_);
  roaming_.signal(-50, true, now_);
  EXPECT_TRUE(is_nothing(roaming_.tick(now_ + *stay.look_again)));
}

TEST_F(F64_Roaming, OneThatDoesNotEndIsCountedAndThePhoneAssociatesAnew) {
  falls();
  const auto roam = sees_better();
  EXPECT_TRUE(is_nothing(roaming_.tick(now_ + milliseconds(10))));
  EXPECT_TRUE(order_in<Roaming::Reassociate>(roaming_.tick(now_ + *roam.look_again)));
  EXPECT_EQ(roaming_.link().roams_failed, 1U);
}

TEST_F(F64_Roaming, LossIsNoRoamUntilAnotherAccessPointTakesThePhone) {
  roaming_.disconnected(now_);
  EXPECT_EQ(roaming_.link().address, "");
  now_ += milliseconds(700);
  roaming_.connected(kHere, now_, absl::UnixEpoch());
  EXPECT_FALSE(roaming_.link().last_roam);
  roaming_.disconnected(now_);
  now_ += milliseconds(900);
  roaming_.connected(kThere, now_, absl::UnixEpoch());
  ASSERT_TRUE(roaming_.link().last_roam);
  EXPECT_EQ(roaming_.link().last_roam->gap, milliseconds(900));
}

TEST_F(F64_Roaming, NothingIsDoneWithoutANetwork) {
  roaming_.follow("", false);
  EXPECT_TRUE(is_nothing(falls()));
  EXPECT_TRUE(is_nothing(sees_better()));
}

TEST(F64_AccessPoints, AreReadFromWhatTheSupplicantSaysAndNothingElse) {
  const auto list = parse_scan_results(
      "bssid / frequency / signal level / flags / ssid\n"
      "02:00:00:00:00:00\t2412\t-30\t[WPA2-FT/PSK-CCMP][ESS]\tvoice lab\n"
      "02:00:00:00:01:00\t2437\t-49\t[ESS]\t\n"
      "02:00:00:00:01\t2437\t-49\t[ESS]\tshort address\n"
      "02:00:00:00:02:00\t2437\tloud\t[ESS]\tx\n"
      "02:00:00:00:03:00\t2437\n");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].ssid, "voice lab");
  EXPECT_EQ(list[0].signal, -30);
  EXPECT_EQ(list[1].frequency, 2437U);
  EXPECT_EQ(offered(list, "voice lab"), "[WPA2-FT/PSK-CCMP][ESS]");
  EXPECT_EQ(offered(list, "another"), "");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "02:00:00:00:00:00\t2412\t-30\t[ESS]\tx\n";
  EXPECT_EQ(parse_scan_results(many).size(), kMaxAccessPoints);
}

TEST(F64_AccessPoints, SsidsAreComparedAsTheSupplicantEscapesThem) {
  EXPECT_EQ(escaped_ssid("voice"), "voice");
  EXPECT_EQ(escaped_ssid("a\"b\\c"), "a\\\"b\\\\c");
  EXPECT_EQ(escaped_ssid(std::string("\x00\x1b\n\t\xff", 5)), "\\x00\\e\\n\\t\\xff");
}

}  // namespace
}  // namespace phone::network
