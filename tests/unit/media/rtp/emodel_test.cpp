// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/emodel.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace phone::media {
namespace {

TEST(EModel_Table, RatingsAreThoseOfTheTable) {
  std::ifstream file(PHONE_SHARED_DIR "/testdata/srtp/vectors.json");
  if (!file) GTEST_SKIP() << "testdata/srtp/vectors.json is not here";
  const auto vectors = nlohmann::json::parse(file);
  for (const auto& row : vectors["g107"]["cases"]) {
    const double r = r_factor({.delay_ms = row["Ta"],
                               .loss_percent = row["Ppl"],
                               .burst_ratio = row["BurstR"],
                               .equipment = row["Ie"],
                               .robustness = row["Bpl"]});
    EXPECT_NEAR(r, row["R"].get<double>(), 0.01) << row;
    EXPECT_NEAR(mos_of(r), row["MOS"].get<double>(), 0.001) << row;
  }
}

TEST(EModel, OpinionsStayInTheirScale) {
  EXPECT_EQ(mos_of(-5), 1);
  EXPECT_EQ(mos_of(120), 4.5);
}

}  // namespace
}  // namespace phone::media
