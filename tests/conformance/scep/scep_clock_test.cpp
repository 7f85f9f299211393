// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves the part of F71 and F95 that is about SCEP on a phone whose clock says 1970: no date refuses then, what has
// certainly ended has ended, and what was judged without a time is judged again when there is one.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "common/http/get.hpp"
#include "services/certificate_manager/enrolment/scep_http.hpp"
#include "services/certificate_manager/enrolment/scep_request.hpp"
#include "tests/conformance/scep/scep_world.hpp"
#include "tests/unit/temporary_directory.hpp"
#include "tools/lab/enrolment/scep_server.hpp"
#include "tools/lab/pki.hpp"

namespace phone::enrolment {
namespace {

using crypto::Digest;

// Made once: making keys is what takes the time.
const std::filesystem::path& pki_dir() {
  static const tests::TemporaryDirectory directory;
  static const absl::Status made = lab::make_pki(directory.path(), {"127.0.0.1"});
  EXPECT_TRUE(made.ok()) << made;
  return directory.path();
}

class F95_F71_ScepClock_Lab : public testing::Test {
 protected:
  void serve(int pending = 0) {
    ASSERT_TRUE(events_.open(pki_dir() / "events").ok());
    server_ = std::make_unique<lab::ScepServer>(pki_, lab::ScepSettings{.challenge = "challenge", .pending = pending},
                                                faults_, events_);
    ASSERT_TRUE(server_->start("127.0.0.1", 0).ok());
    transport_ =
        std::make_unique<ScepHttp>(&http::get, "127.0.0.1", server_->port(), "cgi-bin/pkiclient.exe", cancelled_);
  }
  Outcome enrol() {
    return run_scep(*transport_, keys_,
                    {.common_name = "SEP0A1B2C3D4E5F",
                     .root = {Digest::kSha256, ca_.fingerprint(Digest::kSha256)},
                     .challenge = crypto::Secret::copy_of("challenge")},
                    told_.delegate())
        .outcome;
  }

  const lab::Pki pki_ = *lab::load_pki(pki_dir());
  const crypto::Certificate ca_ = *crypto::Certificate::parse(pki_.scep_ca->der());
  const clock::Present before_any_ = {.time = ca_.not_before() - absl::Hours(24 * 300), .known = false};
  lab::Faults faults_;
  lab::Events events_;
  std::unique_ptr<lab::ScepServer> server_;
  std::atomic_bool cancelled_{false};
  std::unique_ptr<ScepHttp> transport_;
  LocalKeys keys_;
  Told told_;
};

TEST_F(F95_F71_ScepClock_Lab, WithoutATimeNothingIsTooEarly) {
  ASSERT_NO_FATAL_FAILURE(serve());
  told_.present = before_any_;
  const Outcome outcome = enrol();
  EXPECT_EQ(outcome.ended, Ended::kInstalled) << outcome.reason;
  EXPECT_TRUE(keys_.certificate);
}

TEST_F(F95_F71_ScepClock_Lab, AClockThatIsKnownRefusesWhatHasNotBegun) {
  ASSERT_NO_FATAL_FAILURE(serve());
  told_.present = {.time = before_any_.time, .known = true};
  EXPECT_NE(enrol().reason.find("not yet valid"), std::string::npos);
  EXPECT_FALSE(keys_.certificate);
}

TEST_F(F95_F71_ScepClock_Lab, WhatHasCertainlyEndedHasEndedWithoutATimeToo) {
  ASSERT_NO_FATAL_FAILURE(serve());
  told_.present = {.time = ca_.not_after() + absl::Hours(1), .known = false};
  EXPECT_NE(enrol().reason.find("expired"), std::string::npos);
  EXPECT_FALSE(keys_.certificate);
}

// The request waits for the authority's decision; meanwhile the device is told the time.
TEST_F(F95_F71_ScepClock_Lab, AnAuthorityJudgedWithoutATimeIsJudgedAgainWhenThereIsOne) {
  ASSERT_NO_FATAL_FAILURE(serve(1));
  told_.present = before_any_;
  told_.paused = [this] { told_.present = {.time = absl::Now(), .known = true}; };
  EXPECT_EQ(enrol().ended, Ended::kInstalled);
  EXPECT_EQ(told_.vouched_for.size(), 2U) << "by trust_store too";

  keys_ = LocalKeys();
  told_.present = before_any_;
  told_.paused = [this] { told_.present = {.time = ca_.not_after() + absl::Hours(1), .known = true}; };
  ASSERT_NO_FATAL_FAILURE(serve(1));
  EXPECT_NE(enrol().reason.find("expired"), std::string::npos);
  EXPECT_FALSE(keys_.certificate);
}

TEST_F(F95_F71_ScepClock_Lab, TheRequestsOwnCertificateEndsInAWeekOnlyWhenAWeekIsKnown) {
  const crypto::EvpPkeyPtr key(EVP_RSA_gen(2048));
  ASSERT_EQ(EVP_PKEY_up_ref(key.get()), 1);
  const auto public_key = crypto::PublicKey::adopt(key.get());
  ASSERT_TRUE(public_key.ok());
  const auto known = self_signed(*public_key, key.get(), "SEP0A1B2C3D4E5F", {.time = absl::Now()});
  ASSERT_TRUE(known.ok());
  EXPECT_LT(known->not_after(), absl::Now() + absl::Hours(24 * 8));
  const auto unknown = self_signed(*public_key, key.get(), "SEP0A1B2C3D4E5F", before_any_);
  ASSERT_TRUE(unknown.ok());
  EXPECT_LT(unknown->not_before(), before_any_.time);
  EXPECT_GT(unknown->not_after(), absl::Now() + absl::Hours(24 * 365 * 1000));
}

}  // namespace
}  // namespace phone::enrolment
