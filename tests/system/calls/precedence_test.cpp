// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F77 and F74 on a whole phone (scenario 14 of cucm-calls.md L): a call of higher precedence ends a lower one
// with its Reason at both ends, an equal one does not; the precedence that the user chooses is on the wire, as is the
// mark of its sound; 417, 488 with 370 and 420 are understood, 417 is sent.
#include <algorithm>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;

constexpr char kOther[] = "1003", kOtherAddress[] = "10.77.0.3";

// "udp <dscp> <packets>" and "tcp .." of what leaves the phone, for so many seconds.
constexpr char kCapture[] = R"(
import collections, socket, struct, sys, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
link.bind(("lab0", 0))
link.settimeout(0.2)
seen, until = collections.Counter(), time.monotonic() + float(sys.argv[1])
while time.monotonic() < until:
    try:
        frame = link.recv(2048)
    except socket.timeout:
        continue
    ip = frame[14:]
    source = socket.inet_ntoa(ip[12:16])
    if ip[9] not in (6, 17) or source in sys.argv[2:]:
        continue
    at = (ip[0] & 15) * 4
    here, there = struct.unpack("!HH", ip[at:at + 4])
    if ip[9] == 17 and 16384 <= here <= 32766:
        seen[("udp", ip[1] >> 2)] += 1
    if ip[9] == 6 and there == 5061:
        seen[("tcp", ip[1] >> 2)] += 1
for (protocol, dscp), count in seen.items():
    print(protocol, dscp, count)
)";

class F77_Precedence_Lab : public Scene {
 protected:
  static constexpr absl::Duration kPatience = absl::Seconds(20);

  static std::vector<std::string> mlpp(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"--far-end", kOther, "--set", "devicePool/mlppDomainId=000000", "--set",
                                 "mlppIndicationStatus=On", "--set", "preemption=Forceful",
                                 // Not what the phone does by itself.
                                 "--set", "sipProfile/dscpForFlashAudio=28", "--set", "dscpForCm2Dvce=104", "--set",
                                 "sipProfile/sipLines/line/maxNumCalls=1", "--set",
                                 "sipProfile/sipLines/line/busyTrigger=1", "--keepalive", "20"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  json call_with(const std::string& number) {
    const json now = status().value("signaling", json::object());
    json newest = json::object();
    for (const json& call : now.value("call", json::array())) {
      if (call.value("remoteNumber", "") == number) newest = call;
    }
    return newest;
  }
  std::optional<rig::FarEnd> other_far_end() {
    const auto tone = rig::Lab::make_far_tone(*stage_, 1500, absl::Minutes(3), "other-tone.wav");
    EXPECT_TRUE(tone.ok()) << tone.status();
    if (!tone.ok()) return std::nullopt;
    rig::FarEndOptions options = lab_->far_end(*stage_, kOther, *tone);
    options.address = kOtherAddress;
    auto far_end = rig::FarEnd::start(*stage_, *phone_, options);
    EXPECT_TRUE(far_end.ok()) << far_end.status();
    if (!far_end.ok()) return std::nullopt;
    return *std::move(far_end);
  }
  json wait_for(const std::string& event, const std::function<bool(const json&)>& wanted) {
    const auto found =
        lab_->wait_for([&](const json& one) { return one.value("event", "") == event && wanted(one); }, kPatience);
    EXPECT_TRUE(found.ok()) << event;
    return found.ok() ? *found : json::object();
  }
  // The other far end calls until the phone or the lab has reacted.
  bool calls_until(rig::FarEnd& far_end, const std::function<bool()>& done) {
    return rig::poll_until(
        absl::Seconds(30),
        [&] {
          if (done()) return true;
          (void)far_end.command("dial", "1001");
          return rig::poll_until(absl::Seconds(3), done);
        },
        absl::Milliseconds(500));
  }
};

// Scenario 14 of cucm-calls.md L: flash ends a routine call with its reason at both ends; what is refused is below.
TEST_F(F77_Precedence_Lab, Scenario14_Mlpp) {
  serve(mlpp({"--resource-priority", "1003=dsn-000000.6"}));
  auto first = ring_up(absl::Minutes(3));
  ASSERT_TRUE(first.ok()) << first.status();
  auto other = other_far_end();
  ASSERT_TRUE(other.has_value());
  ASSERT_TRUE(calls_until(*other, [&] { return call_with(kOther).value("state", "") == "CALL_STATE_RINGING_IN"; }))
      << status()["signaling"].dump(1);
  EXPECT_EQ(call_with(kOther).value("precedence", ""), "PRECEDENCE_FLASH");
  const json ended = wait_for("call", [](const json& one) { return one.value("state", "") == "ended"; });
  EXPECT_EQ(ended.value("by", ""), "1001") << ended.dump();
  EXPECT_TRUE(absl::StrContains(ended.value("reason", ""), "preemption ;cause=1")) << ended.dump();
  EXPECT_TRUE(absl::StrContains(call_with("1002").value("endedBy", ""), "preempted by a call of precedence flash"));
  EXPECT_TRUE(absl::StrContains(phone_->phonectl_text({"status"}).output, "flash (4)"));
  EXPECT_EQ(phone_->phonectl_text({"answer"}).exit_code, 0);
  EXPECT_TRUE(
      rig::poll_until(kPatience, [&] { return call_with(kOther).value("state", "") == "CALL_STATE_ESTABLISHED"; }));
  // An equal call of the user's own finds no room; a higher one takes it.
  EXPECT_NE(phone_->phonectl_text({"call", "1002", "--precedence", "4"}).exit_code, 0);
  ASSERT_EQ(phone_->phonectl_text({"call", "1002", "--precedence", "5"}).exit_code, 0);
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return call_with(kOther).value("endedBy", "") == "preempted by a call of precedence flash override";
  })) << call_with(kOther).dump(1);
  EXPECT_TRUE(rig::poll_until(
      kPatience,
      [&] {
        const auto all = lab_->events();
        return std::count_if(all.begin(), all.end(), [](const json& one) {
                 return one.value("event", "") == "call" && one.value("state", "") == "ended" &&
                        absl::StrContains(one.value("reason", ""), "preemption ;cause=1");
               }) == 2;
      },
      absl::Milliseconds(200)));
  EXPECT_TRUE(
      rig::poll_until(kPatience, [&] { return call_with("1002").value("state", "") == "CALL_STATE_ESTABLISHED"; }));
  // The network preempts that one.
  ASSERT_TRUE(rig::Lab::order(*stage_, "preempt").ok());
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    return absl::StrContains(call_with("1002").value("endedBy", ""), "Network Preemption");
  })) << call_with("1002").dump(1);
}

