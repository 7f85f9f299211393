// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/lab/samples.hpp"

#include <gtest/gtest.h>

namespace phone::lab {
namespace {
std::string path_of(const std::string& name) { return PHONE_SHARED_DIR "/testdata/cisco/" + name; }
}  // namespace

bool have_samples() { return std::filesystem::exists(path_of("MANIFEST.md")); }

std::string sample(const std::string& name) {
  auto bytes = read_file(path_of(name));
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.value_or("");
}

IdentityPtr sample_identity(const std::string& name) {
  auto one = Identity::load(path_of("pki/" + name + ".pem"));
  EXPECT_TRUE(one.ok()) << one.status();
  return one.ok() ? *one : nullptr;
}

}  // namespace phone::lab
