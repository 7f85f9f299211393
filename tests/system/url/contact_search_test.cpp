// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F1 and F11 on a whole phone: the directory is searched over HTTPS at a server that TVS vouches for; a 401 asks
// the user; credentials are in memory only, never sent without TLS, and forgotten; whatever the server sends is bounded
// and clean; each refusal says its reason.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPassword[] = "Zebra-4711-Quark";

class F1_ContactSearch_Lab : public Scene {
 protected:
  void power_on(std::vector<std::string> arguments) {
    serve(std::move(arguments));
    ASSERT_TRUE(phone_->power_on().ok());
    // Whether it is registered does not matter to a search.
    ASSERT_TRUE(status_becomes(
        [](const json& now) { return now.value("/provisioning/stage"_json_pointer, "") == "STAGE_COMPLETE"; },
        absl::Seconds(90)))
        << status().dump(1);
  }
  std::vector<std::string> with_password(std::vector<std::string> more = {}) {
    EXPECT_TRUE(stage_->put("uds-credentials", absl::StrCat("amiller:", kPassword, "\n")).ok());
    more.insert(more.end(), {"--uds", "--uds-credentials-file", (stage_->root() / "uds-credentials").string()});
    return more;
  }
  // With what it says when it refuses; `input` is its standard input.
  rig::Outcome contacts(const std::vector<std::string>& words, const std::string& input = "") {
    auto outcome = rig::run(
        {.argv = phone_->inside() +
                 std::vector<std::string>{"sh", "-c", "exec /usr/lib/phone/phonectl contacts \"$@\" 2>&1", "sh"} +
                 words,
         .input = input});
    return outcome.ok() ? *outcome : rig::Outcome{.exit_code = -1, .output = std::string(outcome.status().message())};
  }
  json found(const std::string& query) {
    const auto outcome = contacts({query, "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return json::parse(outcome.output, nullptr, false);
  }
  std::vector<json> searches() const {
    std::vector<json> all;
    for (const auto& one : lab_->events()) {
      if (one.value("event", "") == "contact-search") all.push_back(one);
    }
    return all;
  }
  // Whether trust_store has recorded such a verdict on the directory's server.
  bool verdict(bool accepted) {
    return decided(
        rig::Lab::kAddress,
        [accepted](const json& one) {
          return one.value("role", "") == "APP-SERVER (contact search)" && one.value("accepted", false) == accepted;
        },
        absl::Seconds(5));
  }
  std::string active() { return phone_->property("url_services", "ActiveState"); }
};

TEST_F(F1_ContactSearch_Lab, PeopleAreFoundByNameAndNumberAndBoundedWhateverTheServerSends) {
  power_on({"--uds", "--uds-extra", "5000", "--uds-all"});
  EXPECT_EQ(active(), "inactive") << "nobody has asked yet";
  const auto text = contacts({"miller"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.output, ContainsRegex("Alice Miller +1002 +Sales +alice@cucm.lab\n"));
  EXPECT_THAT(text.output, ContainsRegex("Bob Miller +1003 +mobile \\+4930123456 +bob@cucm.lab\n"));
  EXPECT_THAT(found("m\xC3\xBCll")["contact"][0].dump(), HasSubstr("J\xC3\xB6rg M\xC3\xBCller"));
  EXPECT_EQ(found("1002")["contact"][0].value("name", ""), "Alice Miller");
  EXPECT_THAT(contacts({"nobody of this name"}).output, HasSubstr("no contact found"));
  const json crowd = found("extra");
  EXPECT_EQ(crowd["contact"].size(), 64U);
  EXPECT_EQ(crowd.value("total", 0), 5000);
  EXPECT_THAT(contacts({"extra"}).output, HasSubstr("the first 64 of 5000"));
  EXPECT_EQ(crowd.value("server", ""), absl::StrCat(rig::Lab::kAddress, ":8444"));
  for (const json& one : searches()) EXPECT_EQ(one.value("credentials", ""), "none");
  // TVS has vouched for the server, in the role of an application server, and that is on record.
  EXPECT_TRUE(verdict(true)) << json(decisions()).dump(1);
  EXPECT_THAT(contacts({}).output, HasSubstr("say what to search for"));
  EXPECT_THAT(contacts({std::string(65, 'x')}).output, HasSubstr("64 characters"));
  EXPECT_EQ(active(), "active");
  EXPECT_TRUE(rig::poll_until(absl::Seconds(40), [&] { return active() == "inactive"; })) << "nobody asks any more";
  EXPECT_EQ(found("1002")["contact"][0].value("name", ""), "Alice Miller") << "and it comes again";
}

TEST_F(F1_ContactSearch_Lab, A401AsksTheUserAndThePasswordIsInMemoryOnly) {
  power_on(with_password());
  auto outcome = contacts({"miller"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("asks for a user name and a password. Give the name with --user"));
  outcome = contacts({"miller", "--user", "amiller"}, "wrong-word\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("has not accepted this user name and password"));
  outcome = contacts({"miller"});
  EXPECT_THAT(outcome.output, HasSubstr("asks for a user name and a password")) << "what was wrong is not remembered";
  outcome = contacts({"miller", "--user", "amiller"}, absl::StrCat(kPassword, "\n"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("Alice Miller"));
  EXPECT_EQ(found("1003").value("user", ""), "amiller") << "remembered";
  EXPECT_EQ(searches().back().value("credentials", ""), "given");

  // On no flash, in no log, in no command line and no environment of any process.
  const std::string basic = absl::Base64Escape(absl::StrCat("amiller:", kPassword));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(stage_->root())) {
    if (!entry.is_regular_file() || entry.path().filename() == "uds-credentials") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    EXPECT_FALSE(absl::StrContains(content, kPassword) || absl::StrContains(content, basic)) << entry.path();
  }

  EXPECT_THAT(contacts({"--forget"}).output, HasSubstr("user name and password are forgotten"));
  EXPECT_THAT(contacts({"--forget"}).output, HasSubstr("none were remembered"));
  EXPECT_THAT(contacts({"miller"}).output, HasSubstr("asks for a user name and a password"));
  // A process that dies has forgotten them, and the next one serves.
  EXPECT_EQ(contacts({"miller", "--user", "amiller"}, absl::StrCat(kPassword, "\n")).exit_code, 0);
  ASSERT_TRUE(phone_->kill("url_services", "KILL").ok());
  EXPECT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    return absl::StrContains(contacts({"miller"}).output, "asks for a user name and a password");
  }));
}

TEST_F(F1_ContactSearch_Lab, AServerThatNobodyVouchesForGetsNoPasswordAndTheReasonIsSaid) {
  power_on(with_password());
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "url=stranger").ok());
  const auto outcome = contacts({"miller", "--user", "amiller"}, absl::StrCat(kPassword, "\n"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("was refused: server certificate refused"));
  EXPECT_THAT(outcome.output, HasSubstr("TVS"));
  EXPECT_TRUE(searches().empty()) << "no byte of the request has left";
  EXPECT_TRUE(verdict(false));

  // What is slow, endless, cut off or written to deceive is bounded, each with its reason.
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "url=silent").ok());
  const absl::Time begun = absl::Now();
  EXPECT_THAT(contacts({"miller", "--user", "amiller"}, absl::StrCat(kPassword, "\n")).output,
              ContainsRegex("The server .*:8444: "));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
  for (const auto& [fault, reason] :
       {std::pair{"url=endless", "larger than 4 MiB"}, std::pair{"url=gone", "The server "},
        std::pair{"url=truncated", "not well-formed XML"}}) {
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, fault).ok());
    const auto bad = contacts({"miller", "--user", "amiller"}, absl::StrCat(kPassword, "\n"));
    EXPECT_EQ(bad.exit_code, 1) << fault;
    EXPECT_THAT(bad.output, HasSubstr(reason)) << fault;
  }
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "url=foreign").ok());
  const auto hostile = contacts({"alice", "--user", "amiller"}, absl::StrCat(kPassword, "\n"));
  EXPECT_EQ(hostile.exit_code, 0) << hostile.output;
  EXPECT_THAT(hostile.output, HasSubstr("evil"));
  EXPECT_THAT(hostile.output, Not(HasSubstr("\x1B")));
  EXPECT_THAT(hostile.output, Not(HasSubstr("\xE2\x80\xAE")));
  EXPECT_LT(hostile.output.size(), 600U);
  ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  EXPECT_THAT(contacts({"alice"}).output, HasSubstr("Alice Miller")) << "and it is well again";
}

TEST_F(F1_ContactSearch_Lab, AHttpUrlIsRefusedAndNothingIsSentThere) {
  power_on(with_password(
      {"--set", absl::StrCat("secureUDSUsersAccessURL=http://", rig::Lab::kAddress, ":8444/cucm-uds/users")}));
  const auto outcome = contacts({"miller", "--user", "amiller"}, absl::StrCat(kPassword, "\n"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("secureUDSUsersAccessURL: a http URL is refused"));
  EXPECT_TRUE(searches().empty());
  EXPECT_THAT(phone_->phonectl_text({"settings"}).output,
              ContainsRegex("secureUDSUsersAccessURL +http://[^ ]+ \\(device\\) +in force: off: "
                            "secureUDSUsersAccessURL: a http URL is refused"));
  stop_serving();
  serve();
  reprovision();
  EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
    return absl::StrContains(contacts({"miller"}).output, "Contact search is not configured");
  }));
}

}  // namespace
}  // namespace phone::system
