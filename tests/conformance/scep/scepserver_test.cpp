// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F71 against Debian's scepserver (micromdm), which none of us wrote.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "common/http/get.hpp"
#include "services/certificate_manager/enrolment/scep_http.hpp"
#include "tests/conformance/scep/scep_world.hpp"
#include "tools/rig/process.hpp"

namespace phone::enrolment {
namespace {

namespace fs = std::filesystem;
using crypto::Digest;
constexpr char kServer[] = "/usr/bin/scepserver";
constexpr char kChallenge[] = "a-challenge-nobody-may-read";

// One that was free a moment ago: the server takes no port 0.
std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

class F71_Scep_Peer : public testing::Test {
 protected:
  // Its CA has a key of 4096 bits: one for all tests.
  static void SetUpTestSuite() {
    if (!fs::exists(kServer)) return;
    char name[] = "/tmp/phone-scep-XXXXXX";
    directory_ = mkdtemp(name);
    const auto made =
        rig::run({.argv = {kServer, "ca", "-init", "-organization", "LabCA", "-depot", directory_ / "depot"}},
                 absl::Seconds(100));
    ASSERT_TRUE(made.ok()) << made.status();
  }
  static void TearDownTestSuite() {
    if (!directory_.empty()) fs::remove_all(directory_);
  }
  void SetUp() override {
    if (directory_.empty()) GTEST_SKIP() << "the package `scep` is not installed";
    const std::string depot = directory_ / "depot";
    port_ = free_port();
    auto started = rig::Process::start({.argv = {kServer, "-depot", depot, "-port", std::to_string(port_), "-challenge",
                                                 kChallenge, "-allowrenew", "0"},
                                        .output = directory_ / "log"});
    ASSERT_TRUE(started.ok());
    server_ = *std::move(started);
    transport_ = std::make_unique<ScepHttp>(&http::get, "127.0.0.1", port_, "scep", cancelled_);
    ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [this] { return transport_->get("GetCACaps", "", 4096).ok(); }));
    const auto reply = transport_->get("GetCACert", "", 65536);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->type, "application/x-x509-ca-cert");
    ca_ = crypto::Certificate::parse(reply->body).value();
  }
  void TearDown() override { server_.end(); }
  SessionResult enrol(const std::string& root, bool renew = false, const std::string& challenge = kChallenge) {
    return run_scep(*transport_, keys_,
                    {"SEP0A1B2C3D4E5F", *parse_fingerprint(root), crypto::Secret::copy_of(challenge), renew},
                    told_.delegate());
  }

  static inline fs::path directory_;
  std::uint16_t port_ = 0;
  rig::Process server_;
  std::unique_ptr<ScepHttp> transport_;
  std::atomic<bool> cancelled_ = false;
  std::optional<crypto::Certificate> ca_;
  LocalKeys keys_;
  Told told_;
};

TEST_F(F71_Scep_Peer, EnrolsAndRenewsWithANewSerial) {
  const auto first = enrol(fingerprint(*ca_, Digest::kSha256, ':'));
  ASSERT_EQ(first.outcome.ended, Ended::kInstalled) << first.outcome.reason;
  const auto old = *keys_.certificate;
  EXPECT_EQ(old.common_name(), "SEP0A1B2C3D4E5F");
  EXPECT_EQ(old.issuer_der(), ca_->subject_der());
  const auto second = enrol(fingerprint(*ca_, Digest::kSha1, ' '), true);
  ASSERT_EQ(second.outcome.ended, Ended::kInstalled) << second.outcome.reason;
  EXPECT_NE(keys_.certificate->serial(), old.serial());
}

TEST_F(F71_Scep_Peer, AWrongFingerprintStops) {
  EXPECT_EQ(enrol(std::string(64, 'a')).outcome.reason,
            "no certificate of the SCEP server matches the configured root fingerprint");
  EXPECT_EQ(keys_.signatures, 0);
}

TEST_F(F71_Scep_Peer, AWrongChallengeIsRefused) {
  const auto result = enrol(fingerprint(*ca_, Digest::kSha256, '\0'), false, "wrong");
  EXPECT_EQ(result.outcome.ended, Ended::kFailed);
  EXPECT_NE(result.outcome.reason.find("the SCEP server"), std::string::npos) << result.outcome.reason;
  EXPECT_FALSE(keys_.certificate);
}

TEST_F(F71_Scep_Peer, MessagesGoByGetToo) {
  class GetAlone final : public ScepTransport {
   public:
    explicit GetAlone(ScepTransport& to) : to_(to) {}
    absl::StatusOr<ScepReply> get(std::string_view operation, std::string_view message, size_t limit) override {
      if (operation == "GetCACaps") return ScepReply{"text/plain", "SHA-256\r\nAES\r\nRenewal\r\n"};
      return to_.get(operation, message, limit);
    }
    absl::StatusOr<ScepReply> post(const std::string&, size_t) override { return absl::InternalError("posted"); }

   private:
    ScepTransport& to_;
  };
  GetAlone transport(*transport_);
  const auto result = run_scep(
      transport, keys_,
      {"SEP0A1B2C3D4E5F", *parse_fingerprint(ca_->fingerprint(Digest::kSha256)), crypto::Secret::copy_of(kChallenge)},
      told_.delegate());
  EXPECT_EQ(result.outcome.ended, Ended::kInstalled) << result.outcome.reason;
}

}  // namespace
}  // namespace phone::enrolment
