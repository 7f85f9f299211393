// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/product/product.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::product {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Product, EveryNameHasTheSameModel) {
  const std::string model(product::model());
  EXPECT_EQ(product_id(), "DP-" + model);
  EXPECT_EQ(certificate_name("SEP0A1B2C3D4E5F"), "CP-" + model + "-SEP0A1B2C3D4E5F");
  EXPECT_THAT(user_agent(), HasSubstr("CP" + model + "/"));
}

TEST(Product, LoadAndUserAgentHaveTheSameVersion) {
  const std::string agent = user_agent();
  EXPECT_THAT(load(), EndsWith("-" + agent.substr(agent.find('/') + 1)));
}

// ActiveLoad ends at the next space, and both stand in quoted strings.
TEST(Product, NoNameHasASpaceOrAQuote) {
  for (const std::string& name :
       {std::string(model()), std::string(cucm_model()), product_id(), load(), user_agent()}) {
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(name.find_first_of(" \"\\"), std::string::npos) << name;
  }
}

TEST(Product, AnotherModelsCertificateIsNamedForIt) {
  EXPECT_EQ(certificate_name("SEP0A1B2C3D4E5F", "9841"), "CP-9841-SEP0A1B2C3D4E5F");
}

}  // namespace
}  // namespace phone::product
