// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// With a call up, 3,000 messages that were changed at random leave the call, the registration and the memory as they
// were (F81).
#include <malloc.h>

#include <random>

#include "tests/unit/signaling/call/served_calls.hpp"

namespace phone::signaling {
namespace {

class F81_MutatedMessages : public ServedCalls {
 protected:
  static constexpr uint32_t kSeed = 20261129;

  // What the call manager says in a day, of which none may end the call: BYE is not among it, nor an answer of 481.
  std::vector<std::string> seeds() {
    std::vector<std::string> all;
    for (const char* method : {"UPDATE", "OPTIONS", "INFO", "NOTIFY", "REFER", "SUBSCRIBE", "PRACK"})
      all.push_back(
          write(of_called(method, 0, {{"Event", "refer"}, {"Refer-To", "cid:1@cucm1"}, {"RAck", "1 1 INVITE"}})));
    for (const char* method : {"OPTIONS", "NOTIFY", "REFER", "CANCEL", "REGISTER", "SUBSCRIBE"})
      all.push_back(write(incoming(method, {{"Event", "presence"}, {"Refer-To", "<sip:1@cucm1>"}})));
    all.push_back(write(incoming("INVITE", {{"Session-Expires", "1800"}, {"Supported", "timer, 100rel"}})));
    all.push_back(write(incoming("INVITE", {{"Expires", "1"}, {"Require", "100rel"}})));
    all.push_back(write(incoming("INVITE", {{"Join", "a@b;to-tag=1;from-tag=2"}, {"Record-Route", "<sip:a;lr>"}})));
    all.push_back(answer_to(invite, 183, {{"RSeq", "1"}, {"Require", "100rel"}}));
    all.push_back(answer_to(last("REGISTER"), 200, {{"Expires", "120"}}));
    all.push_back(far_answer(invite));
    return all;
  }
  std::string mutated(std::string bytes) {
    static constexpr std::string_view kBytes("\0\r\n\t \";<>=,@:%\\0129azAZ\x7f\x80\xff", 27);
    for (uint32_t changes = 1 + random() % 4; changes > 0; --changes) {
      const size_t at = random() % bytes.size(), length = std::min<size_t>(random() % 40, bytes.size() - at);
      switch (random() % 6) {
        case 0:
          bytes[at] = kBytes[random() % kBytes.size()];
          break;
        case 1:
          bytes.erase(at, length);
          break;
        case 2:
          bytes.insert(at, bytes.substr(random() % bytes.size(), length));
          break;
        case 3:
          bytes.insert(at, std::string(random() % 300, kBytes[random() % kBytes.size()]));
          break;
        case 4:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
          break;
        case 5:
          bytes.insert(bytes.find("\r\n") == std::string::npos ? 0 : bytes.find("\r\n") + 2,
                       bytes.substr(at, length) + "\r\n");
          break;
      }
      if (bytes.empty()) bytes = "x";
    }
    return bytes;
  }
  uint32_t random() { return static_cast<uint32_t>(engine_()); }
  // Calls that mutated INVITEs have made, and what they left, have their time to end.
  void hang_up_others(const std::string& own) {
    for (const CallView& one : phone.agent.view().calls) {
      if (one.call != own && one.state != CallState::kEnded) std::ignore = phone.agent.hang_up(one.call, phone.now);
    }
    ASSERT_TRUE(phone.settle());
  }

 private:
  std::mt19937 engine_{kSeed};
};

TEST_F(F81_MutatedMessages, LeaveTheCallAndTheMemoryAsTheyWere) {
  dial();
  ASSERT_EQ(call().state, CallState::kEstablished);
  const std::string own = call().call;
  const auto messages = seeds();
  size_t used_after_first = 0;
  for (int i = 0; i < 3000; ++i) {
    media_hears(static_cast<uint64_t>(i));
    phone.agent.flow_message(phone.world.opened.back().first, mutated(messages[random() % messages.size()]), phone.now);
    ASSERT_TRUE(phone.pass(Milliseconds(20))) << i;
    if (i % 50 == 0) hang_up_others(own);
    // The fake's own records are not the phone's memory.
    requests.clear();
    requests.shrink_to_fit();
    phone.asked.clear();
    phone.world.forget();
    ASSERT_EQ(call().call, own);
    ASSERT_EQ(call().state, CallState::kEstablished) << i << ": " << call().ended_by;
    if (i == 999) used_after_first = mallinfo2().uordblks;
  }
  hang_up_others(own);
  ASSERT_TRUE(phone.pass(std::chrono::seconds(40)));
  phone.world.forget();
  EXPECT_LT(mallinfo2().uordblks, used_after_first + 256 * 1024);
  EXPECT_TRUE(phone.agent.view().registered);
  EXPECT_TRUE(call().has_user);
  ASSERT_TRUE(phone.agent.hang_up(own, phone.now).ok());
  EXPECT_EQ(call().state, CallState::kEnded);
}

}  // namespace
}  // namespace phone::signaling
