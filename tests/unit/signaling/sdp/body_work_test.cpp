// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a message carries besides its structure: session descriptions, multiparts, challenges, Call-Info. None costs
// more than 20 ms at its size limit, in no state of a call.
#include <gtest/gtest.h>

#include <iostream>

#include "services/signaling/sip/bounds.hpp"
#include "services/signaling/sip/digest.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"
#include "tests/unit/signaling/thread_time.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLargestSdp = 64 * 1024;

// `head`, then `line` until `room` is full.
std::string stuffed(std::string head, const std::string& line, size_t room = kLargestSdp) {
  while (head.size() + line.size() <= room) head += line;
  return head;
}

struct Body {
  std::string name, type, text;
};

std::vector<Body> bodies() {
  const std::string session = "v=0\r\no=- 1 1 IN IP4 192.0.2.200\r\ns=-\r\nc=IN IP4 192.0.2.200\r\nt=0 0\r\n";
  const std::string audio = "m=audio 30000 RTP/SAVP 0 8 101\r\n";
  const std::string key = "inline:" + std::string(40, 'A');
  const std::string good = cat(" AES_CM_128_HMAC_SHA1_80 ", key, "\r\n");
  std::string formats = "m=audio 30000 RTP/AVP";
  for (int i = 0; i < 128; ++i) formats += cat(" ", i);
  std::string many_keys = session;
  for (int media = 0; media < 16; ++media) {
    many_keys += audio;
    for (int tag = 1; tag <= 32; ++tag) many_keys += cat("a=crypto:", tag, good);
  }
  const std::string boundary = "--b\r\nContent-Type: application/sdp\r\n\r\n";
  std::vector<Body> all;
  const auto sdp = [&](std::string name, std::string text) {
    all.push_back({std::move(name), "application/sdp", std::move(text)});
  };
  sdp("media lines", stuffed(session, audio));
  sdp("16 media lines with 32 keys each", stuffed(many_keys, "a=x\r\n"));
  sdp("keys of one tag", stuffed(session + audio, "a=crypto:1" + good));
  sdp("keys of unknown suites", stuffed(session + audio, "a=crypto:1 X " + key + "\r\n"));
  sdp("one endless key", stuffed(session + audio + "a=crypto:1 AEAD_AES_256_GCM inline:", "A"));
  sdp("session parameters", stuffed(session + audio + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " + key, " WSH=64"));
  sdp("formats", stuffed(session + formats, " 0"));
  sdp("rtpmap lines", stuffed(session + formats + "\r\n", "a=rtpmap:31 PCMU/8000\r\n"));
  sdp("directions", stuffed(session + audio, "a=sendonly\r\n"));
  sdp("session attributes", stuffed(session, "a=crypto:1" + good));
  sdp("connection lines", stuffed(session + audio, "c=IN IP4 192.0.2.201\r\n"));
  sdp("one endless line", stuffed(session + "a=", "x"));
  sdp("short lines", stuffed(session + audio, "a=\n"));
  sdp("empty lines", stuffed(session + audio, "\n"));
  sdp("carriage returns", stuffed(session + audio, "\r"));
  sdp("foreign bytes", stuffed(session + audio + "a=", "\xe9\xff"));
  for (const std::string& piece : {boundary, std::string("\r\n--"), std::string("application/sdp"), std::string("a"),
                                   std::string("\r\n\r\n"), std::string("\r"), std::string("application/sd")}) {
    all.push_back({cat("multipart of ", piece), "multipart/mixed;boundary=b", stuffed("", piece, kLongestBody)});
    all.push_back({cat("multipart, SDP then ", piece), "multipart/mixed;boundary=b",
                   stuffed(cat(boundary, session, audio), piece, kLongestBody)});
  }
  all.push_back({"multipart of much SDP", "multipart/mixed;boundary=b", cat(boundary, stuffed(many_keys, "a=x\r\n"))});
  return all;
}

class BodyWork : public testing::Test {
 protected:
  void SetUp() override {
    Settings settings = test_settings();
    settings.auth_password = crypto::Secret(std::string("secret"));
    agent.configure(settings, now);
    agent.flow_up(world.opened.back().first, test_facts(), now);
    first_register = world.next();
  }
  void registered() { receive("registered", answer_to(first_register, 200, {{"Expires", "120"}})); }

  void receive(const std::string& shape, const std::string& bytes) {
    const auto work = thread_time([&] { agent.flow_message(world.opened.back().first, bytes, now); });
    EXPECT_LT(work, kMostWork) << shape;
    if (work <= longest) return;
    longest = work;
    longest_shape = shape;
  }
  void TearDown() override { std::cout << "  dearest " << longest.count() << " us: " << longest_shape << "\n"; }

  static std::string request(const std::string& method, int cseq, const std::string& to_tag,
                             std::vector<HeaderField> extra, std::string body) {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:2222@192.0.2.99:40000";
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKwork", cseq))
        .add("From", "<sip:1002@cucm1>;tag=far");
    message.add("To", cat("<sip:2222@cucm1>", to_tag.empty() ? "" : cat(";tag=", to_tag)));
    message.add("Call-ID", to_tag.empty() ? cat("in", cseq, "@cucm1") : "call@cucm1")
        .add("CSeq", cat(cseq, " ", method));
    message.add("Max-Forwards", "70").add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    for (HeaderField& field : extra) message.fields.push_back(std::move(field));
    message.body = std::move(body);
    return write(message);
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{};
  Message first_register;
  Microseconds longest{};
  std::string longest_shape;
};

TEST_F(BodyWork, AsTheOfferOfACallAndInAStandingOne) {
  registered();
  int cseq = 0;
  for (const Body& body : bodies()) {
    receive("offer: " + body.name, request("INVITE", ++cseq, "", {{"Content-Type", body.type}}, body.text));
    for (const CallView& call : agent.view().calls) {
      if (call.state == CallState::kRingingIn) {
        EXPECT_TRUE(agent.hang_up(call.call, now).ok());
      }
    }
  }
  // A call, and then the same as re-INVITE and UPDATE.
  LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
  far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(44, 'k'))}};
  std::string invite = request("INVITE", ++cseq, "", {{"Content-Type", "application/sdp"}}, write_offer(far));
  invite.replace(invite.find(cat("in", cseq, "@cucm1")), cat("in", cseq, "@cucm1").size(), "call@cucm1");
  receive("call", invite);
  agent.stream_opened(world.streams.back().first, 24000, now);
  const auto answered = agent.answer(agent.view().calls.back().call, now);
  ASSERT_TRUE(answered.ok()) << answered.status();
  const std::string tag = FakeUserAgentPort::read(world.sent.back().second).to_tag();
  receive("ACK", request("ACK", cseq, tag, {}, ""));
  for (const Body& body : bodies()) {
    for (const char* method : {"INVITE", "UPDATE"}) {
      const size_t sent = world.sent.size();
      receive(cat(method, ": ", body.name), request(method, ++cseq, tag, {{"Content-Type", body.type}}, body.text));
      EXPECT_GT(world.sent.size(), sent) << "not answered: " << body.name;
      receive("ACK", request("ACK", cseq, tag, {}, body.text));
    }
  }
  EXPECT_EQ(agent.view().calls.back().state, CallState::kEstablished);
}

