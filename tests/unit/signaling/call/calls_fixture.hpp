// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "services/signaling/sdp/sdp.hpp"
#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {

// A registered phone and the far end of its calls.
class Calls_ : public testing::Test {
 protected:
  static constexpr char kEncrypted[] = "<urn:x-cisco-remotecc:callinfo>;security=Encrypted;orientation=to";

  void SetUp() override { start(test_settings()); }
  void start(Settings settings) {
    agent.configure(settings, now);
    agent.flow_up(world.opened.back().first, test_facts(), now);
    receive(answer_to(world.next(), 200, {{"Expires", "120"}}));
  }
  void receive(const std::string& bytes) { agent.flow_message(world.opened.back().first, bytes, now); }
  CallView call() { return agent.view().calls.at(0); }

  // The far end's side of SDP: the line of that suite, with its own key.
  static std::string far_sdp(const std::string& suite, uint32_t tag, char key = 'k',
                             const std::string& direction = "sendrecv") {
    LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
    if (!suite.empty()) far.crypto = {{tag, suite, crypto::Secret(std::string(*key_length(suite), key))}};
    std::string text = write_offer(far);
    return text.substr(0, text.rfind("a=")) + "a=" + direction + "\r\n";
  }
  // As far as the INVITE that leaves.
  Message dialled() {
    EXPECT_TRUE(agent.dial("1002", now).ok());
    agent.stream_opened(world.streams.back().first, 24000, now);
    return world.next();
  }
  Message established(const std::string& level = kEncrypted, const std::string& allow = "UPDATE") {
    Message invite = dialled();
    receive(answer_to(invite, 180));
    receive(answer_to(invite, 200,
                      {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"},
                       {"Allow", allow},
                       {"Call-Info", level},
                       {"Content-Type", "application/sdp"}},
                      far_sdp("AEAD_AES_256_GCM", 1)));
    Message ack = world.next();
    EXPECT_EQ(ack.method, "ACK");
    return invite;
  }
  void media_says(bool sending, bool receiving) {
    agent.stream_facts("a",
                       {{.stream = world.streams.back().first,
                         .sending_encrypted = sending,
                         .receiving_encrypted = receiving,
                         .packets_sent = 10,
                         .packets_received = 10,
                         .transmit_suite = "AEAD_AES_256_GCM",
                         .receive_suite = "AEAD_AES_256_GCM",
                         .codec = "PCMU",
                         .has_user = !world.settings.empty() && world.settings.back().has_user}},
                       now);
  }
  std::string request(const std::string& method, uint32_t cseq, const Message& invite,
                      std::vector<HeaderField> extra = {}, std::string body = "") {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:phone@192.0.2.99:40000";
    message.add("Via",
                cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKfar", cseq, method == "ACK" ? "INVITE-ack" : method));
    message.add("From", cat("<sip:1002@cucm1>;tag=server-tag"))
        .add("To", cat("<sip:2222@cucm1>;tag=", invite.from_tag()));
    message.add("Call-ID", invite.call_id).add("CSeq", cat(cseq, " ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
    for (HeaderField& field : extra) message.fields.push_back(field);
    message.body = std::move(body);
    return write(message);
  }
  std::string incoming(std::string sdp) {
    Message message;
    message.is_request = true;
    message.method = "INVITE";
    message.uri = "sip:2222@192.0.2.99:40000";
    message.add("Via", "SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKin").add("From", "\"Far\" <sip:1002@cucm1>;tag=far");
    message.add("To", "<sip:2222@cucm1>")
        .add("Call-ID", "in@cucm1")
        .add("CSeq", "101 INVITE")
        .add("Max-Forwards", "70");
    message.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>").add("Call-Info", kEncrypted);
    if (!sdp.empty()) message.add("Content-Type", "application/sdp");
    message.body = std::move(sdp);
    return write(message);
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{std::chrono::seconds(1000)};
};

}  // namespace phone::signaling
