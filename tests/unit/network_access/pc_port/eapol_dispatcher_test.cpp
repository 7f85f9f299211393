// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/pc_port/eapol_dispatcher.hpp"

#include <gtest/gtest.h>

namespace phone::network {
namespace {

using Port = EapolDispatcher::Port;
using Ways = EapolDispatcher::Ways;
using State = EapolDispatcher::Station::State;
using std::chrono::milliseconds;

const Mac kPhone = *mac_of("0a:1b:2c:3d:4e:5f");
const Mac kPc = *mac_of("00:50:56:aa:bb:01");
const Mac kSwitch = *mac_of("02:00:00:00:00:fe");

std::string eapol(const Mac& to, const Mac& from, EapolType type, std::string body = "") {
  std::string frame(to.begin(), to.end());
  frame.append(from.begin(), from.end());
  frame.append({'\x88', '\x8e', 2, static_cast<char>(type), static_cast<char>(body.size() >> 8U),
                static_cast<char>(body.size())});
  frame += body;
  frame.resize(std::max<std::size_t>(frame.size(), 60), '\0');
  return frame;
}
std::string eap(const Mac& to, const Mac& from, EapCode code, int id, char method = 0) {
  std::string packet{static_cast<char>(code), static_cast<char>(id), 0, static_cast<char>(method != 0 ? 5 : 4)};
  if (method != 0) packet.push_back(method);
  return eapol(to, from, EapolType::kEapPacket, packet);
}
std::string start(const Mac& from) { return eapol(kPaeGroup, from, EapolType::kStart); }

struct EapolDispatch : testing::Test {
  Ways take(Port from, const std::string& frame) { return dispatcher.take(from, frame, now); }
  // The PC behind the phone authenticates; `to` is whom the switch answers.
  void authenticate_pc(const Mac& to) {
    EXPECT_EQ(take(Port::kPc, start(kPc)), (Ways{.to_switch = true}));
    EXPECT_TRUE(take(Port::kSwitch, eap(to, kSwitch, EapCode::kRequest, 7, kEapIdentity)).to_pc);
    EXPECT_TRUE(take(Port::kPc, eap(kPaeGroup, kPc, EapCode::kResponse, 7, kEapIdentity)).to_switch);
    EXPECT_TRUE(take(Port::kSwitch, eap(to, kSwitch, EapCode::kRequest, 8, 13)).to_pc);
    EXPECT_TRUE(take(Port::kPc, eap(kPaeGroup, kPc, EapCode::kResponse, 8, 13)).to_switch);
    EXPECT_TRUE(take(Port::kSwitch, eap(to, kSwitch, EapCode::kSuccess, 8)).to_pc);
  }
  EapolDispatcher dispatcher{kPhone, false};
  EapolDispatcher::Time now{};
};
using F39_PassThrough = EapolDispatch;
using F40_ProxyLogoff = EapolDispatch;
using F42_PcPort = EapolDispatch;
using F43_RoguePc = EapolDispatch;

TEST_F(F39_PassThrough, SessionsOfPhoneAndPcDoNotMeetWhetherAnsweredInPersonOrInGroup) {
  for (const bool group : {false, true}) {
    dispatcher.pc_gone();
    EXPECT_EQ(take(Port::kSupplicant, start(kPhone)), (Ways{.to_switch = true}));
    const Mac phone = group ? kPaeGroup : kPhone;
    EXPECT_EQ(take(Port::kSwitch, eap(phone, kSwitch, EapCode::kRequest, 100, kEapIdentity)),
              (Ways{.to_supplicant = true}));
    take(Port::kSupplicant, eap(kPaeGroup, kPhone, EapCode::kResponse, 100, kEapIdentity));
    authenticate_pc(group ? kPaeGroup : kPc);
    EXPECT_EQ(take(Port::kSwitch, eap(phone, kSwitch, EapCode::kRequest, 101, 13)), (Ways{.to_supplicant = true}));
    take(Port::kSupplicant, eap(kPaeGroup, kPhone, EapCode::kResponse, 101, 13));
    EXPECT_EQ(take(Port::kSwitch, eap(phone, kSwitch, EapCode::kSuccess, 101)), (Ways{.to_supplicant = true}));
    EXPECT_EQ(dispatcher.stations().at(kPc).state, State::kAuthenticated);
  }
}

TEST_F(F39_PassThrough, BridgeCarriesWhatIsForThePcItself) {
  EapolDispatcher bridged(kPhone, true);
  EXPECT_EQ(bridged.take(Port::kPc, start(kPc), now), (Ways{.to_switch = true}));
  EXPECT_EQ(bridged.take(Port::kSwitch, eap(kPc, kSwitch, EapCode::kRequest, 7, kEapIdentity), now), Ways());
  bridged.take(Port::kSwitch, eap(kPc, kSwitch, EapCode::kSuccess, 7), now);
  EXPECT_EQ(bridged.stations().at(kPc).state, State::kAuthenticated);
}

TEST_F(F39_PassThrough, FirstQuestionGoesToWhoeverIsNotThrough) {
  EXPECT_EQ(take(Port::kSwitch, eap(kPaeGroup, kSwitch, EapCode::kRequest, 1, kEapIdentity)),
            (Ways{.to_pc = true, .to_supplicant = true}));
}

TEST_F(F40_ProxyLogoff, LeavesForThePcThatHadAuthenticatedAndForNobodyElse) {
  take(Port::kPc, start(kPc));
  EXPECT_TRUE(dispatcher.pc_gone().empty());
  authenticate_pc(kPc);
  const auto frames = dispatcher.pc_gone();
  ASSERT_EQ(frames.size(), 1U);
  const auto frame = parse_eapol(frames[0]);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->source, kPc);
  EXPECT_EQ(frame->destination, kPaeGroup);
  EXPECT_EQ(frame->type, EapolType::kLogoff);
  EXPECT_EQ(frames[0].size(), 60U);
  EXPECT_TRUE(dispatcher.pc_gone().empty());
}

TEST_F(F40_ProxyLogoff, PcThatLeftByItselfIsNotLoggedOffAgain) {
  authenticate_pc(kPc);
  take(Port::kPc, eapol(kPaeGroup, kPc, EapolType::kLogoff));
  EXPECT_TRUE(dispatcher.pc_gone().empty());
}

TEST_F(F42_PcPort, SwitchedOffItPassesNothingEitherWay) {
  dispatcher.allow_pc(false);
  EXPECT_EQ(take(Port::kPc, start(kPc)), Ways());
  EXPECT_FALSE(take(Port::kSwitch, eap(kPaeGroup, kSwitch, EapCode::kRequest, 1, kEapIdentity)).to_pc);
  EXPECT_EQ(dispatcher.counts().refused, 1U);
  dispatcher.allow_pc(true);
  EXPECT_TRUE(take(Port::kPc, start(kPc)).to_switch);
}

TEST_F(F43_RoguePc, CannotSpeakAsThePhoneNorAsASwitch) {
  EXPECT_EQ(take(Port::kPc, eapol(kPaeGroup, kPhone, EapolType::kLogoff)), Ways());
  EXPECT_EQ(take(Port::kPc, eap(kPaeGroup, kPc, EapCode::kRequest, 1, kEapIdentity)), Ways());
  EXPECT_EQ(take(Port::kPc, eap(kPhone, kPc, EapCode::kFailure, 1)), Ways());
  EXPECT_EQ(dispatcher.counts().forged, 3U);
}

TEST_F(F43_RoguePc, FloodIsCutAndThePhonesOwnSessionGoesOn) {
  int passed = 0;
  for (int i = 0; i < 10000; ++i) passed += take(Port::kPc, start(kPc)).to_switch ? 1 : 0;
  EXPECT_EQ(passed, static_cast<int>(EapolDispatcher::kFramesPerSecond));
  EXPECT_TRUE(take(Port::kSupplicant, start(kPhone)).to_switch);
  EXPECT_TRUE(take(Port::kSwitch, eap(kPhone, kSwitch, EapCode::kRequest, 1, kEapIdentity)).to_supplicant);
  now += milliseconds(1000);
  EXPECT_TRUE(take(Port::kPc, start(kPc)).to_switch);
}

TEST_F(F43_RoguePc, ManyAddressesAreNotLearned) {
  for (std::uint8_t i = 0; i < 40; ++i) {
    Mac mac = kPc;
    mac[5] = i;
    take(Port::kPc, start(mac));
  }
  EXPECT_EQ(dispatcher.stations().size(), EapolDispatcher::kMaxStations);
  EXPECT_EQ(dispatcher.counts().strangers, 40 - EapolDispatcher::kMaxStations);
}

TEST(EapolFrame, WhatIsNoneIsRefused) {
  const std::string good = start(kPc);
  EXPECT_TRUE(parse_eapol(good));
  for (std::size_t size = 0; size < 18; ++size) EXPECT_FALSE(parse_eapol(good.substr(0, size)));
  std::string group = good;
  group[6] = 1;
  EXPECT_FALSE(parse_eapol(group));
  std::string longer = good;
  longer[16] = 1;  // 256 bytes that are not there
  EXPECT_FALSE(parse_eapol(longer));
  std::string type = good;
  type[15] = 9;
  EXPECT_FALSE(parse_eapol(type));
  std::string other = good;
  other[13] = 0;
  EXPECT_FALSE(parse_eapol(other));
  EXPECT_FALSE(parse_eapol(eap(kPaeGroup, kPc, static_cast<EapCode>(9), 1)));
}

}  // namespace
}  // namespace phone::network
