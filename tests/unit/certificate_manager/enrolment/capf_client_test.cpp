// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F21: whole CAPF sessions against a scripted server, good and hostile.
#include "services/certificate_manager/enrolment/capf_client.hpp"

#include <deque>

#include <gtest/gtest.h>

#include "common/tlv/writer.hpp"
#include "services/certificate_manager/enrolment/retry_policy.hpp"

namespace phone::enrolment {
namespace {

std::string server(Command command, const std::string& body = {}, std::uint32_t session = 7) {
  std::string out;
  tlv::append_u8(out, 0x55);
  tlv::append_u8(out, static_cast<std::uint8_t>(command));
  tlv::append_u32(out, session);
  tlv::append_u16(out, static_cast<std::uint16_t>(body.size()));
  return out + body;
}
const std::string kAuth = server(Command::kAuthReq, tlv::element_u8(7, 3) + tlv::element_u8(8, 0));
const std::string kKeygen = server(Command::kKeygenReq, tlv::element_u16(10, 2048) + tlv::element_u8(17, 0));
const std::string kStore = server(
    Command::kStoreCertReq, tlv::element_u8(3, 1) + tlv::element(4, std::string("\x01\x00\x06\x00\x01", 5) + "cert"));
std::string end(int reason) {
  return server(Command::kEndSession, tlv::element_u8(1, static_cast<std::uint8_t>(reason)));
}

// Plays its bytes; when they are used up it is gone, or silent.
class Script final : public Transport {
 public:
  explicit Script(std::string bytes, absl::Status at_end = absl::UnavailableError("closed"))
      : bytes_(std::move(bytes)), at_end_(std::move(at_end)) {}
  absl::Status write(std::string_view bytes, absl::Time) override {
    written.emplace_back(bytes);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> read_exactly(size_t size, absl::Time deadline) override {
    EXPECT_LT(deadline, absl::InfiniteFuture());
    if (bytes_.size() - at_ < size) return at_end_;
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  size_t used() const { return at_; }
  std::vector<std::string> written;

 private:
  const std::string bytes_;
  const absl::Status at_end_;
  size_t at_ = 0;
};

class Holder final : public KeyStorePort {
 public:
  absl::StatusOr<Proof> prove(std::uint32_t) override { return proof; }
  absl::StatusOr<std::string> make_key(const MakeKey& request) override {
    made.push_back(request);
    return key;
  }
  std::string store(const std::string& certificate) override {
    stored.push_back(certificate);
    return refusal;
  }
  absl::StatusOr<std::string> held_lsc() override { return lsc; }
  absl::StatusOr<bool> remove_lsc() override { return lsc.ok(); }

  absl::StatusOr<Proof> proof = Proof{"mic", "one", "two", {}};
  absl::StatusOr<std::string> key = std::string("spki");
  absl::StatusOr<std::string> lsc = std::string("lsc");
  std::string refusal;
  std::vector<MakeKey> made;
  std::vector<std::string> stored;
};

const SessionRequest kByNullString{"SEP0A1B2C3D4E5F", {}, false};

SessionResult play(Script& script, Holder& keys, const SessionRequest& order = kByNullString) {
  return run_session(
      script, keys, order, [](Progress) {}, [] { return absl::UnixEpoch(); });
}

TEST(F21_CapfSession_Table, InstallsByNullString) {
  Script script(kAuth + kKeygen + kStore + end(1));
  Holder keys;
  EXPECT_EQ(play(script, keys).outcome.ended, Ended::kInstalled);
  ASSERT_EQ(script.written.size(), 4U) << "every message in one write";
  EXPECT_EQ(script.written[0], auth_response(7, "SEP0A1B2C3D4E5F", {}, {}).view());
  EXPECT_EQ(script.written[1], in_progress(7));
  EXPECT_EQ(script.written[2], key_response(7, "spki"));
  EXPECT_EQ(script.written[3], plain_response(Command::kStoreCertRes, 7, Reason::kDone));
  EXPECT_EQ(keys.stored, std::vector<std::string>{"cert"});
}

TEST(F21_CapfSession_Table, AuthenticatesByString) {
  Script script(kAuth + end(0));
  Holder keys;
  const SessionRequest order{"SEP0A1B2C3D4E5F", crypto::Secret::copy_of("123456"), false};
  EXPECT_EQ(play(script, keys, order).outcome.ended, Ended::kNothingToDo);
  EXPECT_NE(script.written[0].find(std::string("123456\0", 7)), std::string::npos);
}

TEST(F21_CapfSession_Table, AuthenticatesByCertificate) {
  Script script(kAuth + end(0));
  Holder keys;
  const SessionRequest order{"SEP0A1B2C3D4E5F", {}, true};
  play(script, keys, order);
  EXPECT_EQ(script.written[0], auth_response(7, "SEP0A1B2C3D4E5F", {}, Proof{"mic", "one", "two", {}}).view());
}

TEST(F21_CapfSession_Table, WithoutACertificateNothingIsSent) {
  Script script(kAuth + kKeygen);
  Holder keys;
  keys.proof = absl::FailedPreconditionError("no certificate is installed for CAPF proof");
  const auto result = play(script, keys, {"SEP0A1B2C3D4E5F", {}, true});
  EXPECT_EQ(result.outcome.reason, "no proof: no certificate is installed for CAPF proof");
  EXPECT_FALSE(result.try_again);
  EXPECT_TRUE(script.written.empty());
}

TEST(F21_CapfSession_Table, FetchAnswersWithTheLscOrThatThereIsNone) {
  Holder keys;
  Script with(kAuth + server(Command::kFetchCertReq) + end(0));
  EXPECT_EQ(play(with, keys).outcome.ended, Ended::kFetched);
  EXPECT_EQ(with.written[1], fetch_response(7, "lsc"));
  keys.lsc = absl::NotFoundError("none");
  Script without(kAuth + server(Command::kFetchCertReq) + end(0));
  EXPECT_EQ(play(without, keys).outcome.ended, Ended::kFetched);
  EXPECT_EQ(without.written[1], plain_response(Command::kFetchCertRes, 7, Reason::kFailure));
}

TEST(F35_RemovedLsc_Table, EndsAsDeletedWhetherOrNotThereWasOne) {
  Holder keys;
  Script with(kAuth + server(Command::kDeleteCertReq) + end(1));
  EXPECT_EQ(play(with, keys).outcome.ended, Ended::kDeleted);
  keys.lsc = absl::NotFoundError("none");
  Script without(kAuth + server(Command::kDeleteCertReq) + end(1));
  EXPECT_EQ(play(without, keys).outcome.ended, Ended::kDeleted);
  EXPECT_EQ(without.written[1], plain_response(Command::kDeleteCertRes, 7, Reason::kFailure));
}

TEST(F21_CapfSession_Table, TheServersGoodEndIsNoProofOfOurOwnStore) {
  Script script(kAuth + kKeygen + kStore + end(1));
  Holder keys;
  keys.refusal = "the certificate is not for the newly generated key";
  const auto result = play(script, keys);
  EXPECT_EQ(result.outcome.ended, Ended::kFailed);
  EXPECT_EQ(result.outcome.reason, keys.refusal);
  EXPECT_FALSE(result.try_again);
  EXPECT_EQ(script.written[3], plain_response(Command::kStoreCertRes, 7, Reason::kFailure));
}

TEST(F21_CapfSession_Table, StoredStaysStoredWhenTheServerGoesWithoutItsEnd) {
  Script script(kAuth + kKeygen + kStore);
  Holder keys;
  EXPECT_EQ(play(script, keys).outcome.ended, Ended::kInstalled);
}

TEST(F21_CapfSession_Table, AKeyThatMayNotBeMadeIsToldToTheServer) {
  Script script(kAuth + kKeygen + end(7));
  Holder keys;
  keys.key = absl::FailedPreconditionError("Cert key size is not FIPS compliant");
  const auto result = play(script, keys);
  EXPECT_EQ(result.outcome.reason, "no key was generated: Cert key size is not FIPS compliant");
  EXPECT_EQ(script.written[2], plain_response(Command::kKeygenRes, 7, Reason::kFailure));
}

struct EndRow {
  const char* name;
  std::string script;
  const char* reason;
  bool try_again;
};
class F21_CapfFailure_Table : public ::testing::TestWithParam<EndRow> {};
TEST_P(F21_CapfFailure_Table, NamesItsCause) {
  Script script(GetParam().script);
  Holder keys;
  const auto result = play(script, keys);
  EXPECT_EQ(result.outcome.ended, Ended::kFailed);
  EXPECT_EQ(result.outcome.reason, GetParam().reason);
  EXPECT_EQ(result.try_again, GetParam().try_again);
}
INSTANTIATE_TEST_SUITE_P(
    All, F21_CapfFailure_Table,
    ::testing::Values(
        EndRow{
            "UnknownDevice", kAuth + end(9),
            "the CAPF server does not know this phone: check that the device is configured for a certificate operation",
            false},
        EndRow{
            "WrongString", kAuth + end(7),
            "the CAPF server refused the authentication or an element of the request: check the authentication string",
            false},
        EndRow{"UnknownReason", kAuth + end(5), "the CAPF server ended the session with reason 5", false},
        EndRow{"DoneBeforeAnything", kAuth + end(1), "the CAPF server ended the session with reason 1", false},
        EndRow{"NothingBeforeAuthentication", end(0), "the CAPF server ended the session with reason 0", false},
        EndRow{"Gone", kAuth, "the connection was lost: closed", true},
        EndRow{"HalfAHeader", kAuth.substr(0, 5), "the connection was lost: closed", true},
        EndRow{"HalfABody", kAuth.substr(0, 12), "the connection was lost: closed", true},
        EndRow{"OtherVersion", server(Command::kAuthReq, tlv::element_u8(7, 2)), "the server speaks CAPF version 2",
               false},
        EndRow{"NotCapf", "HTTP/1.1 400 Bad Request", "not a CAPF message", false},
        EndRow{"OtherSession", kAuth + server(Command::kFetchCertReq, "", 8), "the message belongs to another session",
               false},
        EndRow{"AuthTwice", kAuth + kAuth, "command 1 is out of order", false},
        EndRow{"StoreWithoutKey", kAuth + kStore, "command 9 is out of order", false},
        EndRow{"KeyBeforeAuthentication", kKeygen, "command 3 is out of order", false},
        EndRow{"KeyTwice", kAuth + kKeygen + kKeygen, "command 3 is out of order", false}),
    [](const auto& info) { return info.param.name; });

TEST(F21_CapfHostile_Table, ASecondCertificateIsRefusedAndTheFirstStays) {
  Script script(kAuth + kKeygen + kStore + kStore + kStore);
  Holder keys;
  EXPECT_EQ(play(script, keys).outcome.ended, Ended::kInstalled);
  EXPECT_EQ(keys.stored.size(), 1U);
}

TEST(F21_CapfHostile_Table, AWrongFirstByteIsRefusedBeforeTheBodyIsRead) {
  Script script(kAuth + server(Command::kStoreCertReq, std::string(9000, 'x')));
  Holder keys;
  EXPECT_FALSE(play(script, keys).try_again);
  EXPECT_EQ(script.used(), kAuth.size() + kHeaderSize);
}

TEST(F21_CapfHostile_Table, ASilentServerIsLeft) {
  Script script("", absl::DeadlineExceededError("8 s"));
  Holder keys;
  const auto result = play(script, keys);
  EXPECT_EQ(result.outcome.reason, "the server does not respond");
  EXPECT_TRUE(result.try_again);
}

// F21: retries 3 x 30 s, in virtual time.
struct Tried {
  std::vector<size_t> servers;
  std::vector<absl::Duration> pauses;
};
Outcome rounds(Tried& tried, size_t servers, std::function<SessionResult(size_t)> answer, bool stands = true) {
  return run_rounds(
      servers,
      [&](size_t server) {
        tried.servers.push_back(server);
        return answer(server);
      },
      [&](absl::Duration pause) {
        tried.pauses.push_back(pause);
        return stands;
      });
}

TEST(F21_Retries_Table, ThreeRoundsOverAllServersThirtySecondsApart) {
  Tried tried;
  const auto outcome = rounds(tried, 2, [](size_t) { return SessionResult{{Ended::kFailed, "gone", 0}, true}; });
  EXPECT_EQ(outcome.ended, Ended::kFailed);
  EXPECT_EQ(outcome.reason, "gone");
  EXPECT_EQ(tried.servers, (std::vector<size_t>{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(tried.pauses, (std::vector<absl::Duration>{absl::Seconds(30), absl::Seconds(30)}));
}

TEST(F21_Retries_Table, TheFirstAnswerEndsIt) {
  Tried tried;
  const auto outcome = rounds(tried, 3, [](size_t server) {
    return server == 1 ? SessionResult{{Ended::kInstalled, "", 0}, false}
                       : SessionResult{{Ended::kFailed, "gone", 0}, true};
  });
  EXPECT_EQ(outcome.ended, Ended::kInstalled);
  EXPECT_EQ(tried.servers, (std::vector<size_t>{0, 1}));
  EXPECT_TRUE(tried.pauses.empty());
}

TEST(F21_Retries_Table, AServerMayAskForMoreTimeWithinReason) {
  Tried tried;
  const auto outcome = rounds(tried, 1, [](size_t) { return SessionResult{{Ended::kRetry, "later", 90000}, true}; });
  EXPECT_EQ(outcome.ended, Ended::kFailed);
  EXPECT_EQ(tried.pauses, (std::vector<absl::Duration>{absl::Minutes(10), absl::Minutes(10)}));
}

TEST(F21_Retries_Table, AReplacedOrderEndsAtOnce) {
  Tried tried;
  rounds(
      tried, 1,
      [](size_t) {
        return SessionResult{{Ended::kFailed, "gone", 0}, true};
      },
      false);
  EXPECT_EQ(tried.servers.size(), 1U);
}

}  // namespace
}  // namespace phone::enrolment
