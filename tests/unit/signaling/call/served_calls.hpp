// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {

// A registered phone before a call manager that answers as each test says, in virtual time.
class ServedCalls : public testing::Test {
 protected:
  static constexpr char kSuite[] = "AEAD_AES_256_GCM";

  void SetUp() override { start(test_settings()); }
  void start(const Settings& settings) {
    phone.agent.configure(settings, phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_TRUE(phone.agent.view().registered);
  }
  std::vector<std::string> serve(FlowId, const Message& request) {
    requests.push_back(request);
    if (auto found = answers.find(request.method); found != answers.end()) return found->second(request);
    if (request.method == "REGISTER") return {answer_to(request, 200, {{"Expires", "120"}})};
    if (request.method == "INVITE") return {far_answer(request)};
    return {answer_to(request, 200)};
  }
  // As far as the INVITE that leaves.
  void dial() {
    ASSERT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    ASSERT_TRUE(phone.settle());
    invite = last("INVITE");
  }
  // The last request of this method that has left; an empty message when there was none.
  Message last(const std::string& method) const {
    for (size_t i = requests.size(); i > 0; --i) {
      if (requests[i - 1].method == method) return requests[i - 1];
    }
    return {};
  }
  size_t count(const std::string& method) const {
    return static_cast<size_t>(
        std::count_if(requests.begin(), requests.end(), [&](const Message& one) { return one.method == method; }));
  }
  static std::string offer() {
    LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
    far.crypto = {{1, kSuite, crypto::Secret(std::string(*key_length(kSuite), 'k'))}};
    return write_offer(far);
  }
  // An INVITE of the far end, or what belongs to it.
  Message incoming(const std::string& method = "INVITE", std::vector<HeaderField> extra = {},
                   const std::string& id = "in") const {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:phone@192.0.2.99:40000";
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK", id, method == "ACK" ? "-ack" : ""));
    message.add("From", "<sip:1003@cucm1>;tag=caller").add("To", "<sip:2222@cucm1>");
    message.add("Call-ID", cat(id, "@cucm1")).add("CSeq", cat("1 ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:1003@192.0.2.1:5061;transport=tls>");
    for (HeaderField& field : extra) message.fields.push_back(std::move(field));
    if (method == "INVITE") {
      message.add("Content-Type", "application/sdp");
      message.body = offer();
    }
    return message;
  }
  // Rings here; the phone's 180.
  Message rings(std::vector<HeaderField> extra = {}, const std::string& id = "in") {
    const size_t streams = phone.world.streams.size();
    hear(incoming("INVITE", std::move(extra), id));
    if (phone.world.streams.size() == streams) return said.empty() ? Message{} : said.back();
    phone.agent.stream_opened(phone.world.streams.back().first, 24010, phone.now);
    const Message ringing = FakeUserAgentPort::read(phone.world.sent.back().second);
    EXPECT_TRUE(phone.settle());
    own_tag = ringing.to_tag();
    return ringing;
  }
  // A request of the caller in the dialog that rings() has made.
  Message of_caller(const std::string& method, uint32_t cseq, std::vector<HeaderField> extra = {},
                    const std::string& body = "") {
    Message message = incoming(method, std::move(extra));
    for (HeaderField& field : message.fields) {
      if (field.name == "Via") field.value = cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKcaller", cseq, method);
      if (field.name == "To") field.value += cat(";tag=", own_tag);
      if (field.name == "CSeq") field.value = cat(cseq, " ", method);
    }
    if (method == "INVITE") message.fields.pop_back();
    message.body = body;
    return message;
  }
  // A request of the called far end in the dialog of dial().
  Message of_called(const std::string& method, uint32_t cseq, std::vector<HeaderField> extra = {},
                    const std::string& body = "") const {
    Message message = far_request(method, cseq, invite);
    for (HeaderField& field : extra) message.fields.push_back(std::move(field));
    message.body = body;
    return message;
  }
  // The far end says it; the first thing that the phone says to that, an empty message when it says nothing.
  Message hear(const Message& message) { return hear(write(message)); }
  Message hear(const std::string& bytes) {
    said = phone.hear(bytes);
    return said.empty() ? Message{} : said.front();
  }
  // The last thing that the phone says to it, as after 100.
  Message said_last(const Message& message) {
    hear(message);
    return said.empty() ? Message{} : said.back();
  }
  CallView call() { return phone.agent.view().calls.at(0); }
  CallView last_call() { return phone.agent.view().calls.back(); }
  void media_hears(uint64_t packets) {
    StreamReport report{call().stream, true, true, packets, packets, kSuite, kSuite, "PCMU", true};
    phone.agent.stream_facts("a", {report}, phone.now);
  }

  std::map<std::string, std::function<std::vector<std::string>(const Message&)>> answers;
  std::vector<Message> requests, said;
  Message invite;
  std::string own_tag;
  ServedPhone phone{[this](FlowId flow, const Message& request) { return serve(flow, request); }};
};

}  // namespace phone::signaling
