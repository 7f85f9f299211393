// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F20: what the far end plays before it answers is heard, in the directions that it says, and the ringback tone stops.
#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

constexpr char kEarlySuite[] = "AEAD_AES_256_GCM";

class F20_EarlyMedia : public Calls_ {
 protected:
  void SetUp() override {
    Calls_::SetUp();
    invite = dialled();
  }
  std::string provisional(int status, const std::string& sdp = "", const std::string& tag = "server-tag") {
    Message response = make_response(invite, status, "", tag);
    if (!sdp.empty()) response.add("Content-Type", "application/sdp");
    response.body = sdp;
    return write(response);
  }
  std::string accepted(const std::string& sdp, const std::string& tag = "server-tag") {
    Message response = make_response(invite, 200, "", tag);
    response.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>").add("Allow", "UPDATE");
    if (!sdp.empty()) response.add("Content-Type", "application/sdp");
    response.body = sdp;
    return write(response);
  }
  static std::string elsewhere(std::string sdp) {
    for (size_t at = 0; (at = sdp.find("192.0.2.200")) != std::string::npos;) sdp.replace(at, 11, "192.0.2.201");
    return sdp;
  }
  size_t rings() const {
    return static_cast<size_t>(std::count(world.tones.begin(), world.tones.end(), Tone::kRingback));
  }
  const StreamSetting& stream() const { return world.settings.back(); }

  Message invite;
};

TEST_F(F20_EarlyMedia, A183WithKeysIsHeardInPlaceOfTheTone) {
  receive(provisional(180));
  ASSERT_EQ(world.tones, std::vector<Tone>{Tone::kRingback});
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  ASSERT_EQ(world.settings.size(), 1u);
  EXPECT_EQ(stream().remote_address, "192.0.2.200");
  EXPECT_EQ(stream().receive.suite, kEarlySuite);
  EXPECT_EQ(stream().direction, Direction::kSendReceive);
  EXPECT_TRUE(stream().has_user);
  EXPECT_EQ(world.tones.back(), Tone::kNone);
  EXPECT_EQ(call().state, CallState::kRingingOut);
  receive(provisional(180));
  EXPECT_EQ(rings(), 1u) << "the far end is heard still";
  receive(accepted(far_sdp(kEarlySuite, 1)));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(stream().transmit.key_salt, world.settings.front().transmit.key_salt);
}

TEST_F(F20_EarlyMedia, GoesInTheDirectionsThatItSays) {
  receive(provisional(183, far_sdp(kEarlySuite, 1, 'k', "sendonly")));
  EXPECT_EQ(stream().direction, Direction::kReceiveOnly);
  EXPECT_EQ(rings(), 0u);
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  EXPECT_EQ(stream().direction, Direction::kSendReceive);
}

TEST_F(F20_EarlyMedia, OneThatIsNotHeardLeavesTheTone) {
  receive(provisional(183, far_sdp(kEarlySuite, 1, 'k', "inactive")));
  receive(provisional(180));
  EXPECT_EQ(rings(), 1u);
}

TEST_F(F20_EarlyMedia, OfOneThatOnlyRingsTheToneStopsWithTheFirstPacket) {
  receive(provisional(180, far_sdp(kEarlySuite, 1)));
  EXPECT_EQ(world.settings.size(), 1u);
  EXPECT_EQ(world.tones, std::vector<Tone>{Tone::kRingback});
  media_says(true, true);
  EXPECT_EQ(world.tones.back(), Tone::kNone);
  receive(provisional(180));
  EXPECT_EQ(rings(), 1u);
}

TEST_F(F20_EarlyMedia, IsReadFromAMultipart) {
  Message response = make_response(invite, 183, "", "server-tag");
  response.add("Content-Type", "Multipart/Mixed; boundary=\"a b\"");
  response.body = cat("--a b\r\nContent-Type: text/plain\r\n\r\nx\r\n--a b\r\nContent-Type: application/sdp\r\n\r\n",
                      far_sdp(kEarlySuite, 1), "\r\n--a b--\r\n");
  receive(write(response));
  EXPECT_EQ(world.settings.size(), 1u);
}

