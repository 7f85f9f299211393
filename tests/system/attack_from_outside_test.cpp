// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F81 and F100 against the call manager the phone is registered to: it sends messages that are costly to read,
// and text that is no UTF-8, while a call is up and the user looks at the phone. The call lives, no process ends,
// questions are answered all the time, and the phone is registered when the server behaves again.
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/system/process_cost.hpp"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/pc.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

absl::Duration attack_time() {
  double seconds = 10;
  if (const char* text = std::getenv("PHONE_ATTACK_SECONDS")) (void)absl::SimpleAtod(text, &seconds);
  return absl::Seconds(seconds);
}

// Five times what a person waits for, and what a sanitizer needs.
const absl::Duration kMostPatience = absl::Seconds(rig::kRelaxed ? 20 : 5);

class F100_AttackFromOutside_Peer : public Scene {
 protected:
  void start() {
    serve();
    auto far_end = ring_up(absl::Minutes(5));
    ASSERT_TRUE(far_end.ok()) << far_end.status();
    far_end_.emplace(*std::move(far_end));
    restarts_ = restarts();
  }

  // Asks for the status as a person who looks at the phone would, as long as the attack goes on.
  void look_while(const std::function<bool()>& goes_on) {
    absl::Duration slowest;
    int asked = 0;
    do {
      const absl::Time began = absl::Now();
      const auto now = status();
      slowest = std::max(slowest, absl::Now() - began);
      ASSERT_TRUE(now.contains("signaling")) << "the phone's status is not to be had: " << now.dump(1);
      EXPECT_TRUE(has_call(now)) << now["signaling"].dump(1);
      ++asked;
    } while (goes_on() && !HasFailure());
    std::cout << "  " << asked << " questions, slowest answer " << slowest << "\n";
    EXPECT_LT(slowest, kMostPatience);
    EXPECT_GT(asked, 5);
  }

  // Of every process, the megabytes that it alone has written.
  std::map<std::string, double> memory() {
    std::map<std::string, double> all;
    for (const char* service : bench::kServices) {
      all[service] = bench::own_megabytes(bench::pid_outside(*phone_, service));
    }
    return all;
  }
  long long received() {
    const auto stream = status()["media"]["stream"];
    return stream.empty() ? 0 : std::stoll(stream[0].value("packetsReceived", "0"));
  }

  void all_is_as_before() {
    EXPECT_TRUE(becomes_registered(absl::Seconds(60))) << status().dump(1);
    EXPECT_TRUE(has_call(status())) << status()["signaling"].dump(1);
    EXPECT_EQ(restarts(), restarts_) << "a process ended";
    EXPECT_EQ(status().dump().find("server_cut"), std::string::npos) << "a service cut off one that did nothing";
  }

  std::optional<rig::FarEnd> far_end_;
  std::string restarts_;
};

TEST_F(F100_AttackFromOutside_Peer, CostlyMessagesOfTheCallManagerEndNothingAndTheUserIsAnswered) {
  start();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "sip=hostile\n").ok());
  const absl::Time until = absl::Now() + attack_time();
  look_while([&] { return absl::Now() < until; });
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  all_is_as_before();
}

TEST_F(F100_AttackFromOutside_Peer, ThreeThousandChangedMessagesLeaveCallMemoryAndProcesses) {
  start();
  if (HasFatalFailure()) return;
  const auto own_call = status()["signaling"]["call"][0]["call"];
  const auto sent = [this](unsigned wanted) {
    return lab_->wait_for(
        [wanted](const nlohmann::json& one) {
          return one.value("event", "") == "mutated" && one.value("sent", 0U) >= wanted;
        },
        absl::Minutes(2));
  };
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "sip=mutated\n").ok());
  ASSERT_TRUE(sent(1000).ok());
  const auto used = memory();
  const auto heard = received();
  ASSERT_TRUE(sent(3000).ok());
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  all_is_as_before();
  EXPECT_EQ(status()["signaling"]["call"][0]["call"], own_call);
  EXPECT_GT(received(), heard + 100) << "nothing was heard meanwhile";
  for (const auto& [service, megabytes] : memory()) {
    EXPECT_LT(megabytes, used.at(service) + (rig::kRelaxed ? 40 : 1)) << service;
  }
}

// IEEE 802.1Q, 802.1X, 802.1AB, CDP and ARP, as hexadecimal digits: stacked tags, false lengths, other stations'
// addresses.
std::vector<std::string> hostile_frames() {
  const std::string pc = absl::StrReplaceAll(rig::Pc::kAddress, {{":", ""}});
  const std::string phone = "0a1b2c3d4e5f";
  const std::string all = "ffffffffffff", filler(2800, 'f');
  std::vector<std::string> frames;
  for (const auto& from : {pc, phone}) {
    for (const char* tags : {"8100006e", "810000008100006e", "88a8006e8100006e", "91000000910000008100006e"}) {
      frames.push_back(all + from + tags + "0800" + filler);
    }
    for (const char* eapol : {"02000005016300050100", "0203ffff", "02000004", "01010000", "ff00ffffff"}) {
      frames.push_back("0180c2000003" + from + "888e" + eapol + filler);
      frames.push_back("0180c2000003" + from + "81000000888e" + eapol + filler);
    }
    frames.push_back("0180c200000e" + from + "88cc" + "0207040a1b2c3d4e5f" + "0403036162" + "06020078" + filler);
    frames.push_back("0180c200000e" + from + "88cc" + filler);
    frames.push_back("01000ccccccc" + from + "0100aaaa0300000c2000" + "02b40000" + "0001ffff" + filler);
    frames.push_back(all + from + "080600010800060400020" + "a1b2c3d4e5f0a4d0001" + "ffffffffffff0a4d0001");
  }
  return frames;
}

TEST_F(F100_AttackFromOutside_Peer, FramesOfThePcBehindThePhoneEndNothing) {
  ASSERT_TRUE(stage_->set_options("network_access", "--port port0 --pc-port pcport0").ok());
  auto pc = rig::Pc::plug_in(*phone_);
  ASSERT_TRUE(pc.ok()) << pc.status();
  start();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] { return (*pc)->has_link(); }));
  const auto address = status()["network"]["address"];
  auto sender = rig::Process::start(
      {.argv = (*pc)->inside() +
               std::vector<std::string>{PHONE_SOURCE_DIR "/tests/peers/frames.py", "send", "pc0", "1000000"} +
               hostile_frames()});
  ASSERT_TRUE(sender.ok()) << sender.status();
  const absl::Time until = absl::Now() + attack_time();
  look_while([&] { return absl::Now() < until; });
  EXPECT_TRUE(sender->running()) << "the PC did not send all the time";
  sender->end();
  all_is_as_before();
  EXPECT_EQ(status()["network"]["address"], address);
}

}  // namespace
}  // namespace phone::system
