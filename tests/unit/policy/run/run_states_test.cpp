// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/unit/policy/run/run_bench.hpp"

namespace phone::policy {
namespace {

using namespace runs;

// The way of a run through its states, by what the phone's peers and servers answer.
struct RunPath {
  const char* name;
  std::function<void(Bench&)> given;
  bool encrypted_before = false;
  std::vector<RunState> path;
  RunOutcome end = RunOutcome::kFailed;
};

class F99_RunStates : public Bench, public testing::WithParamInterface<RunPath> {};

TEST_P(F99_RunStates, AreEnteredInOrder) {
  GetParam().given(*this);
  const auto result = run({.servers = {"srv"}, .encrypted_before = GetParam().encrypted_before});
  EXPECT_EQ(path, GetParam().path) << result.failure;
  EXPECT_EQ(result.end, GetParam().end) << result.failure;
}

constexpr RunState kIdentifying = RunState::kIdentifying, kLists = RunState::kOfferingLists,
                   kSigned = RunState::kSignedFile, kEncrypted = RunState::kEncryptedFile,
                   kEnrolling = RunState::kEnrolling, kEnded = RunState::kEnded;

INSTANTIATE_TEST_SUITE_P(
    Table, F99_RunStates,
    testing::Values(RunPath{.name = "NoDeviceName",
                            .given = [](Bench& bench) { bench.certificates.held.device_name.clear(); },
                            .path = {kIdentifying, kEnded}},
                    RunPath{.name = "TrustStoreSilent",
                            .given = [](Bench& bench) { bench.trust.reachable = false; },
                            .path = {kIdentifying, kLists, kEnded}},
                    RunPath{.name = "NoServer",
                            .given = [](Bench& bench) { bench.files.servers.clear(); },
                            .path = {kIdentifying, kLists, kEnded}},
                    RunPath{.name = "CancelledBeforeTheLists",
                            .given = [](Bench& bench) { bench.cancelled = true; },
                            .path = {kIdentifying, kLists, kEnded},
                            .end = RunOutcome::kCancelled},
                    RunPath{.name = "CancelledBetweenFiles",
                            .given = [](Bench& bench) { bench.trust.at_offer = [&bench] { bench.cancelled = true; }; },
                            .path = {kIdentifying, kLists, kSigned, kEnded},
                            .end = RunOutcome::kCancelled},
                    RunPath{.name = "SignedFileComplete",
                            .given = [](Bench& bench) { bench.serve(kSgn, {full()}); },
                            .path = {kIdentifying, kLists, kSigned, kEnded},
                            .end = RunOutcome::kComplete},
                    RunPath{.name = "NoConfiguration",
                            .given = [](Bench&) {},
                            .path = {kIdentifying, kLists, kSigned, RunState::kDefaultFile, kEnded}},
                    RunPath{.name = "UserAwaited",
                            .given = [](Bench& bench) { bench.serve(kSgn, {partial("", 1)}); },
                            .path = {kIdentifying, kLists, kSigned, kEnded},
                            .end = RunOutcome::kAwaitUser},
                    RunPath{.name = "EncryptedFirstThenSwitchedOff",
                            .given = [](Bench& bench) { bench.serve(kSgn, {full()}); },
                            .encrypted_before = true,
                            .path = {kIdentifying, kLists, kEncrypted, kSigned, kEnded},
                            .end = RunOutcome::kComplete},
                    RunPath{.name = "EncryptedAnnouncedAndAbsentTwice",
                            .given = [](Bench& bench) { bench.serve(kSgn, {partial("aa11", 0)}); },
                            .path = {kIdentifying, kLists, kSigned, kEncrypted, kSigned, kEncrypted, kEnded}},
                    RunPath{.name = "EnrolledThenEncrypted",
                            .given =
                                [](Bench& bench) {
                                  bench.certificates.after_enrolment = {"aa11", "cc33"};
                                  bench.certificates.keys = {kKey};
                                  bench.trust.verdicts[kEnc] = encrypted(full());
                                  bench.serve(kSgn, {partial("", 2), partial("cc33", 0)});
                                  bench.serve(kEnc, {"x"});
                                },
                            .path = {kIdentifying, kLists, kSigned, kEnrolling, kSigned, kEncrypted, kEnded},
                            .end = RunOutcome::kComplete},
                    RunPath{.name = "WrongKeyEnrolsOnce",
                            .given =
                                [](Bench& bench) {
                                  bench.trust.verdicts[kEnc] = encrypted(full());
                                  bench.serve(kSgn, {partial("aa11", 0)});
                                  bench.serve(kEnc, {"x"});
                                },
                            .path = {kIdentifying, kLists, kSigned, kEncrypted, kSigned, kEnrolling, kSigned,
                                     kEncrypted, kSigned, kEnded}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace phone::policy
