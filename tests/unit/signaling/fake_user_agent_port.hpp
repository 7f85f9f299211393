// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/validator.hpp"
#include "services/signaling/ua/user_agent.hpp"
#include "services/signaling/ua/user_agent_port.hpp"

namespace phone::signaling {

// A world that writes down what it is asked, and a clock that is moved.
class FakeUserAgentPort : public UserAgentPort {
 public:
  void open_flow(FlowId flow, const Target& target) override { opened.push_back({flow, target}); }
  void close_flow(FlowId flow) override { closed.push_back(flow); }
  void report_identity_use(FlowId flow, const IdentityUse& use) override { identity_uses.push_back({flow, use}); }
  void send(FlowId flow, std::string bytes) override { sent.push_back({flow, std::move(bytes)}); }
  void open_stream(const std::string& stream, const std::string& address) override {
    streams.push_back({stream, address});
  }
  void configure_stream(const StreamSetting& setting) override { settings.push_back(setting); }
  void close_stream(const std::string& stream) override { closed_streams.push_back(stream); }
  void send_digits(const std::string& stream, const crypto::Secret& digits,
                   std::function<void(const absl::Status&)> done) override {
    keys.push_back({stream, std::string(digits.view())});
    done(absl::OkStatus());
  }
  void play_tone(Tone tone, const std::string& stream) override {
    tones.push_back(tone);
    tone_streams.push_back(stream);
  }
  void report(std::string kind, Severity, std::string text, Detail) override { reports.push_back(kind + ": " + text); }
  void save(std::string text) override { record = std::move(text); }
  void save_alarm(std::string text) override { alarm = std::move(text); }
  std::string random_bytes(size_t count) override {
    std::string bytes(count, '\0');
    for (char& c : bytes) c = static_cast<char>(++random_);
    return bytes;
  }
  std::chrono::system_clock::time_point wall() override { return {}; }

  // The next request or response that was sent and not looked at yet; an empty message when there is none.
  Message next() {
    if (seen_ == sent.size()) return {};
    last_flow = sent[seen_].first;
    return read(sent[seen_++].second);
  }
  bool quiet() const { return seen_ == sent.size(); }
  static Message read(const std::string& bytes) {
    Judged judged = read_message(bytes);
    return std::move(judged.message);
  }

  std::vector<std::pair<FlowId, Target>> opened;
  std::vector<FlowId> closed;
  std::vector<std::pair<FlowId, IdentityUse>> identity_uses;
  std::vector<std::pair<FlowId, std::string>> sent;
  std::vector<std::pair<std::string, std::string>> streams;
  std::vector<StreamSetting> settings;
  std::vector<std::string> closed_streams;
  std::vector<Tone> tones;
  std::vector<std::string> tone_streams;  // of each of them
  std::vector<std::pair<std::string, std::string>> keys;
  std::vector<std::string> reports;
  std::string record, alarm;
  FlowId last_flow = 0;

 private:
  size_t seen_ = 0;
  unsigned char random_ = 0;
};

inline Settings test_settings(size_t servers = 1) {
  Settings settings;
  settings.complete = true;
  settings.device_name = "SEP0A1B2C3D4E5F";
  for (size_t i = 0; i < servers; ++i)
    settings.targets.push_back({cat("cucm", i + 1), cat("192.0.2.", i + 1), 5061, true, false, false});
  settings.directory_number = "2222";
  settings.auth_name = "2222";
  settings.codecs = {"PCMU", "opus"};
  settings.suites = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"};
  return settings;
}

inline FlowFacts test_facts() {
  return {"192.0.2.99:40000", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "LSC", "CN=cucm1", "ITL"};
}

// The answer to a request, as a server on the other end would write it.
inline std::string answer_to(const Message& request, int status, std::vector<HeaderField> extra = {},
                             std::string body = "") {
  Message response = make_response(request, status, "", "server-tag");
  for (HeaderField& field : extra) response.fields.push_back(std::move(field));
  response.body = std::move(body);
  return write(response);
}

}  // namespace phone::signaling
