// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {

inline HeaderField remotecc_response() { return {"Content-Type", "application/x-cisco-remotecc-response+xml"}; }

// A phone that is registered with a call manager of CUCM's dialect, which orders things of it.
class ControlledPhone : public testing::Test {
 protected:
  ControlledPhone() : phone([this](FlowId flow, const Message& request) { return serve(flow, request); }) {}

  void SetUp() override { start(settings()); }
  static Settings settings(const std::string& stamp = "7", uint64_t version = 1) {
    Settings made = test_settings(2);
    made.lines.resize(2);
    made.lines[1].directory_number = "3333";
    made.lines[1].contact = "second";
    made.version = version;
    made.configuration_stamp = stamp;
    return made;
  }
  void start(const Settings& with) {
    phone.agent.configure(with, phone.now);
    ASSERT_TRUE(phone.settle());
    ASSERT_TRUE(phone.agent.view().registered);
    registered_over = phone.world.opened.front().first;
  }
  std::vector<std::string> serve(FlowId, const Message& request) {
    const bool keepalive = request.field("Contact").value_or("").find("cisco-keep-alive") != std::string::npos;
    if (request.method == "REGISTER" && !keepalive) registers.push_back(request);
    if (request.method == "INVITE") {
      invites.push_back(request);
      if (answer_invite) return answer_invite(request);
      return {answer_to(request, 180), far_answer(request)};
    }
    if (request.method == "REFER" && on_refer) return on_refer(request);
    if (request.method == "SUBSCRIBE" && on_subscribe) return on_subscribe(request);
    if (request.method == "NOTIFY" && on_notify) return on_notify(request);
    if (request.method == "PUBLISH") {
      publishes.push_back(request);
      return {answer_to(request, 200, {{"SIP-ETag", "next"}, {"Expires", "3600"}})};
    }
    if (silent) return {};
    std::vector<HeaderField> extra = {{"Expires", "3600"}};
    if (dialect) extra.push_back(remotecc_response());
    return {answer_to(request, 200, extra, dialect ? dialect_body : "")};
  }
  const Message& last_register() const { return registers.back(); }
  // Of the registration that is in force.
  std::string call_id() const {
    for (auto one = registers.rbegin(); one != registers.rend(); ++one) {
      if (one->field("Expires") != "0") return one->call_id;
    }
    return "";
  }
  // Outside a dialog, from the call manager.
  Message outside(const std::string& method, std::vector<HeaderField> extra, std::string body) {
    Message message;
    message.is_request = true;
    message.method = method;
    message.uri = "sip:phone@192.0.2.99:40000;transport=tls";
    ++order_;
    message.add("Via", cat("SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKorder", order_));
    message.add("From", cat("<sip:cucm1>;tag=o", order_)).add("To", "<sip:2222@cucm1>");
    message.add("Call-ID", cat("order", order_)).add("CSeq", cat("101 ", method)).add("Max-Forwards", "70");
    message.add("Contact", "<sip:cucm1:5061;transport=tls>");
    for (HeaderField& field : extra) message.fields.push_back(std::move(field));
    message.body = std::move(body);
    return message;
  }
  Message control(const std::string& body) {
    return outside("NOTIFY",
                   {{"Event", "service-control"}, {"Subscription-State", "active"}, {"Content-Type", "text/plain"}},
                   body);
  }
  std::string reset() const { return cat("action=reset\nRegisterCallId={", call_id(), "}\n"); }
  std::string check_version(const std::string& configuration, const std::string& dial_plan = "{}",
                            const std::string& soft_keys = "{}") const {
    return cat("action=check-version\nRegisterCallId={", call_id(), "}\nConfigVersionStamp=", configuration,
               "\nDialplanVersionStamp=", dial_plan, "\nSoftkeyVersionStamp=", soft_keys, "\n");
  }
  std::string apply(const std::string& result) const {
    return cat(
        "action=apply-config\nRegisterCallId={", call_id(),
        "}\nConfigVersionStamp={8}\nDialplanVersionStamp={}\nSoftkeyVersionStamp={}\nFirmwareLoadId={}\nLoadServer={}"
        "\nLogServer={}\nCUCMResult=",
        result, "\n");
  }
  // What the phone answers to this over the connection of its registration, or another one.
  Message said_to(const Message& request, FlowId flow = 0) {
    const size_t from = phone.world.sent.size();
    phone.agent.flow_message(flow == 0 ? registered_over : flow, write(request), phone.now);
    Message answer;
    for (size_t i = from; i < phone.world.sent.size() && answer.status <= 100; ++i) {
      Message one = FakeUserAgentPort::read(phone.world.sent[i].second);
      if (!one.is_request && one.call_id == request.field("Call-ID")) answer = std::move(one);
    }
    EXPECT_TRUE(phone.settle());
    return answer;
  }
  // Policy has downloaded everything, and what it made of that arrives.
  void fetched(const Settings& with) {
    ASSERT_FALSE(phone.world.fetches.empty());
    const auto done = phone.world.fetches.back().second;
    phone.agent.configure(with, phone.now);
    phone.agent.go_on([&] { done(with.version); }, phone.now);
    ASSERT_TRUE(phone.settle());
  }
  std::string call() {
    EXPECT_TRUE(phone.agent.dial("1002", phone.now).ok());
    phone.agent.stream_opened(phone.world.streams.back().first, 24000, phone.now);
    EXPECT_TRUE(phone.settle());
    return phone.agent.view().calls.back().call;
  }
  bool reported(const std::string& text) const {
    for (const std::string& one : phone.world.reports) {
      if (one.find(text) != std::string::npos) return true;
    }
    return false;
  }

  bool dialect = true, silent = false;
  std::string dialect_body = "<x-cisco-remotecc-response/>";
  // Instead of what serve() answers.
  std::function<std::vector<std::string>(const Message&)> on_refer, on_subscribe, answer_invite, on_notify;
  std::vector<Message> registers, invites, publishes;
  ServedPhone phone;
  FlowId registered_over = 0;

 private:
  unsigned order_ = 0;
};

}  // namespace phone::signaling