TEST_F(F20_EarlyMedia, OneThatCannotBeUsedIsNamedAndTheCallRings) {
  receive(provisional(183, far_sdp("", 0)));
  EXPECT_TRUE(world.settings.empty());
  EXPECT_NE(world.reports.back().find("this phone requires SRTP"), std::string::npos) << world.reports.back();
  EXPECT_EQ(rings(), 1u);
  EXPECT_EQ(call().state, CallState::kRingingOut);
}

TEST_F(F20_EarlyMedia, MediaThatRefusesItLeavesTheToneAndTheCall) {
  world.media_says = absl::InvalidArgumentError("remote_address: it is somewhere");
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  receive(provisional(180));
  EXPECT_EQ(rings(), 1u);
  world.media_says = absl::OkStatus();
  receive(accepted(far_sdp(kEarlySuite, 1)));
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F20_EarlyMedia, OfSeveralThatRingTheFirstThatIsHeardStays) {
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  receive(provisional(183, elsewhere(far_sdp(kEarlySuite, 1, 'x')), "fork"));
  ASSERT_EQ(world.settings.size(), 1u);
  EXPECT_EQ(stream().remote_address, "192.0.2.200");
}

// The key that was offered is known to whoever was heard: the one that answers gets its own.
TEST_F(F20_EarlyMedia, AnotherThatAnswersIsOfferedFreshKeys) {
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  const std::string shown(stream().transmit.key_salt.view());
  receive(accepted(elsewhere(far_sdp(kEarlySuite, 1, 'x')), "fork"));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(world.next().method, "ACK");
  const Message again = world.next();
  ASSERT_EQ(again.method, "INVITE");
  const auto offered = parse_sdp(again.body);
  for (const CryptoLine& line : offered->media.front().crypto) EXPECT_NE(line.key_salt.view(), shown);
  EXPECT_EQ(stream().direction, Direction::kInactive) << "nothing goes to either of them meanwhile";
  receive(answer_to(again, 200, {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", "application/sdp"}},
                    elsewhere(far_sdp(kEarlySuite, 1, 'x'))));
  EXPECT_EQ(stream().remote_address, "192.0.2.201");
  EXPECT_EQ(stream().direction, Direction::kSendReceive);
  EXPECT_NE(stream().transmit.key_salt.view(), shown);
  EXPECT_EQ(call().state, CallState::kEstablished);
}

TEST_F(F20_EarlyMedia, TheAnswerMayHaveAnotherDirection) {
  receive(provisional(183, far_sdp(kEarlySuite, 1, 'k', "sendonly")));
  receive(accepted(far_sdp(kEarlySuite, 1)));
  EXPECT_EQ(stream().direction, Direction::kSendReceive);
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_TRUE(world.next().method == "ACK" && world.quiet());
}

TEST_F(F20_EarlyMedia, AnAnswerWithoutADescriptionIsTheEarlyOne) {
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  receive(accepted(""));
  EXPECT_EQ(call().state, CallState::kEstablished);
  EXPECT_EQ(stream().direction, Direction::kSendReceive);
}

TEST_F(F20_EarlyMedia, AnAnswerThatCannotBeUsedEndsTheCall) {
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  receive(accepted(far_sdp("", 0)));
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(call().ended_by, "media: the far end answered with RTP, and this phone requires SRTP");
}

TEST_F(F20_EarlyMedia, EndsWithTheCall) {
  receive(provisional(183, far_sdp(kEarlySuite, 1)));
  receive(provisional(486));
  EXPECT_EQ(call().state, CallState::kEnded);
  EXPECT_EQ(world.closed_streams.size(), 1u);
  EXPECT_EQ(world.tones.back(), Tone::kBusy);
}

}  // namespace
}  // namespace phone::signaling
