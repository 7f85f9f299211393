// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The owner of who the phone is in a WLAN: what costs it its stored password and what does not, with the supplicant's
// own words and a clock of the test's.
#include "services/network_access/access/access_actor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "absl/strings/match.h"
#include "services/network_access/rpc/convert.hpp"
#include "services/network_access/wlan/refusals.hpp"
#include "tests/unit/gateway/test_pki.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::network::access_actor_test {
namespace {

const char* const kHome = "02:00:00:00:00:01";
const char* const kRogue = "02:66:66:66:66:66";
const char* const kStarted = "<3>CTRL-EVENT-EAP-STARTED EAP authentication started";
const char* const kPeap = "<3>CTRL-EVENT-EAP-METHOD EAP vendor 0 method 25 (PEAP) selected";
const char* const kServer = "<3>CTRL-EVENT-EAP-PEER-CERT depth=0 subject='/CN=radius' hash=00";
const char* const kNak = "<3>CTRL-EVENT-EAP-PROPOSED-METHOD vendor=0 method=13 -> NAK";
const char* const kNo = "<4>EAP-MSCHAPV2: failure message: '' (retry not allowed, error 691)";
const char* const kFailure = "<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed";

std::string authority() {
  const gateway::TestAuthority made("lab");
  const std::string pem = made.pem();
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* const certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  std::string der(static_cast<std::size_t>(i2d_X509(certificate, nullptr)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &at);
  X509_free(certificate);
  BIO_free(bio);
  return der;
}

class F70_WlanActor : public testing::Test {
 protected:
  void SetUp() override {
    WlanProfile profile{.enabled = true,
                        .ssid = "voice",
                        .security = WlanSecurity::kEnterprise,
                        .eap = WlanEap::kPeapGtc,
                        .user = "anna",
                        .anchors = {authority()},
                        .servers = {"radius.lab"}};
    profile.password = crypto::Secret("of-the-lab");
    std::filesystem::create_directories(directory_ / "state");
    auto files = CredentialDirectory::open(directory_ / "shared", directory_ / "state", "");
    ASSERT_TRUE(files.ok()) << files.status();
    AccessSetup setup{.profile = profile, .policy = {}, .product = "x", .files = *std::move(files), .delegate = {}};
    setup.delegate.run = [this](const Plan& plan, const PlanDone& done) {
      const bool status = plan.back().text == "STATUS";
      const std::lock_guard lock(mutex_);
      asked_status_ += status ? 1 : 0;
      done(status ? "wpa_state=" + wpa_state_ + "\nbssid=" + at_ + "\n" : "OK\n");
    };
    setup.delegate.publish = [this](const AccessProfile&, const AccessStatus& status) {
      const std::lock_guard lock(mutex_);
      status_ = status;
      ++published_;
    };
    setup.delegate.tell = [this](const std::string& kind, mesh::Severity, const std::string& text) {
      const std::lock_guard lock(mutex_);
      announced_.emplace_back(kind, text);
    };
    setup.delegate.save = [this](const AccessProfile& saved) {
      const std::lock_guard lock(mutex_);
      if (room_.ok()) saved_ = std::get<WlanProfile>(saved);
      return room_;
    };
    setup.save_again = std::chrono::milliseconds(1);
    setup.clock = [this] { return Refusals::Time(std::chrono::minutes(minutes_.load())); };
    actor_ = spawn_access(system_, std::move(setup));
    caf::anon_send(actor_, CertificatesChanged{.device_name = "SEP0"});
    caf::anon_send(actor_, SupplicantChanged{true});
  }
  void TearDown() override { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }

  template <class Condition>
  bool becomes(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      {
        const std::lock_guard lock(mutex_);
        if (condition()) return true;
      }
      std::this_thread::yield();
    }
    return false;
  }
  std::size_t count(const std::string& kind) {
    std::size_t found = 0;
    for (const auto& one : announced_) found += one.first == kind ? 1 : 0;
    return found;
  }
  // Says it from this access point and waits for the failure to be told; what was told of it.
  std::string fails(const std::string& from, const std::vector<std::string>& said) {
    const std::size_t before = [this] {
      const std::lock_guard lock(mutex_);
      return count("access.failed");
    }();
    caf::anon_send(actor_, *parse_event("<3>Associated with " + from));
    for (const auto& one : said) caf::anon_send(actor_, *parse_event(one));
    EXPECT_TRUE(becomes([&] { return count("access.failed") > before; }));
    const std::lock_guard lock(mutex_);
    for (auto one = announced_.rbegin(); one != announced_.rend(); ++one) {
      if (one->first == "access.failed") return one->second;
    }
    return "";
  }
  void is_let_in(const std::string& by) {
    {
      const std::lock_guard lock(mutex_);
      at_ = by;
    }
    caf::anon_send(actor_, *parse_event("<3>Associated with " + by));
    caf::anon_send(actor_, *parse_event(kStarted));
    caf::anon_send(actor_, *parse_event("<3>CTRL-EVENT-CONNECTED - Connection to " + by + " completed [id=0 id_str=]"));
    ASSERT_TRUE(becomes([&] { return status_.state == AccessState::kAuthenticated; }));
  }
  bool cleared() {
    const std::lock_guard lock(mutex_);
    return count("wlan.password_cleared") > 0 || (saved_ && !saved_->cleared.empty());
  }

  tests::TemporaryDirectory directory_;
  std::mutex mutex_;   // the eight below
  absl::Status room_;  // on flash
  AccessStatus status_;
  int published_ = 0;
  std::vector<std::pair<std::string, std::string>> announced_;
  std::optional<WlanProfile> saved_;
  std::string at_ = kHome;
  std::string wpa_state_ = "COMPLETED";
  int asked_status_ = 0;
  std::atomic<int> minutes_{60};
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  AccessActor actor_;
};

// F88: a full flash. What the phone has learned is saved when there is room.
TEST_F(F70_WlanActor, WhatFindsNoRoomIsKeptWhenThereIsSome) {
  {
    const std::lock_guard lock(mutex_);
    room_ = absl::ResourceExhaustedError("no room");
  }
  ASSERT_NO_FATAL_FAILURE(is_let_in(kHome));
  ASSERT_TRUE(becomes([&] { return count("flash.room") == 1; }));
  {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(saved_);
    room_ = absl::OkStatus();
  }
  ASSERT_TRUE(becomes([&] { return count("flash.room") == 2; }));
  const std::lock_guard lock(mutex_);
  ASSERT_TRUE(saved_);
  EXPECT_EQ(saved_->known, std::vector<std::string>{kHome});
}

// What the policy refuses of a profile that was taken before is said in the status.
TEST_F(F70_WlanActor, FipsModeRefusesAStoredProfileByNameInTheStatus) {
  ASSERT_TRUE(becomes([&] { return published_ > 0; }));
  WlanProfile profile{.enabled = true,
                      .ssid = "voice",
                      .security = WlanSecurity::kEnterprise,
                      .eap = WlanEap::kPeapMschapv2,
                      .user = "anna",
                      .anchors = {authority()},
                      .servers = {"radius.lab"}};
  profile.password = crypto::Secret("of-the-lab");
  caf::anon_send(actor_, ApplyProfileRequest{profile});
  ASSERT_TRUE(becomes([&] { return saved_.has_value(); }));
  caf::anon_send(actor_, AccessPolicy{.tls = {.fips = true}});
  EXPECT_TRUE(becomes([&] {
    return status_.cause == AccessCause::kProfileInvalid &&
           absl::StrContains(status_.detail, "PEAP-MSCHAPv2 is not allowed in FIPS mode");
  })) << status_.detail;
  EXPECT_NE(status_.state, AccessState::kAuthenticated);
}

TEST(F3_F72_StoredPolicy, TlsOutlivesARestartUnchanged) {
  StoredAccess stored;
  stored.access.tls = {.client_minimum = tls::kTls11, .fips = false, .switched_off = 1U << 4 | 1U << 6};
  auto read = decode_access(encode(stored).view());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->access, stored.access);
  stored.access.tls = {.client_minimum = tls::kTls13, .fips = true};
  read = decode_access(encode(stored).view());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->access, stored.access);
}

