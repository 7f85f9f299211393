// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the shipped processes say they are: a call manager hears the model, load and user agent of common/product, and
// they fit the name in the phone's own certificate. CDP and LLDP are looked at in link_facts_test, EAP in
// wired_access_test.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/product/product.hpp"
#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using ProductNames_Lab = Scene;

TEST_F(ProductNames_Lab, RegistrationAndCertificateNameOneProduct) {
  serve();
  ASSERT_TRUE(phone_->power_on().ok());
  const auto registered =
      lab_->wait_for([](const nlohmann::json& event) { return event.value("event", "") == "registered"; },
                     rig::patient(absl::Seconds(60)));
  ASSERT_TRUE(registered.ok()) << registered.status();
  EXPECT_EQ(registered->value("user_agent", ""), product::user_agent());
  EXPECT_TRUE(absl::StrContains(registered->value("reason", ""), absl::StrCat(" ActiveLoad=", product::load(), " ")))
      << registered->dump();
  const auto certificates = phone_->phonectl_text({"certificates"});
  EXPECT_TRUE(absl::StrContains(certificates.output, product::certificate_name(kDevice))) << certificates.output;
}

}  // namespace
}  // namespace phone::system
