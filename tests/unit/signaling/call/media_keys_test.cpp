// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F20: where keys may be and where sound may be in clear.
#include <gtest/gtest.h>

#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

using F20_MediaKeys = Calls_;

// The far end's word alone lowers nothing: the policy has to allow it too.
TEST_F(F20_MediaKeys, ClearSoundNeedsThePolicyAndTheFarEnd) {
  const auto offered = [&](bool allowed, bool supported, const std::string& name) {
    Settings settings = test_settings();
    settings.fallback_allowed = allowed;
    agent.configure(settings, now);
    std::string invite = incoming(far_sdp("", 0));
    for (const std::string own : {"in@cucm1", "z9hG4bKin"}) invite.replace(invite.find(own), own.size(), name);
    if (supported) invite.insert(invite.find("Max-Forwards"), "Supported: X-cisco-srtp-fallback\r\n");
    receive(invite);
    EXPECT_EQ(world.next().status, 100);
    return world.next().status;
  };
  EXPECT_EQ(offered(false, true, "z9hG4bK-not-allowed"), 488);
  EXPECT_EQ(offered(true, false, "z9hG4bK-not-supported"), 488);
  EXPECT_TRUE(world.streams.empty());
  EXPECT_EQ(offered(true, true, "z9hG4bK-both"), 0);
  EXPECT_EQ(world.streams.size(), 1u);
}

// SDES keys stand in a message as they are.
TEST_F(F20_MediaKeys, NoKeyIsInAMessageThatTlsDoesNotProtect) {
  FakeUserAgentPort port;
  UserAgent phone(port);
  Settings settings = test_settings();
  settings.targets[0].tls = false;
  ASSERT_TRUE(settings.encrypted_media);
  FlowFacts facts = test_facts();
  facts.tls_version = facts.cipher_suite = "";
  phone.configure(settings, now);
  phone.flow_up(port.opened.back().first, facts, now);
  phone.flow_message(port.opened.back().first, answer_to(port.next(), 200, {{"Expires", "120"}}), now);
  ASSERT_TRUE(phone.dial("1002", now).ok());
  phone.stream_opened(port.streams.back().first, 24000, now);
  const Message invite = port.next();
  ASSERT_EQ(invite.method, "INVITE");
  EXPECT_NE(invite.body.find("m=audio 24000 RTP/AVP"), std::string::npos) << invite.body;
  EXPECT_EQ(invite.body.find("crypto"), std::string::npos) << invite.body;
}

}  // namespace
}  // namespace phone::signaling
