// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// From a message to the value and back, with values that are not the defaults.
#include "common/tls/policy.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace phone::tls {
namespace {

struct Message {
  std::uint32_t minimum = 0, server = 0;
  bool is_fips = false;
  std::vector<std::uint32_t> off;
  std::uint32_t tls_minimum() const { return minimum; }
  std::uint32_t tls_server_minimum() const { return server; }
  bool fips() const { return is_fips; }
  const std::vector<std::uint32_t>& tls_cipher_disabled() const { return off; }
  void set_tls_minimum(std::uint32_t value) { minimum = value; }
  void set_tls_server_minimum(std::uint32_t value) { server = value; }
  void set_fips(bool value) { is_fips = value; }
  void add_tls_cipher_disabled(std::uint32_t value) { off.push_back(value); }
};

TEST(F72_TlsPolicy, GoesThroughAMessageUnchanged) {
  for (const Policy& policy : {Policy{}, Policy{.client_minimum = kTls10, .server_minimum = kTls13},
                               Policy{.client_minimum = kTls13, .fips = true, .switched_off = 0xB4}}) {
    Message message;
    put_policy(policy, message);
    EXPECT_EQ(policy_of(message), policy);
  }
}

TEST(F72_TlsPolicy, WhatIsNoVersionIsTheDefaultAndWhatIsNoSuiteIsNothing) {
  EXPECT_EQ(policy_of(Message{.minimum = 0x0300, .server = 0x0305, .off = {0, 8, 200}}), Policy{});
}

}  // namespace
}  // namespace phone::tls
