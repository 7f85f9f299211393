// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fake_user_agent_port.hpp"

namespace phone::signaling {

// A user agent before servers that answer at once: virtual time moves from deadline to deadline, and every connection
// that is asked for stands.
class ServedPhone {
 public:
  // The answers to one request; none is silence.
  using Serve = std::function<std::vector<std::string>(FlowId, const Message&)>;

  explicit ServedPhone(
      Serve serve, StateObserver observer = [](const StateChange&) {})
      : agent(world, std::move(observer)), serve_(std::move(serve)) {}

  FakeUserAgentPort world;
  UserAgent agent;
  TimePoint now{std::chrono::seconds(1000)};
  bool connects = true;
  std::vector<std::pair<TimePoint, std::string>> asked;  // the method of every request that left, but ACK

  // Until nothing is left to answer at this moment; false when that has no end.
  bool settle() {
    for (int rounds = 0; rounds < 2000; ++rounds) {
      bool moved = false;
      for (; connects && connected_ < world.opened.size(); moved = true)
        agent.flow_up(world.opened[connected_++].first, test_facts(), now);
      for (Message sent = world.next(); !sent.method.empty() || sent.status != 0; sent = world.next(), moved = true) {
        if (!sent.is_request) continue;
        const FlowId flow = world.last_flow;
        if (sent.method != "ACK") asked.push_back({now, sent.method});
        if (sent.method == "ACK") continue;
        for (const std::string& bytes : serve_(flow, sent)) agent.flow_message(flow, bytes, now);
      }
      if (!moved) return true;
    }
    return false;
  }
  bool pass(Milliseconds time) {
    const TimePoint end = now + time;
    if (!settle()) return false;
    for (int steps = 0; steps < 100'000; ++steps) {
      const auto due = agent.deadline();
      if (!due.has_value() || *due > end) break;
      now = std::max(now + Milliseconds(1), *due);  // the actor's timer has 1 ms
      agent.on_time(now);
      if (!settle()) return false;
    }
    now = end;
    agent.on_time(now);
    return settle();
  }
  // The server says these bytes; all the phone says to them.
  std::vector<Message> hear(const std::string& bytes) {
    const size_t from = world.sent.size();
    agent.flow_message(world.opened.back().first, bytes, now);
    std::vector<Message> said;
    for (size_t i = from; i < world.sent.size(); ++i) said.push_back(FakeUserAgentPort::read(world.sent[i].second));
    EXPECT_TRUE(settle());
    return said;
  }
  // Requests within the last `time`, of one method or of all.
  size_t asked_within(Milliseconds time, const std::string& method = "") const {
    size_t count = 0;
    for (const auto& [at, what] : asked) count += at > now - time && (method.empty() || what == method);
    return count;
  }

 private:
  Serve serve_;
  size_t connected_ = 0;
};

inline Settings with_password() {
  Settings settings = test_settings();
  settings.auth_password = crypto::Secret::copy_of("secret-2222");
  return settings;
}

inline HeaderField challenge_with(const std::string& nonce, bool stale = false, bool proxy = false) {
  return {proxy ? "Proxy-Authenticate" : "WWW-Authenticate",
          cat("Digest realm=\"ccmsipline\", nonce=\"", nonce, "\", qop=\"auth\", algorithm=SHA-256",
              stale ? ", stale=true" : "")};
}

// The nonce a request was authorized with; empty without one.
inline std::string nonce_of(const Message& request, const char* field = "Authorization") {
  const std::string value = request.field(field).value_or("");
  const size_t at = value.find("nonce=\"");
  return at == std::string::npos ? "" : value.substr(at + 7, value.find('"', at + 7) - at - 7);
}

// A request of the far end in the dialog of the phone's INVITE, without a body.
inline Message far_request(const std::string& method, uint32_t cseq, const Message& invite) {
  Message message;
  message.is_request = true;
  message.method = method;
  message.uri = "sip:phone@192.0.2.99:40000";
  message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKfar", cseq, method));
  message.add("From", "<sip:1002@cucm1>;tag=server-tag").add("To", cat("<sip:2222@cucm1>;tag=", invite.from_tag()));
  message.add("Call-ID", invite.call_id).add("CSeq", cat(cseq, " ", method)).add("Max-Forwards", "70");
  message.add("Contact", "<sip:1002@192.0.2.1:5061;transport=tls>");
  return message;
}

inline std::string far_answer(const Message& invite, const std::string& suite = "AEAD_AES_256_GCM", char key = 'k',
                              const std::string& address = "192.0.2.200") {
  LocalSession far{address, 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
  far.crypto = {{1, suite, crypto::Secret(std::string(*key_length(suite), key))}};
  return answer_to(invite, 200,
                   {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"},
                    {"Allow", "UPDATE"},
                    {"Content-Type", "application/sdp"}},
                   write_offer(far));
}

}  // namespace phone::signaling
