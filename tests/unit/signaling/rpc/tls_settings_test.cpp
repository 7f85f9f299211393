// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// From the effective policy to what SIP's TLS may speak, with values that are not the defaults.
#include <gtest/gtest.h>

#include "services/signaling/rpc/convert_rpc.hpp"

namespace phone::signaling {
namespace {

TEST(F3_F72_SipTls, FollowsTheEffectivePolicy) {
  policy::v1::EffectivePolicy policy;
  EXPECT_EQ(to_settings(policy).tls, tls::Policy{});
  policy.set_tls_minimum(0x0304);
  policy.set_tls_server_minimum(0x0302);
  policy.set_fips(true);
  policy.add_tls_cipher_disabled(4);
  policy.add_tls_cipher_disabled(5);
  const Settings settings = to_settings(policy);
  EXPECT_EQ(settings.tls, (tls::Policy{.client_minimum = tls::kTls13,
                                       .server_minimum = tls::kTls11,
                                       .fips = true,
                                       .switched_off = 1U << 4 | 1U << 5}));
  EXPECT_TRUE(settings.fips) << "digests follow it too";
}

}  // namespace
}  // namespace phone::signaling