class F74_F77_Precedence_Lab : public F77_Precedence_Lab {};

TEST_F(F74_F77_Precedence_Lab, AnEqualCallEndsNothingAndItsSoundHasItsMark) {
  serve(mlpp({"--resource-priority", "1002=dsn.flash", "--resource-priority", "1003=dsn-000000.6"}));
  auto first = ring_up(absl::Minutes(3));
  ASSERT_TRUE(first.ok()) << first.status();
  (void)phone_->phonectl_text({"hangup"});
  ASSERT_TRUE(rig::poll_until(
      kPatience,
      [&] {
        return phone_->phonectl_text({"call", "1002", "--precedence", "4"}).exit_code == 0;
      },
      absl::Milliseconds(500)));
  ASSERT_TRUE(status_becomes(has_call, kPatience));
  const json said = wait_for("precedence", [](const json& one) { return one.value("number", "") == "1001"; });
  EXPECT_EQ(said.value("value", ""), "dsn-000000.6");
  // Flash has a mark of its own, signalling that of the configuration.
  auto captured =
      rig::run({.argv = phone_->beside() + std::vector<std::string>{"python3", "-c", kCapture, "21", rig::Lab::kAddress,
                                                                    "10.77.0.2", kOtherAddress}},
               absl::Seconds(60));
  ASSERT_TRUE(captured.ok()) << captured.status();
  std::istringstream lines(captured->output);
  size_t sound = 0, signalling = 0;
  std::string protocol;
  for (unsigned dscp = 0, packets = 0; lines >> protocol >> dscp >> packets;) {
    EXPECT_EQ(dscp, protocol == "udp" ? 7U : 26U) << captured->output;
    (protocol == "udp" ? sound : signalling) += packets;
  }
  EXPECT_GT(sound, 500U);
  EXPECT_GT(signalling, 0U);
  auto other = other_far_end();
  ASSERT_TRUE(other.has_value());
  ASSERT_TRUE(calls_until(*other, [&] {
    for (const json& one : lab_->events()) {
      if (one.value("event", "") == "precedence" && one.value("number", "") == kOther) return true;
    }
    return false;
  }));
  absl::SleepFor(absl::Seconds(2));
  EXPECT_TRUE(has_call(status())) << "never of an equal or higher one";
  EXPECT_TRUE(call_with(kOther).empty()) << call_with(kOther).dump();
}

TEST_F(F77_Precedence_Lab, AnUnknownNamespaceThatIsRequiredIsRefused) {
  serve(mlpp({"--resource-priority", "1003=xyz.9", "--require-priority"}));
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60)));
  auto other = other_far_end();
  ASSERT_TRUE(other.has_value());
  ASSERT_TRUE(calls_until(*other, [&] {
    for (const json& one : lab_->events()) {
      if (one.value("event", "") == "call" && one.value("state", "") == "ended") return true;
    }
    return false;
  }));
  const json ended = wait_for("call", [](const json& one) { return one.value("state", "") == "ended"; });
  EXPECT_TRUE(absl::StrContains(ended.dump(), "417")) << ended.dump();
  EXPECT_TRUE(call_with(kOther).empty());
}

struct Refusal {
  const char *order, *words;
};
class F77_Refusals_Lab : public F77_Precedence_Lab, public ::testing::WithParamInterface<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Scenario14, F77_Refusals_Lab,
                         ::testing::Values(Refusal{"417", "does not know the precedence"},
                                           Refusal{"420", "does not serve resource-priority"},
                                           Refusal{"488 370", "not enough bandwidth"}));

TEST_P(F77_Refusals_Lab, AreSaidInWords) {
  serve(mlpp({"--refuse-calls", GetParam().order}));
  ASSERT_TRUE(phone_->power_on().ok());
  ASSERT_TRUE(becomes_registered(absl::Seconds(60)));
  EXPECT_TRUE(rig::poll_until(kPatience, [&] {
    (void)phone_->phonectl_text({"call", "1002", "--precedence", "priority"});
    return rig::poll_until(absl::Seconds(2),
                           [&] { return absl::StrContains(call_with("1002").value("endedBy", ""), GetParam().words); });
  })) << call_with("1002").dump(1);
}

}  // namespace
}  // namespace phone::system
