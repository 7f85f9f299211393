// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The record of calls on flash: what is written is read again, and whatever else is there is harmless.
#include <gtest/gtest.h>

#include "services/signaling/call/call.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

Call standing_call() {
  Call call;
  call.id = "c1";
  call.stream = "s1";
  call.state = SessionState::kEstablished;
  call.incoming = true;
  call.remote_number = "1002";
  call.dialog.call_id = "a%b\nc@host";
  call.dialog.local_tag = "local";
  call.dialog.remote_tag = "remote";
  call.dialog.remote_target = "sip:1002@192.0.2.1";
  call.dialog.routes = {"<sip:one;lr>", "<sip:two;lr>"};
  call.dialog.remote_cseq = 7;
  call.dialog.peer_allows_update = true;
  call.far_end.level = SecurityLevel::kEncrypted;
  return call;
}

TEST(CallRecord, IsReadAsItWasWritten) {
  const auto read = parse_record(write_record({standing_call()}));
  ASSERT_EQ(read.size(), 1u);
  const Call& call = read.front();
  EXPECT_EQ(call.state, SessionState::kPreserved);
  EXPECT_TRUE(call.incoming);
  EXPECT_EQ(call.dialog.call_id, "a%b\nc@host");
  EXPECT_EQ(call.dialog.routes, standing_call().dialog.routes);
  EXPECT_EQ(call.dialog.remote_cseq, 7u);
  EXPECT_TRUE(call.dialog.peer_allows_update);
  EXPECT_EQ(call.far_end.level, SecurityLevel::kEncrypted);
  EXPECT_GT(call.dialog.local_cseq, standing_call().dialog.local_cseq) << "requests may have left since";
}

TEST(CallRecord, HasNoKeyAndNoCallThatIsNotStanding) {
  Call call = standing_call();
  call.local.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'K'))}};
  EXPECT_EQ(write_record({call}).find("KKKK"), std::string::npos);
  call.state = SessionState::kRingingIn;
  EXPECT_EQ(write_record({call}), "");
}

TEST(CallRecord, ACallThatCannotBeFollowedUpIsLeftOut) {
  const std::string whole = write_record({standing_call()});
  for (const char* needed : {"call_id ", "stream ", "remote_target "}) {
    std::string text = whole;
    text.insert(text.find(cat("\n", needed)) + 1, "x");
    EXPECT_TRUE(parse_record(text).empty()) << needed;
  }
}

TEST(CallRecord, RubbishAndTooMuchOfItAreBounded) {
  EXPECT_TRUE(parse_record("").empty());
  EXPECT_TRUE(parse_record("id c1\nstream s1\n").empty()) << "no call has begun";
  std::string many, routes = write_record({standing_call()});
  for (int i = 0; i < 100; ++i) {
    many += write_record({standing_call()});
    routes += "route <sip:more;lr>\n";
  }
  EXPECT_EQ(parse_record(many).size(), 16u);
  EXPECT_EQ(parse_record(routes).front().dialog.routes.size(), 16u);
  EXPECT_EQ(parse_record(cat(write_record({standing_call()}), "far_end 4\n")).front().far_end.level,
            SecurityLevel::kEncrypted)
      << "a level that there is not";
}

}  // namespace
}  // namespace phone::signaling
