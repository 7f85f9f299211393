// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a configuration means where it says nothing.
#include <gtest/gtest.h>

#include "services/policy/configuration/configuration.hpp"

namespace phone::policy {
namespace {

std::string device_of(const std::string& inside) { return "<?xml version=\"1.0\"?><device>" + inside + "</device>"; }

TEST(F50_ProtectedDevice, IsOffByDefault) {
  EXPECT_FALSE(parse_configuration(device_of(""))->protected_device);
  EXPECT_TRUE(parse_configuration(device_of("<vendorConfig><protectedDevice>1</protectedDevice></vendorConfig>"))
                  ->protected_device);
}

TEST(F76_SecureSipPort, IsTheConfiguredOneOr5061) {
  const auto port = [](const std::string& ports) {
    const auto configuration = parse_configuration(device_of(
        "<devicePool><callManagerGroup><members><member priority=\"0\"><callManager>" + ports +
        "<processNodeName>cucm</processNodeName></callManager></member></members></callManagerGroup></devicePool>"));
    return configuration.ok() && configuration->call_managers.size() == 1
               ? configuration->call_managers[0].secure_sip_port
               : 0;
  };
  EXPECT_EQ(port("<ports><securedSipPort>5071</securedSipPort></ports>"), 5071);
  EXPECT_EQ(port("<ports><sipPort>5070</sipPort></ports>"), 5061);
  EXPECT_EQ(port(""), 5061);
}

}  // namespace
}  // namespace phone::policy