TEST_F(BodyWork, AsTheAnswerToACall) {
  registered();
  for (const Body& body : bodies()) {
    ASSERT_TRUE(agent.dial("1002", now).ok());
    agent.stream_opened(world.streams.back().first, 24000, now);
    const Message invite = FakeUserAgentPort::read(world.sent.back().second);
    ASSERT_EQ(invite.method, "INVITE");
    receive("answer: " + body.name,
            answer_to(invite, 200, {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", body.type}}, body.text));
    const CallView call = agent.view().calls.back();
    if (call.state != CallState::kEnded) {
      EXPECT_TRUE(agent.hang_up(call.call, now).ok());
    }
  }
}

TEST_F(BodyWork, ABodyOverTheLimitIsReadToItsEndAndRefused) {
  registered();
  receive("body over its limit",
          request("INVITE", 1, "", {{"Content-Type", "application/sdp"}}, std::string(kLongestBody + 1, 'x')));
  EXPECT_TRUE(
      world.sent.back().second.starts_with("SIP/2.0 413 Request Entity Too Large: over 131072 bytes in the body"))
      << world.sent.back().second.substr(0, 80);
  EXPECT_TRUE(agent.view().calls.empty());
}

TEST_F(BodyWork, ChallengesAndCallInfoAtTheirLimits) {
  const std::string pieces[] = {"a=b,",
                                ",",
                                "\"",
                                "\\\"",
                                "a=\"\\\"\",",
                                "nonce=\"x\",",
                                "=",
                                " ",
                                "qop=\"auth,auth\",",
                                "algorithm=\xe9,",
                                "realm=\"\xe9\","};
  for (const std::string& piece : pieces) {
    const std::string value =
        "Digest nonce=\"n\"," + stuffed("", piece, std::min<size_t>(kLongestValue - 100, piece.size() * 100));
    const std::string long_value =
        "Digest nonce=\"" + std::string(kLongestValue - 1000, 'n') + "\"," + stuffed("", piece, 400);
    std::vector<HeaderField> challenges;
    for (int i = 0; i < 7; ++i) challenges.push_back({"WWW-Authenticate", i % 2 == 0 ? value : long_value});
    receive(cat("challenge ", piece), answer_to(first_register, 401, challenges));
    if (!world.quiet()) first_register = FakeUserAgentPort::read(world.sent.back().second);
    const auto alone = thread_time([&] { (void)parse_challenge(stuffed("Digest ", piece), false); });
    EXPECT_LT(alone, kMostWork) << piece;
  }
  registered();
  int cseq = 0;
  for (const std::string& piece :
       {std::string("<urn:x-cisco-remotecc:callinfo>;security=Encrypted,"), std::string(";security=Encrypted"),
        std::string(";\""), std::string("<"), std::string(";isVoip=\"\"")}) {
    const std::string value = "<urn:x-cisco-remotecc:callinfo>" +
                              stuffed("", piece, std::min<size_t>(kLongestValue - 100, piece.size() * 60));
    std::vector<HeaderField> fields(7, {"Call-Info", value});
    receive(cat("Call-Info ", piece), request("OPTIONS", ++cseq, "", fields, ""));
    receive(cat("Call-Info ", piece), request("INVITE", ++cseq, "", fields, bodies().front().text));
  }
}

}  // namespace
}  // namespace phone::signaling
