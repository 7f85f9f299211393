// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Every TVS message of the samples: real daemon's answers, and answers made after the captures of a real call manager.
#include "services/trust_store/peers/tvs_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "services/trust_store/peers/tvs_cache.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"

namespace phone::trust::tvs {
namespace {

constexpr std::uint32_t kSession = 1001;
const char* const kDevice = "CP-9861-SEP0A1B2C3D4E5F";
const char* const kTftpName = "CN=tftp.lab;OU=Lab Unit;O=Lab Org;L=Lab;ST=Lab;C=NZ";

TvsQuestion query() { return {Role::kTftp, kTftpName, kTftpName, Phone::certificate("tftp").serial(), ""}; }
TvsQuestion verify(const std::string& pem_name) {
  return {Role::kTftp, "", "", "", Phone::certificate(pem_name).der()};
}

absl::StatusOr<Answer> decoded(const TvsQuestion& question, const std::string& message,
                               std::uint32_t session = kSession) {
  auto header = decode_header(std::string_view(message).substr(0, kHeaderSize));
  if (!header.ok()) return header.status();
  return decode(question, session, *header, std::string_view(message).substr(kHeaderSize));
}

TEST(F9_TvsMessages_Table, NamesOfSignedFilesAreAskedForAsTvsSpellsThem) {
  const auto asked = [](std::string name) { return *encode({Role::kTftp, name, name, "\x01", ""}, kSession, kDevice); };
  EXPECT_EQ(asked("CN=tftp.lab,OU=Lab Unit,O=Lab Org"), asked("CN=tftp.lab;OU=Lab Unit;O=Lab Org"));
  EXPECT_NE(asked("CN=tftp.lab,O=Lab, Inc.,C=NZ").find("CN=tftp.lab;O=Lab, Inc.;C=NZ"), std::string::npos);
  EXPECT_NE(asked("CN=a\\,O=b,C=NZ").find("CN=a\\,O=b;C=NZ"), std::string::npos);
}

TEST(F9_TvsMessages_Peer, QuestionsAreByteForByteThoseOfARealPhone) {
  NEEDS_SAMPLES();
  EXPECT_EQ(*encode(query(), kSession, kDevice), Phone::sample("wire/tvs_query/req_tftp.bin"));
  EXPECT_EQ(*encode(verify("tftp"), kSession, kDevice), Phone::sample("wire/tvs/001_tvs_request.bin"));
  EXPECT_EQ(*encode(verify("evil-tftp"), kSession, kDevice), Phone::sample("wire/tvs/007_tvs_request.bin"));
}

TEST(F9_TvsMessages_Peer, AnswersOfTheOpenDaemonAreRead) {
  NEEDS_SAMPLES();
  const auto tftp = decoded(verify("tftp"), Phone::sample("wire/tvs/002_tvs_response.bin"));
  ASSERT_TRUE(tftp.ok()) << tftp.status();
  EXPECT_TRUE(speaks_for(*tftp, Role::kTftp));
  EXPECT_FALSE(speaks_for(*tftp, Role::kSast));
  EXPECT_EQ(tftp->keep, absl::Hours(24));
  const auto both = decoded(verify("ccm-pub"), Phone::sample("wire/tvs/004_tvs_response.bin"), 1002);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_TRUE(speaks_for(*both, Role::kSast));
  EXPECT_TRUE(speaks_for(*both, Role::kCcm));
  const auto unknown = decoded(verify("capf"), Phone::sample("wire/tvs/008_tvs_response.bin"));
  ASSERT_TRUE(unknown.ok()) << unknown.status();
  EXPECT_FALSE(unknown->valid);
}

TEST(F9_TvsMessages_Peer, EveryMessageOfTheSessionsIsOneOfTheProtocol) {
  NEEDS_SAMPLES();
  int answers = 0, questions = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PHONE_SHARED_DIR "/testdata/cisco/wire/tvs")) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".bin") continue;
    const std::string message = Phone::sample("wire/tvs/" + name);
    const bool answer = name.find("response") != std::string::npos;
    const auto header = decode_header(std::string_view(message).substr(0, kHeaderSize));
    if (!answer) {
      // Some of the questions were broken on purpose, to see the daemon close.
      questions += header.ok() && header->command == Command::kVerifyRequest ? 1 : 0;
      continue;
    }
    ASSERT_TRUE(header.ok()) << name << ": " << header.status();
    const auto read = decoded(verify("tftp"), message, header->session);
    EXPECT_TRUE(read.ok()) << name << ": " << read.status();
    ++answers;
  }
  EXPECT_EQ(answers, 5);
  EXPECT_GE(questions, 5);
}

