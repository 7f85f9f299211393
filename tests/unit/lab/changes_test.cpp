// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What is changed of a lab that serves: what is refused and why, and that it reaches files, CAPF and phones once.
#include <gtest/gtest.h>

#include "tests/unit/temporary_directory.hpp"
#include "tools/lab/live/live_cluster.hpp"

namespace phone::lab {
namespace {

using tests::TemporaryDirectory;

struct RefusedChange {
  const char* name;
  ChangeRequest request;
  const char* reason;
};

class LabChanges_Table : public testing::TestWithParam<RefusedChange> {};

TEST_P(LabChanges_Table, AreRefusedWithTheReasonAndNothingIsChanged) {
  Changes changes;
  changes.elements["vendorConfig/garp"] = "0";
  const Changes before = changes;
  EXPECT_EQ(apply(GetParam().request, changes).message(), GetParam().reason);
  EXPECT_EQ(changes, before);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LabChanges_Table,
    testing::Values(RefusedChange{"no_value",
                                  {.set = {"vendorConfig/garp"}},
                                  "--set takes path/below/device=text, not vendorConfig/garp"},
                    RefusedChange{"no_path",
                                  {.set = {"vendorConfig//garp=1"}},
                                  "--set takes path/below/device=text, not vendorConfig//garp=1"},
                    RefusedChange{"two_values",
                                  {.set = {"vendorConfig/pcPort=1", "vendorConfig/pcPort=0"}},
                                  "vendorConfig/pcPort is set to 1 and to 0"},
                    RefusedChange{"set_and_unset",
                                  {.set = {"vendorConfig/garp=1"}, .unset = {"vendorConfig/garp"}},
                                  "vendorConfig/garp is both set and unset"},
                    RefusedChange{"never_set",
                                  {.unset = {"vendorConfig/pcPort"}},
                                  "vendorConfig/pcPort was not set by configure; what was: phone-lab configure"},
                    RefusedChange{"no_mode",
                                  {.set = {"deviceSecurityMode=4"}},
                                  "deviceSecurityMode is 1 (nonsecure), 2 (authenticated) or 3 (encrypted), not 4"},
                    RefusedChange{"half_encrypted", {.set = {"encrConfig=2"}}, "encrConfig is true or false, not 2"},
                    RefusedChange{"transport",
                                  {.set = {"transportLayerProtocol=1"}},
                                  "transportLayerProtocol cannot be set: it follows from deviceSecurityMode: set that"},
                    RefusedChange{"capf_mode_by_element",
                                  {.set = {"capfAuthMode=1"}},
                                  "capfAuthMode cannot be set: it follows from --capf-mode and --capf-auth: use these"},
                    RefusedChange{"string_without_operation",
                                  {.authentication_string = "123456"},
                                  "an authentication string is for a CAPF operation: name it by --capf-mode"},
                    RefusedChange{"no_string",
                                  {.capf_mode = "upgrade", .capf_auth = "string"},
                                  "--capf-auth string needs the string: --auth-string-file"},
                    RefusedChange{"string_for_nothing",
                                  {.capf_mode = "upgrade", .capf_auth = "null", .authentication_string = "123456"},
                                  "an authentication string is for --capf-auth string only"}),
    [](const auto& info) { return info.param.name; });

TEST(LabChanges, ComeBackFromTheFileAndChangeTheStamp) {
  const TemporaryDirectory directory;
  EXPECT_EQ(read_changes(directory.path()).value(), Changes());
  Changes changes;
  ASSERT_TRUE(apply({.set = {"vendorConfig/fipsMode=true", "deviceSecurityMode=2", "encrConfig=false"}}, changes).ok());
  ASSERT_TRUE(write_changes(directory.path(), changes).ok());
  EXPECT_EQ(read_changes(directory.path()).value(), changes);

  const Plan plan = with_changes(Plan(), changes);
  EXPECT_EQ(plan.security_mode, SecurityMode::kAuthenticated);
  EXPECT_FALSE(plan.encrypted);
  EXPECT_EQ(plan.extra.at("vendorConfig/fipsMode"), "true");
  ASSERT_TRUE(apply({.set = {"vendorConfig/garp=0"}}, changes).ok());
  EXPECT_NE(with_changes(Plan(), changes).version_stamp, plan.version_stamp);
  ASSERT_TRUE(apply({.unset = {"vendorConfig/garp"}}, changes).ok());
  EXPECT_EQ(with_changes(Plan(), changes).version_stamp, plan.version_stamp);

  ASSERT_TRUE(write_file(directory.path() / "changes.json", "{").ok());
  EXPECT_FALSE(read_changes(directory.path()).ok());
}

TEST(LabChanges, AreToldOnceAndACapfOperationIsOrderedOnce) {
  const TemporaryDirectory directory;
  Pki pki;
  pki.dir = directory.path();
  Devices devices(pki);
  for (const bool far_end : {false, true}) {
    Device device;
    device.name = far_end ? "SEP000000001002" : "SEP0A1B2C3D4E5F";
    device.number = far_end ? "1002" : "1001";
    device.far_end = far_end;
    devices.add(device);
  }
  LiveCluster live(directory.path(), devices);
  EXPECT_TRUE(live.orders(Plan()).empty());

  Changes changes;
  ASSERT_TRUE(apply({.set = {"vendorConfig/garp=0"}, .capf_mode = "delete"}, changes).ok());
  ASSERT_TRUE(write_changes(directory.path(), changes).ok());
  EXPECT_EQ(live.changed(Plan()).extra.at("vendorConfig/garp"), "0") << "a file made before anybody was told has it";
  EXPECT_EQ(
      live.orders(Plan()),
      std::vector<std::string>{"notify -number=1001 service-control action=apply-config result=config_applied config=" +
                               with_changes(Plan(), changes).version_stamp});
  EXPECT_TRUE(live.orders(Plan()).empty());
  EXPECT_EQ(devices.find("SEP0A1B2C3D4E5F")->operation, CapfOperation::kDelete);
  EXPECT_EQ(devices.find("SEP000000001002")->operation, CapfOperation::kNone);

  devices.finished("SEP0A1B2C3D4E5F");
  ASSERT_TRUE(apply({.set = {"vendorConfig/garp=1"}}, changes).ok());
  ASSERT_TRUE(write_changes(directory.path(), changes).ok());
  EXPECT_EQ(live.orders(Plan()).size(), 1U);
  EXPECT_EQ(devices.find("SEP0A1B2C3D4E5F")->operation, CapfOperation::kNone) << "it was done already";
}

}  // namespace
}  // namespace phone::lab
