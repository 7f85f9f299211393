// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/grpc_log.hpp"

#include <absl/strings/match.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace phone::mesh {
namespace {

TEST(Mesh_GrpcLog, ErrorsThatAPeerProvokesAreWrittenOnceASecond) {
  gpr_log_verbosity_init();  // as gRPC does when it starts
  log_grpc_lines();
  testing::internal::CaptureStderr();
  const absl::Time begun = absl::Now();
  for (int i = 0; i < 10'000; ++i) gpr_log(GPR_ERROR, "provoked %d", i);
  const int64_t seconds = absl::ToInt64Seconds(absl::Now() - begun);
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(absl::StrContains(written, " W provoked 0 grpc=\"")) << "the first one, with its source: " << written;
  EXPECT_LE(std::count(written.begin(), written.end(), '\n'), 1 + seconds);
}

}  // namespace
}  // namespace phone::mesh
