// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Who is in a conference as an INFO tells it (conference-info, RFC 4575).
#include "services/signaling/feature/conference_info.hpp"

#include "tests/unit/signaling/control/controlled_phone.hpp"

namespace phone::signaling {
namespace {

std::string user(const std::string& number, const std::string& status, const std::string& more = "",
                 const std::string& attributes = "") {
  return cat("<user entity=\"sip:", number, "@cucm\"", attributes, "><display-text>Party ", number,
             "</display-text><endpoint entity=\"x\"><status>", status, "</status>", more, "</endpoint></user>");
}
std::string document(const std::string& users, const std::string& state = "full") {
  return cat("<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" state=\"", state, "\"><users>", users,
             "</users></conference-info>");
}

TEST(F52_ConferenceInfo, SaysWhoIsInItHowAndHowSecure) {
  const auto info = read_conference_info(
      document(user("1", "on-hold", "<security>Encrypted</security><media id=\"1\"><status>recvonly</status></media>") +
               user("2", "Alerting", "<security>NotAuthenticated</security>") + user("3", "levitating") +
               user("4", "disconnected") + user("5", "connected", "", " state=\"deleted\"")));
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_TRUE(info->full);
  ASSERT_EQ(info->present.size(), 3U);
  EXPECT_EQ(info->present[0].id, "1");
  EXPECT_EQ(info->present[0].name, "Party 1");
  EXPECT_EQ(info->present[0].state, "on-hold");
  EXPECT_TRUE(info->present[0].muted);
  EXPECT_EQ(info->present[0].security, SecurityLevel::kEncrypted);
  EXPECT_EQ(info->present[1].state, "alerting");
  EXPECT_EQ(info->present[1].security, SecurityLevel::kNotAuthenticated);
  EXPECT_EQ(info->present[2].state, "") << "not known";
  EXPECT_EQ(info->present[2].security, SecurityLevel::kUnknown);
  EXPECT_EQ(info->gone, (std::vector<std::string>{"4", "5"}));
}

TEST(F52_ConferenceInfo, APartChangesWhatItNames) {
  const auto all = read_conference_info(document(user("1", "connected") + user("2", "connected")));
  const auto part = read_conference_info(document(user("2", "disconnected") + user("1", "on-hold"), "partial"));
  ASSERT_TRUE(all.ok() && part.ok());
  const auto before = told_by(*all, {{.id = "9", .name = "gone"}});
  ASSERT_EQ(before.size(), 2U) << "a full one names all";
  const auto after = told_by(*part, before);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].id, "1");
  EXPECT_EQ(after[0].state, "on-hold");
}

TEST(F52_ConferenceInfo, HostileOnesAreRefusedWithTheirCause) {
  std::string many;
  for (int i = 0; i < 101; ++i) many += cat("<user entity=\"sip:", i, "@c\"/>");
  EXPECT_EQ(read_conference_info(document(many)).status().message(), "the document has too many users");
  EXPECT_EQ(read_conference_info(document("<user/>")).status().message(), "a user has no entity");
  EXPECT_EQ(read_conference_info("<dialog-info/>").status().message(), "the document is no conference-info");
  EXPECT_FALSE(read_conference_info(document(std::string(40000, 'x'))).ok());
  EXPECT_FALSE(read_conference_info("").ok());
  const auto named =
      read_conference_info(document("<user entity=\"sip:1@c\"><display-text>a&#10;b</display-text></user>"));
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->present[0].name.find('\n'), std::string::npos);
}

class F52_ConferenceInfo_Calls : public ControlledPhone {
 protected:
  void SetUp() override {
    answer_invite = [](const Message& request) -> std::vector<std::string> {
      LocalSession far{"192.0.2.200", 30000, 1, 1, {"PCMU"}, {}, Direction::kSendReceive};
      far.crypto = {{1, "AEAD_AES_256_GCM", crypto::Secret(std::string(*key_length("AEAD_AES_256_GCM"), 'k'))}};
      return {answer_to(request, 200,
                        {{"Contact", "<sip:1002@192.0.2.1:5061;transport=tls>"},
                         {"Remote-Party-ID", "\"\x80\x34\" <sip:cucm1>;party=called;privacy=off"},
                         {"Content-Type", "application/sdp"}},
                        write_offer(far))};
    };
    start(settings());
  }
  Message info(const std::string& package, const std::string& body, uint32_t cseq,
               const std::string& type = "application/conference-info+xml") {
    Message message = far_request("INFO", cseq, invites.front());
    if (!package.empty()) message.add("Info-Package", package);
    if (!type.empty()) message.add("Content-Type", type);
    message.body = body;
    return said_to(message);
  }
};

TEST_F(F52_ConferenceInfo_Calls, AnInfoOfAListedPackageIsTheRoster) {
  call();
  EXPECT_EQ(invites[0].fields_named("Recv-Info"), (std::vector<std::string>{"conference", "x-cisco-conference"}));
  ASSERT_TRUE(phone.agent.view().calls[0].conference);
  EXPECT_EQ(info("x-cisco-conference", document(user("1", "connected")), 7).status, 200);
  ASSERT_TRUE(phone.agent.view().features.roster.has_value());
  EXPECT_EQ(phone.agent.view().features.roster->participants[0].state, "connected");
  EXPECT_EQ(info("conference", document(user("2", "connected"), "partial"), 8).status, 200);
  EXPECT_EQ(phone.agent.view().features.roster->participants.size(), 2U);
  EXPECT_EQ(info("conference", "", 9, "").status, 200);
  const Message unlisted = info("x-broadworks", document(user("1", "connected")), 10);
  EXPECT_EQ(unlisted.status, 469);
  EXPECT_EQ(unlisted.fields_named("Recv-Info").size(), 2U);
  EXPECT_EQ(info("conference", document("<user/>"), 11).status, 400);
  EXPECT_EQ(info("conference", "x", 12, "text/plain").status, 415);
  EXPECT_EQ(info("", "", 13, "").status, 200) << "an INFO of the old kind";
  EXPECT_EQ(phone.agent.view().features.roster->participants.size(), 2U) << "as it was";
  // Such a participant cannot be chosen before the call manager has listed them itself.
  absl::Status said;
  phone.agent.use_feature(
      {.feature = Feature::kMute, .participant = "1"},
      [&said](const absl::StatusOr<FeatureReply>& reply) { said = reply.status(); }, phone.now);
  EXPECT_EQ(said.message(), "the participants have not been listed yet");
}

}  // namespace
}  // namespace phone::signaling
