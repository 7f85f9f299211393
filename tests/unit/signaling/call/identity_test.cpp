// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F20, F76: who one is talking to, by Remote-Party-ID, P-Asserted-Identity and Privacy, and a lock that never speaks of
// somebody else than the name.
#include "services/signaling/call/identity.hpp"

#include "services/signaling/sip/name_address.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "tests/unit/signaling/call/calls_fixture.hpp"

namespace phone::signaling {
namespace {

struct IdentityRow {
  const char* name;
  std::vector<HeaderField> fields;
  std::string shown;  // "number|name", or "-" for nothing
  bool incoming = true;
};
class Identities : public testing::TestWithParam<IdentityRow> {};

TEST_P(Identities, AreRead) {
  Message message;
  for (const HeaderField& field : GetParam().fields) message.fields.push_back(field);
  const auto identity = read_identity(message, GetParam().incoming);
  EXPECT_EQ(identity.has_value() ? cat(identity->number, "|", identity->name) : "-", GetParam().shown);
}

constexpr char kRpid[] = "Remote-Party-ID", kPai[] = "P-Asserted-Identity", kPrivacy[] = "Privacy";

INSTANTIATE_TEST_SUITE_P(
    Rows, Identities,
    testing::Values(
        IdentityRow{"Nothing", {}, "-"},
        IdentityRow{
            "RemoteParty",
            {{kRpid, "\"Ann\" <sip:1002@cucm1;x-cisco-callback-number=91002>;party=calling;screen=yes;privacy=off"}},
            "1002|Ann"},
        IdentityRow{"WithoutAName", {{kRpid, "<sip:1002@cucm1>;party=calling"}}, "1002|"},
        IdentityRow{"QuotedPairs", {{kRpid, "\"A \\\"B\\\\C\" <sip:1002@cucm1>"}}, "1002|A \"B\\C"},
        IdentityRow{"ABracketInTheName", {{kRpid, "\"<sip:1@x>, A\" <sip:1002@cucm1>"}}, "1002|<sip:1@x>, A"},
        IdentityRow{
            "TheCallingOfTwo",
            {{kRpid, "\"Me\" <sip:2222@cucm1>;party=called"}, {kRpid, "\"Ann\" <sip:1002@cucm1>;party=calling"}},
            "1002|Ann"},
        IdentityRow{"TheCalledOfTwo",
                    {{kRpid, "\"Me\" <sip:2222@cucm1>;party=calling, \"Bob\" <sip:1003@cucm1>;party=called"}},
                    "1003|Bob",
                    false},
        IdentityRow{"TheOneThereIs", {{kRpid, "\"Bob\" <sip:1003@cucm1>;party=calling"}}, "1003|Bob", false},
        IdentityRow{"NotTheOriginallyCalled",
                    {{kRpid, "\"Old\" <sip:1009@cucm1>;party=x-cisco-original-called"},
                     {kRpid, "\"Bob\" <sip:1003@cucm1>;party=called"}},
                    "1003|Bob",
                    false},
        IdentityRow{"OnlyTheOriginallyCalled", {{kRpid, "<sip:1009@cucm1>;party=x-cisco-original-called"}}, "-"},
        IdentityRow{"PrivacyFull", {{kRpid, "\"Ann\" <sip:1002@cucm1>;privacy=full"}}, "|Private"},
        IdentityRow{"PrivacyOfTheName", {{kRpid, "\"Ann\" <sip:1002@cucm1>;privacy=name"}}, "1002|"},
        IdentityRow{"PrivacyOfTheNumber", {{kRpid, "\"Ann\" <sip:1002@cucm1>;privacy=\"uri\""}}, "|Ann"},
        IdentityRow{"PrivacyOfBoth", {{kRpid, "\"Ann\" <sip:1002@cucm1>;privacy=\"name,uri\""}}, "|Private"},
        IdentityRow{"Asserted", {{kPai, "\"Ann\" <sip:1002@cucm1>"}}, "1002|Ann"},
        IdentityRow{"AssertedTwice", {{kPai, "<tel:+1-555-0100>"}, {kPai, "\"Ann\" <sip:ann@cucm1>"}}, "+15550100|Ann"},
        IdentityRow{"AssertedInOneField", {{kPai, "\"Ann\" <sip:1002@cucm1>, <tel:+15550100>"}}, "1002|Ann"},
        IdentityRow{"AssertedWithPrivacy", {{kPai, "\"Ann\" <sip:1002@cucm1>"}, {kPrivacy, "id"}}, "|Private"},
        IdentityRow{"PrivacyInAList", {{kPai, "\"Ann\" <sip:1002@cucm1>"}, {kPrivacy, "critical; ID"}}, "|Private"},
        IdentityRow{"PrivacyNone", {{kPai, "\"Ann\" <sip:1002@cucm1>"}, {kPrivacy, "none"}}, "1002|Ann"},
        IdentityRow{"RemotePartyBeforeAsserted",
                    {{kPai, "\"Trunk\" <sip:9@cucm1>"}, {kRpid, "\"Ann\" <sip:1002@cucm1>"}},
                    "1002|Ann"},
        IdentityRow{"Telephone", {{kPai, "tel:1002;phone-context=cucm1.example"}}, "1002|"},
        IdentityRow{"TelephoneInBrackets",
                    {{kRpid, "\"Ann\" <tel:+1(212)555.0100;phone-context=+1>;party=calling"}},
                    "+12125550100|Ann"},
        IdentityRow{"ContextInTheUser", {{kRpid, "<sip:1002;phone-context=x@cucm1;user=phone>"}}, "1002|"},
        IdentityRow{"EscapedHash", {{kRpid, "<sip:%2321@cucm1>"}}, "#21|"},
        IdentityRow{"AName", {{kRpid, "<sip:a.smith-jones@cucm1>"}}, "a.smith-jones|"},
        IdentityRow{"APassword", {{kRpid, "<sip:1002:secret@cucm1>"}}, "1002|"},
        IdentityRow{"NoUser", {{kRpid, "\"Ann\" <sip:cucm1>"}}, "|Ann"},
        IdentityRow{"AnotherScheme", {{kRpid, "\"Ann\" <http://x>"}}, "-"},
        IdentityRow{"Rubbish", {{kRpid, "\"\\"}, {kPai, "<<>"}}, "-"},
        IdentityRow{"Phrase", {{kRpid, "\"\x80\x34\" <sip:1002@cucm1>"}}, "1002|Conference"},
        IdentityRow{"PhraseWithText", {{kRpid, "\"\x80\x35 71\" <sip:1002@cucm1>"}}, "1002|Park Number 71"},
        IdentityRow{"OtherDictionary", {{kRpid, "\"\x1E\x23\" <sip:1002@cucm1>"}}, "1002|Hold Reversion"},
        IdentityRow{"PhraseThatIsABackslash", {{kRpid, "\"\x80\\\\\" <sip:1002@cucm1>"}}, "1002|HLog"},
        IdentityRow{"UnknownPhrase",
                    {{kRpid,
                      "\"\x80\x7F"
                      "A\" <sip:1002@cucm1>"}},
                    "1002|A"},
        IdentityRow{"NoPhraseInUtf8", {{kRpid, "\"\xC3\x80 la carte\" <sip:1002@cucm1>"}}, "1002|\xC3\x80 la carte"},
        IdentityRow{
            "LatinBesideAPhrase", {{kRpid, "\"\x80\x17 M\xFCller\" <sip:1002@cucm1>"}}, "1002|From M\xC3\xBCller"}),
    [](const auto& row) { return row.param.name; });

struct CallerRow {
  const char* name;
  NameAddress from;
  std::vector<HeaderField> fields;
  std::string shown;
};
class Callers : public testing::TestWithParam<CallerRow> {};

TEST_P(Callers, AreShown) {
  Message invite;
  invite.from = GetParam().from;
  for (const HeaderField& field : GetParam().fields) invite.fields.push_back(field);
  const Identity caller = identity_of_caller(invite);
  EXPECT_EQ(cat(caller.number, "|", caller.name), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Callers,
    testing::Values(
        CallerRow{"From", {"Far", "1002", "sip:1002@cucm1", {}}, {}, "1002|Far"},
        CallerRow{"FromUnderRemoteParty",
                  {"Far", "1002", "sip:1002@cucm1", {}},
                  {{kRpid, "\"Ann\" <sip:1005@cucm1>;party=calling"}},
                  "1005|Ann"},
        CallerRow{"Anonymous", {"Anonymous", "anonymous", "sip:anonymous@anonymous.invalid", {}}, {}, "|Private"},
        CallerRow{"AnonymousHost", {"X", "x", "sip:x@Anonymous.Invalid", {}}, {}, "|Private"},
        CallerRow{"PrivacyOfTheUser", {"Far", "1002", "sip:1002@cucm1", {}}, {{kPrivacy, "user"}}, "|Private"},
        CallerRow{"AssertedUnderAnonymous",
                  {"Anonymous", "anonymous", "sip:anonymous@anonymous.invalid", {}},
                  {{kPai, "\"Ann\" <sip:1002@cucm1>"}},
                  "1002|Ann"}),
    [](const auto& row) { return row.param.name; });

class F20_WhoItIs : public Calls_ {
 protected:
  std::string who() { return cat(call().remote_number, "|", call().remote_name); }
  static HeaderField rpid(const std::string& name, const std::string& number) {
    return {kRpid, cat("\"", name, "\" <sip:", number, "@cucm1>;party=called;privacy=off")};
  }
  void encrypted() {
    invite = established();
    media_says(true, true);
    ASSERT_EQ(call().security.level, SecurityLevel::kEncrypted);
  }
  Message invite;
};

TEST_F(F20_WhoItIs, IsSaidByEachResponse) {
  const Message invite = dialled();
  EXPECT_EQ(who(), "1002|");
  receive(answer_to(invite, 183, {rpid("Ann", "1002")}));
  EXPECT_EQ(who(), "1002|Ann");
  receive(answer_to(invite, 180, {rpid("Bob", "1003")}));
  EXPECT_EQ(who(), "1003|Bob");
  receive(answer_to(invite, 200,
                    {{"Contact", "<sip:1002@192.0.2.1>"}, {"Content-Type", "application/sdp"}, rpid("Cy", "1004")},
                    far_sdp("AEAD_AES_256_GCM", 1)));
  EXPECT_EQ(who(), "1004|Cy");
}

TEST_F(F20_WhoItIs, AnUpdateThatNamesAnotherTakesTheLockWithIt) {
  encrypted();
  receive(request("UPDATE", 300, invite, {rpid("Bob", "1003")}));
  EXPECT_EQ(who(), "1003|Bob");
  EXPECT_EQ(call().security.level, SecurityLevel::kUnknown);
  EXPECT_EQ(call().security.icon, Icon::kNone);
  receive(request("UPDATE", 301, invite, {rpid("Bob", "1003"), {"Call-Info", kEncrypted}}));
  EXPECT_EQ(call().security.level, SecurityLevel::kEncrypted);
}

TEST_F(F20_WhoItIs, NameAndLevelChangeInOneStep) {
  encrypted();
  receive(request("UPDATE", 300, invite,
                  {rpid("Bob", "1003"), {"Call-Info", "<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated"}}));
  EXPECT_EQ(who(), "1003|Bob");
  EXPECT_EQ(call().security.level, SecurityLevel::kNotAuthenticated);
  receive(request("UPDATE", 301, invite, {rpid("Ann", "1002"), {"Call-Info", kEncrypted}}));
  EXPECT_EQ(who(), "1002|Ann");
  EXPECT_EQ(call().security.level, SecurityLevel::kEncrypted);
}

TEST_F(F20_WhoItIs, ARefusedReinviteSaysNothing) {
  encrypted();
  receive(request("INVITE", 300, invite,
                  {rpid("Bob", "1003"),
                   {"Call-Info", "<urn:x-cisco-remotecc:callinfo>;security=NotAuthenticated"},
                   {"Content-Type", "application/sdp"}},
                  far_sdp("", 1)));
  EXPECT_EQ(FakeUserAgentPort::read(world.sent.back().second).status, 488);
  EXPECT_EQ(call().remote_number, "1002");
  EXPECT_EQ(call().security.level, SecurityLevel::kEncrypted);
}

TEST_F(F20_WhoItIs, TheSamePersonOnceMoreKeepsTheLock) {
  encrypted();
  receive(request("UPDATE", 300, invite, {rpid("", "1002")}));
  EXPECT_EQ(call().security.level, SecurityLevel::kEncrypted);
}

TEST_F(F20_WhoItIs, APhraseInFromIsReadToo) {
  std::string bytes = incoming(far_sdp("AEAD_AES_256_GCM", 1));
  bytes.replace(bytes.find("\"Far\""), 5, "\"\x80\x34\"");
  receive(bytes);
  EXPECT_EQ(who(), "1002|Conference");
}

}  // namespace
}  // namespace phone::signaling