TEST_F(F70_WlanActor, LostEventsAreMadeUpForByStatusBothWaysAndAFloodIsSaidOnceAMinute) {
  ASSERT_TRUE(becomes([&] { return status_.state == AccessState::kConnecting; }));
  caf::anon_send(actor_, EventsMissed());  // CONNECTED among them
  ASSERT_TRUE(becomes([&] { return status_.state == AccessState::kAuthenticated; }));
  {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(asked_status_, 1);
    wpa_state_ = "SCANNING";
  }
  caf::anon_send(actor_, EventsMissed());  // DISCONNECTED among them
  ASSERT_TRUE(becomes([&] { return status_.state == AccessState::kConnecting; }));
  {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(status_.cause, AccessCause::kConnectionLost);
    EXPECT_EQ(count("access.flood"), 1U);
  }
  ++minutes_;
  caf::anon_send(actor_, EventsMissed());
  EXPECT_TRUE(becomes([&] { return count("access.flood") == 2 && asked_status_ == 3; }));
}

TEST_F(F70_WlanActor, ARogueAccessPointsRefusalsHoldThePasswordHoweverManyAndSaySo) {
  const std::vector<std::vector<std::string>> kAttacks = {
      {kStarted, kNak, kFailure}, {kStarted, kPeap, kServer, kFailure}, {kStarted, kNo, kFailure}};
  // Before the network is known, and after; in hours and days.
  for (const bool known : {false, true}) {
    if (known) is_let_in(kHome);
    for (int i = 0; i < 30; ++i, minutes_ += 60) {
      for (const auto& attack : kAttacks) {
        const std::string told = fails(kRogue, attack);
        if (attack != kAttacks[2]) {
          EXPECT_TRUE(absl::StrContains(told, "the stored password is kept")) << told;
        }
      }
    }
  }
  EXPECT_FALSE(cleared());
}

