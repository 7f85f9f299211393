// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Which of the bindings in an answer to REGISTER is this phone's, and how long it holds (RFC 3261 section 10.2.4, F15).
#include <gtest/gtest.h>

#include "services/signaling/registration/registration_rules.hpp"
#include "services/signaling/sip/text.hpp"
#include "tests/unit/signaling/server_of_tests.hpp"

namespace phone::signaling {
namespace {

constexpr char kOwn[] = "sip:aa-bb@192.0.2.99:40000;transport=tls";

struct BindingRow {
  const char* name;
  std::vector<std::string> contacts;
  const char* expires;  // the header field; empty: none
  int granted;          // seconds; 0: not registered
};

class F15_Bindings : public testing::TestWithParam<BindingRow> {};

TEST_P(F15_Bindings, CountForTheirOwnPhone) {
  const BindingRow& row = GetParam();
  Message response;
  response.status = 200;
  for (const std::string& contact : row.contacts) {
    const size_t open = contact.find('<'), close = contact.find('>');
    response.contacts.push_back({.display = "",
                                 .user = "",
                                 .uri = contact.substr(open + 1, close - open - 1),
                                 .parameters = parse_parameters(contact.substr(close + 1))});
  }
  if (*row.expires != 0) response.add("Expires", row.expires);
  const auto outcome = judge_register(200, &response, std::chrono::seconds(3600), kOwn);
  const auto* granted = std::get_if<RegistrationGranted>(&outcome);
  EXPECT_EQ(granted == nullptr ? 0 : granted->expires.count(), row.granted);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, F15_Bindings,
    testing::Values(BindingRow{"Alone", {"<sip:aa-bb@192.0.2.99:40000;transport=tls>;expires=600"}, "", 600},
                    BindingRow{
                        "AmongOthers",
                        {"<sip:x@192.0.2.5:5061>;expires=30", "<sip:aa-bb@192.0.2.99:40000;transport=tls>;expires=600",
                         "<sip:y@192.0.2.6>;expires=7000"},
                        "",
                        600},
                    BindingRow{"ItsOldAddress",
                               {"<sip:aa-bb@192.0.2.99:39999;transport=tls>;expires=30",
                                "<sip:aa-bb@192.0.2.99:40000;transport=tls>;expires=600"},
                               "",
                               600},
                    BindingRow{"OnlyItsOldAddress", {"<sip:aa-bb@192.0.2.99:39999;transport=tls>;expires=30"}, "", 0},
                    BindingRow{"OnlyAnothers", {"<sip:x@192.0.2.5:5061>;expires=600"}, "600", 0},
                    BindingRow{"None", {}, "600", 0}, BindingRow{"EveryOne", {"<*>"}, "600", 0},
                    BindingRow{"ByTheField", {"<sip:aa-bb@192.0.2.99:40000>;x-cisco-newreg"}, "120", 120},
                    BindingRow{"TheShorter", {"<sip:aa-bb@192.0.2.99:40000>;expires=3600"}, "120", 120},
                    BindingRow{"NotTheLonger", {"<sip:aa-bb@192.0.2.99:40000>;expires=60"}, "120", 60},
                    BindingRow{"Neither", {"<sip:aa-bb@192.0.2.99:40000>"}, "", 3600},
                    BindingRow{"AnotherUser", {"<sip:AA-BB@192.0.2.99:40000>;expires=600"}, "", 0},
                    BindingRow{"Ended", {"<sip:aa-bb@192.0.2.99:40000>;expires=0"}, "", 0}),
    [](const auto& row) { return row.param.name; });

TEST(F15_Binding, ThatIsAbsentIsNoRegistration) {
  bool bound = false;
  ServedPhone phone{[&](FlowId, const Message& request) -> std::vector<std::string> {
    if (bound) return {answer_to(request, 200, {{"Expires", "120"}})};
    return {answer_to(request, 200, {{"Contact", "<sip:other@192.0.2.5:5061>;expires=3600"}, {"Expires", "3600"}})};
  }};
  phone.agent.configure(test_settings(), phone.now);
  ASSERT_TRUE(phone.settle());
  EXPECT_FALSE(phone.agent.view().registered);
  EXPECT_EQ(phone.agent.view().registrations.at(0).reason, "the call manager answered without this phone's binding");
  bound = true;
  ASSERT_TRUE(phone.pass(std::chrono::seconds(31)));
  EXPECT_TRUE(phone.agent.view().registered);
  EXPECT_EQ(phone.agent.view().registrations.at(0).expires_seconds, 120u);
}

}  // namespace
}  // namespace phone::signaling
