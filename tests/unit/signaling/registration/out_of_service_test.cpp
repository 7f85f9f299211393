// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The alarm LastOutOfServiceInformation (cucm-calls.md 13): true values, at the next registration, once.
#include <gtest/gtest.h>

#include "tests/unit/signaling/fake_user_agent_port.hpp"

namespace phone::signaling {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class F94_OutOfService : public ::testing::Test {
 protected:
  void start(size_t servers = 1) {
    Settings settings = test_settings(servers);
    for (size_t i = 0; i < servers; ++i) settings.targets[i].address = cat("192.0.2.", i + 1);
    settings.targets[0].address = "cucm1";
    agent.network_is({.ipv4 = "192.0.2.99/24",
                      .ipv4_gateway = "192.0.2.254",
                      .ipv6 = "2001:db8::99",
                      .ipv6_gateway = "fe80::1",
                      .neighbour_ipv4 = "",
                      .neighbour_ipv6 = "",
                      .neighbour_device = "switch<1>",
                      .neighbour_port = "Gi0/7",
                      .voice_vlan = 110,
                      .dhcp4_status = 1,
                      .dhcp6_status = 2});
    agent.configure(settings, now);
    agent.flow_up(world.opened.at(0).first, test_facts(), now);
  }
  void up() { agent.flow_up(world.opened.back().first, test_facts(), now); }
  void registers(bool takes_alarm = true) {
    const Message request = world.next();
    ASSERT_EQ(request.method, "REGISTER");
    const std::string body =
        cat("<x-cisco-remotecc-response><response><code>200</code><optionsind>", takes_alarm ? "<oosalarm/>" : "",
            "</optionsind></response></x-cisco-remotecc-response>");
    agent.flow_message(
        world.last_flow,
        answer_to(request, 200, {{"Expires", "120"}, {"Content-Type", "application/x-cisco-remotecc-response+xml"}},
                  body),
        now);
  }
  void loses() {
    world.wall_time = std::chrono::system_clock::time_point(milliseconds(1'700'000'000'123));
    agent.flow_down({.flow = world.opened.back().first, .reason = "the server closed the connection"}, now);
    now += seconds(1);
    agent.on_time(now);
    up();
  }
  static std::string value_of(const Message& alarm, const std::string& name) {
    const size_t at = alarm.body.find(cat("name=\"", name, "\">"));
    if (at == std::string::npos) return "absent";
    const size_t from = alarm.body.find('>', at) + 1;
    return alarm.body.substr(from, alarm.body.find('<', from) - from);
  }

  FakeUserAgentPort world;
  UserAgent agent{world};
  TimePoint now{seconds(1000)};
};

TEST_F(F94_OutOfService, IsToldWithTrueValuesAfterTheNextRegistration) {
  start();
  registers();
  EXPECT_TRUE(world.quiet()) << "nothing has been out of service yet";
  loses();
  registers();
  const Message alarm = world.next();
  EXPECT_EQ(alarm.method, "REFER");
  EXPECT_EQ(alarm.field("Content-Type"), "application/x-cisco-alarm+xml");
  EXPECT_NE(alarm.body.find("<Alarm Name=\"LastOutOfServiceInformation\">"), std::string::npos);
  EXPECT_EQ(value_of(alarm, "DeviceName"), "SEP0A1B2C3D4E5F");
  EXPECT_EQ(value_of(alarm, "DeviceIPv4Address"), "192.0.2.99/24");
  EXPECT_EQ(value_of(alarm, "IPv4DefaultGateway"), "192.0.2.254");
  EXPECT_EQ(value_of(alarm, "DeviceIPv6Address"), "2001:db8::99");
  EXPECT_EQ(value_of(alarm, "NeighborDeviceID"), "switch&lt;1&gt;");
  EXPECT_EQ(value_of(alarm, "NeighborPortID"), "Gi0/7");
  EXPECT_EQ(value_of(alarm, "DHCPv4Status"), "1");
  EXPECT_EQ(value_of(alarm, "DHCPv6Status"), "2");
  EXPECT_EQ(value_of(alarm, "DNSStatusUnifiedCM1"), "1") << "a name that was reached";
  EXPECT_EQ(value_of(alarm, "DNSStatusUnifiedCM2"), "0");
  EXPECT_EQ(value_of(alarm, "VoiceVLAN"), "110");
  EXPECT_EQ(value_of(alarm, "UnifiedCMIPAddress"), "cucm1");
  EXPECT_EQ(value_of(alarm, "LocalPort"), "40000");
  EXPECT_EQ(value_of(alarm, "TimeStamp"), "1700000000123");
  EXPECT_EQ(value_of(alarm, "ReasonForOutOfService"), "14");
  EXPECT_EQ(value_of(alarm, "LastProtocolEventSent").substr(0, 23), "Sent:REGISTER sip:cucm1");
  EXPECT_EQ(value_of(alarm, "LastProtocolEventReceived").substr(0, 11), "Rcvd:200 OK");
  agent.flow_message(world.last_flow, answer_to(alarm, 202), now);
  loses();
  registers();
  EXPECT_EQ(value_of(world.next(), "ReasonForOutOfService"), "14") << "of the second time";
}

TEST_F(F94_OutOfService, IsKeptUntilACallManagerTakesIt) {
  start();
  registers();
  loses();
  registers(false);
  EXPECT_TRUE(world.quiet()) << "it has not said that it takes the alarm";
  EXPECT_TRUE(agent.view().registered);
  loses();
  registers();
  const Message alarm = world.next();
  ASSERT_EQ(alarm.method, "REFER");
  agent.flow_message(world.last_flow, answer_to(alarm, 400), now);
  EXPECT_TRUE(agent.view().registered) << "a refused alarm costs no registration";
  agent.configure(test_settings(), now);
  EXPECT_TRUE(agent.view().registrations.at(0).alarm_accepted == 0);
}

TEST_F(F94_OutOfService, ASecondServerTellsWhichOneWasLost) {
  start(2);
  registers();
  agent.flow_up(world.opened.at(1).first, test_facts(), now);
  const FlowId first = world.opened.at(0).first;
  agent.flow_down({.flow = first, .reason = "reset"}, now);
  Message sent = world.next();
  while (!sent.method.empty() && (sent.method != "REGISTER" || sent.field("Expires") == "0")) sent = world.next();
  ASSERT_EQ(sent.method, "REGISTER");
  agent.flow_message(
      world.last_flow,
      answer_to(sent, 200, {{"Expires", "120"}, {"Content-Type", "application/x-cisco-remotecc-response+xml"}},
                "<x-cisco-remotecc-response><optionsind><oosalarm/></optionsind></x-cisco-remotecc-response>"),
      now);
  Message alarm = world.next();
  while (!alarm.method.empty() && alarm.method != "REFER") alarm = world.next();
  EXPECT_EQ(value_of(alarm, "UnifiedCMIPAddress"), "cucm1");
  EXPECT_EQ(value_of(alarm, "DNSStatusUnifiedCM1"), "2") << "a name, and not the server that was reached";
}

}  // namespace
}  // namespace phone::signaling
