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
  void report_date(const std::string& server, std::chrono::sys_seconds date) override {
    dates.push_back({server, date});
  }
  void send(FlowId flow, std::string bytes) override { sent.push_back({flow, std::move(bytes)}); }
  void open_stream(const std::string& stream, const std::string& address) override {
    streams.push_back({stream, address});
  }
  void configure_stream(const StreamSetting& setting, Done done) override {
    settings.push_back(setting);
    if (media_is_asked)
      media_is_asked(setting, std::move(done));
    else
      done(media_says);
  }
  void resolve(const std::string& host, Resolved done) override {
    resolved.push_back(host);
    const auto found = names.find(host);
    if (found == names.end()) return waiting_names.push_back({host, std::move(done)});
    done(found->second);
  }
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
  void select_transducer(AutoAnswer device) override { devices.push_back(device); }
  void save_history(std::string text) override { history = std::move(text); }
  void save_hook(bool off) override { off_hook = off; }
  void save(std::string text) override { record = std::move(text); }
  void fetch_configuration(const std::string& reason, Fetched done) override {
    fetches.push_back({reason, std::move(done)});
  }
  void save_told(std::string text) override { told = std::move(text); }
  void save_alarm(std::string text) override { alarm = std::move(text); }
  void exchange_token(const TokenRequest& request, Exchanged done) override {
    exchanges.push_back({request, std::move(done)});
  }
  void save_authorization(const crypto::Secret& kept) override { authorization = std::string(kept.view()); }
  std::string random_bytes(size_t count) override {
    std::string bytes(count, '\0');
    for (char& c : bytes) c = static_cast<char>(++random_);
    return bytes;
  }
  std::chrono::system_clock::time_point wall() override { return wall_time; }
  std::chrono::system_clock::time_point wall_time{};

  // The next request or response that was sent and not looked at yet; an empty message when there is none.
  Message next() {
    if (seen_ == sent.size()) return {};
    last_flow = sent[seen_].first;
    return read(sent[seen_++].second);
  }
  // Everything that was written down, but what has not been looked at yet.
  void forget() {
    sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(seen_));
    seen_ = 0;
    for (auto* list : {&reports, &closed_streams, &tone_streams}) list->clear();
    tones.clear();
    settings.clear();
  }
  bool quiet() const { return seen_ == sent.size(); }
  static Message read(const std::string& bytes) {
    Judged judged = read_message(bytes);
    return std::move(judged.message);
  }

  std::vector<std::pair<FlowId, Target>> opened;
  std::vector<FlowId> closed;
  std::vector<std::pair<FlowId, IdentityUse>> identity_uses;
  std::vector<std::pair<std::string, std::chrono::sys_seconds>> dates;
  std::vector<std::pair<FlowId, std::string>> sent;
  std::vector<std::pair<std::string, std::string>> streams;
  std::vector<StreamSetting> settings;
  std::vector<std::string> closed_streams;
  std::vector<Tone> tones;
  std::vector<std::string> tone_streams;  // of each of them
  std::vector<std::pair<std::string, std::string>> keys;
  std::vector<std::string> reports;
  absl::Status media_says;                                              // to every order
  std::function<void(const StreamSetting&, Done done)> media_is_asked;  // answers instead, perhaps later
  std::map<std::string, std::vector<std::string>> names;                // resolved at once
  std::vector<std::string> resolved;                                    // all that were asked for
  std::vector<std::pair<std::string, Resolved>> waiting_names;          // the others
  std::string record, alarm, history, told;
  std::vector<std::pair<std::string, Fetched>> fetches;
  std::vector<AutoAnswer> devices;
  std::vector<std::pair<TokenRequest, Exchanged>> exchanges;
  std::string authorization;
  bool off_hook = false;
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
    settings.targets.push_back({cat("CUCM no. ", i + 1), cat("cucm", i + 1), 5061, true, false, false});
  settings.directory_number = "2222";
  settings.auth_name = "2222";
  settings.lines.resize(1);
  settings.lines[0].directory_number = "2222";
  settings.lines[0].contact = "phone";
  settings.codecs = {"PCMU", "opus"};
  settings.suites = {"AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"};
  return settings;
}

inline FlowFacts test_facts() {
  return {"192.0.2.99:40000", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "LSC", "CN=cucm1", "ITL"};
}

// The answer to a request, as a server on the other end would write it: a registrar names the binding.
inline std::string answer_to(const Message& request, int status, std::vector<HeaderField> extra = {},
                             std::string body = "") {
  Message response = make_response(request, status, "", "server-tag");
  const bool bound =
      std::any_of(extra.begin(), extra.end(), [](const HeaderField& one) { return one.name == "Contact"; });
  if (request.method == "REGISTER" && status < 300 && !bound)
    response.add("Contact", request.field("Contact").value_or(""));
  for (HeaderField& field : extra) response.fields.push_back(std::move(field));
  response.body = std::move(body);
  return write(response);
}

}  // namespace phone::signaling
