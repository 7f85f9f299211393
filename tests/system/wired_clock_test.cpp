// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves the part of F95 and F41 that is about a phone without a battery for its clock: in 1970 it is let in by
// hostapd, which is where the time comes from; with a time, dates are judged again.
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/wired_bench.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using rig::operator+;

class F95_F41_WiredClock_Peer : public testing::Test {
 protected:
  void SetUp() override {
    bench_ = std::make_unique<WiredBench>("rsa");
    ASSERT_TRUE(bench_->installed()) << "no bench: root, namespaces, hostapd, openssl are needed";
    fs::copy_file(PHONE_CLOCK_SHIM, bench_->stage().bin() / "clock_shim.so", fs::copy_options::overwrite_existing);
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << bench_->logs() << bench_->port().log() << bench_->network().dump(1);
    bench_->port().stop();
  }
  // Of the services that judge dates, from their next start on.
  void set_clock(const std::string& seconds) {
    for (const char* unit : {"network-access", "certificate-manager", "supplicant"}) {
      const std::string directory = absl::StrCat("/run/systemd/system/phone-", unit, ".service.d");
      const std::string preload =
          seconds.empty() ? "" : "Environment=LD_PRELOAD=/usr/lib/phone/clock_shim.so CLOCK_AT=" + seconds;
      const auto written =
          rig::run({.argv = bench_->phone().inside() +
                            std::vector<std::string>{"sh", "-c",
                                                     absl::StrCat("mkdir -p ", directory, " && printf '[Service]\\n",
                                                                  preload, "\\n' > ", directory, "/30-clock.conf")}});
      ASSERT_TRUE(written.ok() && written->exit_code == 0);
    }
    ASSERT_EQ(bench_->phone().systemctl({"daemon-reload"}).exit_code, 0);
  }
  std::unique_ptr<WiredBench> bench_;
};

TEST_F(F95_F41_WiredClock_Peer, In1970ThePhoneIsLetInAndWithATimeDatesCount) {
  ASSERT_NO_FATAL_FAILURE(set_clock("1000"));
  ASSERT_TRUE(bench_->start());
  const std::vector<std::string> users = {absl::StrCat("\"", kIdentity, "\" TLS")};
  ASSERT_TRUE(bench_->port().start({.users = users}).ok());
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  ASSERT_TRUE(bench_->becomes("AUTHENTICATED")) << bench_->access().dump(1);
  EXPECT_TRUE(absl::StrContains(bench_->port().station(kAddress), "AUTHORIZED"));
  EXPECT_TRUE(absl::StrContains(bench_->logs(), "The clock is wrong")) << bench_->logs();
  // Names and signatures count without a time as well.
  bench_->port().stop();
  ASSERT_TRUE(bench_->port().start({.server = "other-name", .users = users}).ok());
  ASSERT_EQ(bench_->apply({"off"}).exit_code, 0);
  ASSERT_EQ(bench_->apply(bench_->tls()).exit_code, 0);
  EXPECT_TRUE(bench_->becomes("HELD", "SERVER_NAME")) << bench_->access().dump(1);

  // The device has a time now; a server whose certificate has ended is refused again.
  bench_->port().stop();
  ASSERT_TRUE(bench_->port().start({.server = "expired", .users = users}).ok());
  ASSERT_NO_FATAL_FAILURE(set_clock(""));
  ASSERT_EQ(bench_->phone()
                .systemctl({"restart", "phone-certificate-manager.service", "phone-supplicant.service",
                            "phone-network-access.service"})
                .exit_code,
            0);
  EXPECT_TRUE(bench_->becomes("HELD", "SERVER_EXPIRED", absl::Seconds(40))) << bench_->access().dump(1);
}

}  // namespace
}  // namespace phone::system
