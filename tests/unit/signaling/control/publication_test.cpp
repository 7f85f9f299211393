// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Do not disturb as the user asks for it: PUBLISH under virtual time (RFC 3903, cucm-calls.md 4).
#include "services/signaling/control/publication.hpp"

#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

class F94_Publication_Table : public testing::Test {
 protected:
  F94_Publication_Table() : phone([this](FlowId, const Message& request) { return serve(request); }) {}
  void SetUp() override {
    phone.agent.configure(test_settings(), phone.now);
    ASSERT_TRUE(phone.settle());
  }
  std::vector<std::string> serve(const Message& request) {
    if (request.method != "PUBLISH") return {answer_to(request, 200, {{"Expires", "7200"}})};
    published.push_back(request);
    if (answers.empty()) return {};
    const auto [status, extra] = answers.front();
    answers.erase(answers.begin());
    return {answer_to(request, status, extra)};
  }
  absl::Status set(bool on) {
    absl::Status said = absl::UnknownError("nothing yet");
    phone.agent.set_do_not_disturb(
        on, [&](const absl::Status& status) { said = status; }, phone.now);
    EXPECT_TRUE(phone.settle());
    return said;
  }
  ServedPhone phone;
  std::vector<Message> published;
  std::vector<std::pair<int, std::vector<HeaderField>>> answers;
};

TEST_F(F94_Publication_Table, IsRefreshedUnderItsTagWhileItIsOn) {
  answers = {{200, {{"SIP-ETag", "a"}, {"Expires", "600"}}},
             {200, {{"SIP-ETag", "b"}, {"Expires", "600"}}},
             {200, {{"SIP-ETag", "c"}}}};
  EXPECT_TRUE(set(true).ok());
  ASSERT_EQ(published.size(), 1U);
  EXPECT_EQ(published[0].uri, "sip:2222@cucm1");
  EXPECT_EQ(published[0].field("Event"), "presence");
  EXPECT_NE(published[0].body.find("<ce:dnd/>"), std::string::npos);
  EXPECT_TRUE(phone.pass(seconds(539)));
  EXPECT_EQ(published.size(), 1U);
  EXPECT_TRUE(phone.pass(seconds(2)));
  ASSERT_EQ(published.size(), 2U);
  EXPECT_EQ(published[1].field("SIP-If-Match"), "a");
  EXPECT_TRUE(published[1].body.empty());
  EXPECT_EQ(published[1].call_id, published[0].call_id);
  EXPECT_TRUE(set(false).ok());
  ASSERT_EQ(published.size(), 3U);
  EXPECT_EQ(published[2].field("SIP-If-Match"), "b");
  EXPECT_NE(published[2].body.find("<ce:available/>"), std::string::npos);
  EXPECT_TRUE(phone.pass(seconds(3600)));
  EXPECT_EQ(published.size(), 3U);
  // Only the call manager's dndupdate puts it in force.
  EXPECT_EQ(phone.agent.view().remote.do_not_disturb, DoNotDisturb::kOff);
}

TEST_F(F94_Publication_Table, AForgottenTagAndAShortTimeAreMendedOnce) {
  answers = {{200, {{"SIP-ETag", "a"}}}, {412, {}}, {423, {{"Min-Expires", "7200"}}}, {200, {{"SIP-ETag", "b"}}}};
  EXPECT_TRUE(set(true).ok());
  EXPECT_TRUE(set(false).ok());
  ASSERT_EQ(published.size(), 4U);
  EXPECT_EQ(published[1].field("SIP-If-Match"), "a");
  EXPECT_FALSE(published[2].field("SIP-If-Match").has_value());
  EXPECT_EQ(published[3].field("Expires"), "7200");
  answers = {{412, {}}, {412, {}}, {412, {}}, {412, {}}};
  EXPECT_EQ(set(true).message().substr(0, 29), "the call manager refused: 412");
  EXPECT_EQ(answers.size(), 1U);
}

TEST_F(F94_Publication_Table, ARefusalIsTheServersOwn) {
  answers = {{403, {{"Warning", "399 cucm \"not allowed\""}}}};
  EXPECT_EQ(set(true).message(), "the call manager refused: 403 Forbidden (not allowed)");
  absl::Status first, second;
  phone.agent.set_do_not_disturb(
      true, [&](const absl::Status& status) { first = status; }, phone.now);
  phone.agent.set_do_not_disturb(
      true, [&](const absl::Status& status) { second = status; }, phone.now);
  EXPECT_EQ(second.message(), "the call manager has not answered the change before yet");
  EXPECT_TRUE(phone.pass(seconds(60)));
  EXPECT_FALSE(first.ok());
}

TEST_F(F94_Publication_Table, WithoutARegistrationNothingIsPublished) {
  phone.connects = false;
  phone.agent.flow_down({.flow = phone.world.opened.back().first, .reason = "gone"}, phone.now);
  EXPECT_EQ(set(true).message(), "the phone is not registered");
  EXPECT_TRUE(published.empty());
}

}  // namespace
}  // namespace phone::signaling
