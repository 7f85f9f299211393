// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The TVS client against TLS servers of this test: who may be a TVS server, what a dead or silent one costs, and what
// is cached.
#include "services/trust_store/peers/tvs_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "absl/time/clock.h"
#include "tests/unit/trust_store/state_fixture.hpp"
#include "tests/unit/trust_store/tvs_server.hpp"

namespace phone::trust::tvs {
namespace {

using testing::HasSubstr;

constexpr auto kAsItStands = Server::Session::kAsItStands, kEchoed = Server::Session::kEchoed;

class F9_TvsDesk : public testing::Test {
 protected:
  void SetUp() override { NEEDS_SAMPLES(); }

  static TvsJob job_for(std::vector<TvsServer> servers, Role role = Role::kTftp) {
    return {1,
            {role, "CN=tftp.lab", "CN=tftp.lab", Phone::certificate("tftp").serial(), ""},
            std::move(servers),
            {Phone::certificate("tvs-pub").der()},
            "SEP0A1B2C3D4E5F",
            false};
  }
  std::future<TvsAnswer> begin(TvsJob job) {
    auto answer = std::make_shared<std::promise<TvsAnswer>>();
    tvs_client_.ask(std::move(job), [answer](TvsAnswer word) { answer->set_value(std::move(word)); });
    return answer->get_future();
  }
  TvsAnswer ask(std::vector<TvsServer> servers, Role role = Role::kTftp) {
    return begin(job_for(std::move(servers), role)).get();
  }
  static std::string answer() { return Phone::sample("wire/tvs_query/res_valid_reserved_f7.bin"); }
  TvsClient tvs_client_{nullptr, "9861"};
};

TEST_F(F9_TvsDesk, AListedServerIsAskedOnceAndItsAnswerCached) {
  Server server("tvs-pub", answer());
  const TvsAnswer word = ask({server.address()});
  ASSERT_EQ(word.says, TvsVerdict::kYes) << word.text;
  EXPECT_EQ(*word.certificate, Phone::certificate("tftp"));
  EXPECT_EQ(ask({server.address()}).says, TvsVerdict::kYes);
  EXPECT_EQ(server.served(), 1);
  EXPECT_THAT(ask({server.address()}, Role::kCapf).text, HasSubstr("does not list it as CAPF"));
}

TEST_F(F9_TvsDesk, AServerThatNoListNamesIsRefusedBeforeItIsAsked) {
  Server impostor("evil-tftp", answer());
  const TvsAnswer word = ask({impostor.address()});
  EXPECT_EQ(word.says, TvsVerdict::kNo);
  EXPECT_THAT(word.text, HasSubstr("not on the CTL or ITL with the TVS role"));
  EXPECT_EQ(impostor.served(), 0);
}

TEST_F(F9_TvsDesk, TheNextServerAnswersWhenOneIsDeadOrSilent) {
  Server silent("tvs-pub", ""), good("tvs-pub", answer());
  const absl::Time start = absl::Now();
  const TvsAnswer word = ask({{"127.0.0.1", 1}, silent.address(), good.address()});
  EXPECT_EQ(word.says, TvsVerdict::kYes) << word.text;
  EXPECT_LT(absl::Now() - start, kPatience);
}

// Each of three has all the time that one alone would have had: nobody waits behind a silent one.
TEST_F(F9_TvsDesk, ADistantServerAmongDistantOnesHasAllTheTime) {
  Server first("tvs-pub", answer(), kEchoed, absl::Milliseconds(900)),
      second("tvs-pub", answer(), kEchoed, absl::Milliseconds(900)),
      third("tvs-pub", answer(), kEchoed, absl::Milliseconds(900));
  EXPECT_EQ(ask({first.address(), second.address(), third.address()}).says, TvsVerdict::kYes);
  Server silent("tvs-pub", ""), quiet("tvs-pub", ""), good("tvs-pub", answer(), kEchoed, absl::Milliseconds(900));
  const TvsAnswer word = ask({silent.address(), quiet.address(), good.address()}, Role::kTvs);
  EXPECT_THAT(word.text, HasSubstr("does not list it as TVS")) << "its word counts, not the silence of the others";
}

TEST_F(F9_TvsDesk, TheFirstThatVouchesIsNotKeptWaitingByTheOthers) {
  Server silent("tvs-pub", ""), good("tvs-pub", answer());
  const absl::Time start = absl::Now();
  EXPECT_EQ(ask({silent.address(), good.address()}).says, TvsVerdict::kYes);
  EXPECT_LT(absl::Now() - start, kPatience / 2);
}

TEST_F(F9_TvsDesk, MoreServersThanAreAskedAtOnceAreAllAsked) {
  std::vector<TvsServer> servers(6, TvsServer{"127.0.0.1", 1});
  EXPECT_THAT(ask(servers).text, HasSubstr("127.0.0.1:1: "));
  Server good("tvs-pub", answer());
  servers.push_back(good.address());
  EXPECT_EQ(ask(servers).says, TvsVerdict::kYes);
}

TEST_F(F9_TvsDesk, SilenceEndsWithinTwoSeconds) {
  Server silent("tvs-pub", "");
  const absl::Time start = absl::Now();
  EXPECT_EQ(ask({silent.address()}).says, TvsVerdict::kNo);
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

TEST_F(F9_TvsDesk, HalfAnAnswerEndsWithinTwoSecondsToo) {
  Server half("tvs-pub", answer(), Server::Session::kHalf);
  const absl::Time start = absl::Now();
  const TvsAnswer word = ask({half.address()});
  EXPECT_EQ(word.says, TvsVerdict::kNo);
  EXPECT_THAT(word.text, testing::HasSubstr("127.0.0.1:"));
  EXPECT_EQ(half.served(), 1);
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

TEST_F(F9_TvsDesk, ASilentServerBlocksNobodyElse) {
  Server good("tvs-pub", answer()), silent("tvs-pub", ""), other("tvs-pub", answer());
  ASSERT_EQ(ask({good.address()}).says, TvsVerdict::kYes);
  // Four questions hang at a server that accepts and never answers...
  std::vector<std::future<TvsAnswer>> hanging;
  for (int i = 0; i < 4; ++i) {
    TvsJob job = job_for({silent.address()});
    job.question.serial = std::string(1, static_cast<char>(i + 1));
    hanging.push_back(begin(std::move(job)));
  }
  // ... meanwhile what is cached is answered before ask() returns, and another server is asked.
  const absl::Time start = absl::Now();
  EXPECT_EQ(begin(job_for({silent.address()})).wait_for(std::chrono::seconds(0)), std::future_status::ready);
  TvsJob job = job_for({other.address()});
  job.question.issuer = "spelled otherwise";
  EXPECT_EQ(begin(std::move(job)).get().says, TvsVerdict::kYes);
  EXPECT_LT(absl::Now() - start, absl::Seconds(1));
  for (auto& each : hanging) {
    EXPECT_EQ(each.wait_for(std::chrono::seconds(0)), std::future_status::timeout)
        << "it was over before it proved anything";
  }
  for (auto& each : hanging) EXPECT_EQ(each.get().says, TvsVerdict::kNo);
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

TEST_F(F9_TvsDesk, MoreQuestionsThanThreadsAllEndInTheSameTime) {
  Server silent("tvs-pub", "");
  const absl::Time start = absl::Now();
  std::vector<std::future<TvsAnswer>> hanging;
  for (std::size_t i = 0; i < 3 * kMostWaiting; ++i) {
    TvsJob job = job_for({silent.address()});
    job.question.serial = "serial " + std::to_string(i);
    hanging.push_back(begin(std::move(job)));
  }
  for (auto& each : hanging) EXPECT_EQ(each.get().says, TvsVerdict::kNo);
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

TEST_F(F9_TvsDesk, AnswersOfServersThatTheListsNoLongerNameAreForgotten) {
  Server server("tvs-pub", answer());
  ASSERT_EQ(ask({server.address()}).says, TvsVerdict::kYes);
  TvsJob job = job_for({server.address()});
  job.server_certificates = {Phone::certificate("tvs-sub").der()};
  EXPECT_THAT(begin(std::move(job)).get().text, HasSubstr("not on the CTL or ITL with the TVS role"));
}

// Every way in which an answer is none (cisco-formats.md C2), each with the words people are told.
struct BadAnswer {
  const char* file;  // below wire/tvs_query
  const char* says;
  friend void PrintTo(const BadAnswer& row, std::ostream* out) { *out << row.file; }
};

class F9_TvsBadAnswers_Table : public F9_TvsDesk, public testing::WithParamInterface<BadAnswer> {};

TEST_P(F9_TvsBadAnswers_Table, IsNotCachedAndTheNextServerIsAsked) {
  const std::string sample = Phone::sample(std::string("wire/tvs_query/") + GetParam().file);
  const bool wrong_session = std::string(GetParam().file) == "res_wrong_session.bin";
  Server bad("tvs-pub", sample, wrong_session ? kAsItStands : kEchoed), good("tvs-pub", answer());
  EXPECT_THAT(ask({bad.address()}).text, HasSubstr(GetParam().says));
  EXPECT_THAT(ask({bad.address()}).text, HasSubstr(GetParam().says));
  EXPECT_EQ(bad.served(), 2) << "nothing of the first answer was cached";
  const TvsAnswer word =
      ask({bad.address(), good.address()});  // side by side: the good one may end it before the bad one
  EXPECT_EQ(word.says, TvsVerdict::kYes) << word.text;
}

const BadAnswer kBadAnswers[] = {
    {"res_invalid.bin", "answered that it is not valid"},
    {"res_valid_other_cert.bin", "another serial number"},
    {"res_wrong_session.bin", "another session"},
    {"res_no_status.bin", "without STATUS"},
    {"res_status_7.bin", "unknown status 7"},
    {"res_trunc.bin", ""},
    {"res_tlv_overrun.bin", "TVS"},
};
INSTANTIATE_TEST_SUITE_P(Rows, F9_TvsBadAnswers_Table, testing::ValuesIn(kBadAnswers));

TEST_F(F9_TvsDesk, AValidAnswerWithTtlZeroIsNotCached) {
  Server server("tvs-pub", Phone::sample("wire/tvs_query/res_valid_ttl0.bin"));
  EXPECT_EQ(ask({server.address()}).says, TvsVerdict::kYes);
  ask({server.address()});
  EXPECT_EQ(server.served(), 2);
}

TEST_F(F9_TvsDesk, AnAnswerOfAnotherSessionIsNone) {
  Server server("tvs-pub", answer(), kAsItStands);
  ask({{"127.0.0.1", 1}});  // the sample answers the first session
  EXPECT_THAT(ask({server.address()}).text, HasSubstr("another session"));
}

TEST_F(F9_TvsDesk, StoppingDoesNotWaitForASilentServer) {
  Server silent("tvs-pub", "");
  auto tvs_client = std::make_unique<TvsClient>(nullptr, "9861");
  TvsJob job{1, {}, {silent.address()}, {Phone::certificate("tvs-pub").der()}, "SEP0A1B2C3D4E5F", false};
  tvs_client->ask(std::move(job), [](TvsAnswer) {});
  const absl::Time start = absl::Now();
  tvs_client.reset();
  EXPECT_LT(absl::Now() - start, kPatience + absl::Seconds(1));
}

}  // namespace
}  // namespace phone::trust::tvs