struct QueryRow {
  const char* file;
  bool readable, trusted;
};
void PrintTo(const QueryRow& row, std::ostream* out) { *out << row.file; }
class F9_TvsQuery_Peer : public testing::TestWithParam<QueryRow> {};

TEST_P(F9_TvsQuery_Peer, Sample) {
  NEEDS_SAMPLES();
  const auto answer = decoded(query(), Phone::sample(std::string("wire/tvs_query/") + GetParam().file));
  EXPECT_EQ(answer.ok(), GetParam().readable) << answer.status();
  EXPECT_EQ(answer.ok() && speaks_for(*answer, Role::kTftp), GetParam().trusted);
  if (GetParam().trusted) {
    EXPECT_EQ(*answer->certificate, Phone::certificate("tftp"));
  }
}

const QueryRow kQueries[] = {
    {"res_valid_reserved_f7.bin", true, true}, {"res_valid_ttl0.bin", true, true},
    {"res_invalid.bin", true, false},          {"res_valid_other_cert.bin", false, false},
    {"res_wrong_session.bin", false, false},   {"res_no_status.bin", false, false},
    {"res_status_7.bin", false, false},        {"res_trunc.bin", false, false},
    {"res_tlv_overrun.bin", false, false},
};
INSTANTIATE_TEST_SUITE_P(Samples, F9_TvsQuery_Peer, testing::ValuesIn(kQueries));

TEST(F9_TvsMessages_Peer, AnAnswerToTheOtherKindOfQuestionIsNone) {
  NEEDS_SAMPLES();
  EXPECT_FALSE(decoded(query(), Phone::sample("wire/tvs/002_tvs_response.bin")).ok());
  EXPECT_FALSE(decoded(verify("tftp"), Phone::sample("wire/tvs_query/res_valid_ttl0.bin")).ok());
}

TEST(F9_TvsMessages_Peer, EveryPrefixOfAnAnswerIsRefused) {
  NEEDS_SAMPLES();
  const std::string whole = Phone::sample("wire/tvs_query/res_valid_reserved_f7.bin");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decoded(query(), whole.substr(0, length)).ok()) << length;
  }
}

TEST(F9_TvsCache_Peer, OnlyValidAnswersAreKeptAndOnlyForTheirTime) {
  NEEDS_SAMPLES();
  Cache cache;
  const absl::Time now = absl::FromUnixSeconds(1000);
  const auto kept = decoded(query(), Phone::sample("wire/tvs_query/res_valid_reserved_f7.bin"));
  cache.keep(query(), *kept, "a:2445", now);
  EXPECT_EQ(cache.find(query(), now + absl::Hours(23))->server, "a:2445");
  EXPECT_FALSE(cache.find(query(), now + absl::Hours(24)).has_value());
  EXPECT_FALSE(cache.find(verify("tftp"), now).has_value());
  Cache other;
  other.keep(query(), *decoded(query(), Phone::sample("wire/tvs_query/res_valid_ttl0.bin")), "a:2445", now);
  other.keep(query(), *decoded(query(), Phone::sample("wire/tvs_query/res_invalid.bin")), "a:2445", now);
  EXPECT_FALSE(other.find(query(), now).has_value());
}

}  // namespace
}  // namespace phone::trust::tvs