TEST_F(F70_WlanActor, TheTunnelsWordClearsAtOnceWhoeverPassedItOn) {
  fails(kRogue, {kStarted, kPeap, kServer, kNo, kFailure});
  EXPECT_TRUE(becomes([&] { return count("wlan.password_cleared") == 1 && saved_ && saved_->password.empty(); }));
  EXPECT_TRUE(becomes([&] { return status_.cause == AccessCause::kPasswordCleared; }));
}

TEST_F(F70_WlanActor, AKnownNetworkThatRefusesForHoursClearsAndNotBefore) {
  is_let_in(kHome);
  for (unsigned i = 1; i < Refusals::kEnough; ++i) {
    for (int again = 0; again < 3; ++again, minutes_ += 9) {
      const std::string told = fails(kHome, {kStarted, kNak, kFailure});
      EXPECT_TRUE(absl::StrContains(told, std::to_string(i) + " of 8")) << told;
    }
    minutes_ += 30;
    EXPECT_FALSE(cleared());
  }
  fails(kHome, {kStarted, kNak, kFailure});
  EXPECT_TRUE(becomes([&] { return count("wlan.password_cleared") == 1; }));
}

TEST_F(F70_WlanActor, BeingLetInForgetsWhatWasRefused) {
  for (int round = 0; round < 3; ++round) {
    is_let_in(kHome);
    for (unsigned i = 1; i < Refusals::kEnough; ++i, minutes_ += 30) fails(kHome, {kStarted, kNak, kFailure});
  }
  EXPECT_FALSE(cleared());
}

TEST_F(F70_WlanActor, AccessPointsThatLetThePhoneInAreKeptAndOutliveARestartAndANewPassword) {
  is_let_in(kHome);
  ASSERT_TRUE(becomes([&] { return saved_.has_value(); }));
  EXPECT_EQ(saved_->known, std::vector<std::string>{kHome});
  const auto again = decode_wlan(encode(*saved_).view());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->known, saved_->known);
  WlanProfile another = *saved_;
  another.known = {kRogue};  // not the user's to say
  another.password = crypto::Secret("another");
  caf::scoped_actor self(system_);
  const auto apply = [&](const WlanProfile& profile) {
    std::string refusal = "no answer";
    self->request(actor_, std::chrono::seconds(30), ApplyProfileRequest{profile})
        .receive([&](const ApplyProfileResult& applied) { refusal = applied.refusal; }, [](const caf::error&) {});
    EXPECT_EQ(refusal, "");
    const std::lock_guard lock(mutex_);
    return saved_->known;
  };
  EXPECT_EQ(apply(another), std::vector<std::string>{kHome});
  another.ssid = "elsewhere";
  EXPECT_EQ(apply(another), std::vector<std::string>());
}

}  // namespace
}  // namespace phone::network::access_actor_test
