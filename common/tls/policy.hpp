// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

// The effective policy's settings of TLS, as a value without OpenSSL.
namespace phone::tls {

inline constexpr std::uint16_t kTls10 = 0x0301, kTls11 = 0x0302, kTls12 = 0x0303, kTls13 = 0x0304;

struct Policy {
  std::uint16_t client_minimum = kTls12;
  std::uint16_t server_minimum = kTls12;
  bool fips = false;
  std::uint8_t switched_off = 0;  // bit n: suite n of disableTLSCiphers, 1 to 7
  friend bool operator==(const Policy&, const Policy&) = default;
};

inline constexpr std::uint8_t kMostSuiteNumber = 7;

// Of a message that has them: the effective policy, an order to enrol, a request to a download. A number that is no
// version is read as the default.
template <class Message>
Policy policy_of(const Message& from) {
  const auto version = [](std::uint32_t said) {
    return said < kTls10 || said > kTls13 ? kTls12 : static_cast<std::uint16_t>(said);
  };
  Policy policy{.client_minimum = version(from.tls_minimum()), .fips = from.fips()};
  if constexpr (requires { from.tls_server_minimum(); }) policy.server_minimum = version(from.tls_server_minimum());
  for (const std::uint32_t number : from.tls_cipher_disabled()) {
    if (number >= 1 && number <= kMostSuiteNumber) policy.switched_off |= static_cast<std::uint8_t>(1U << number);
  }
  return policy;
}

template <class Message>
void put_policy(const Policy& policy, Message& to) {
  to.set_tls_minimum(policy.client_minimum);
  to.set_fips(policy.fips);
  if constexpr (requires { to.set_tls_server_minimum(policy.server_minimum); }) {
    to.set_tls_server_minimum(policy.server_minimum);
  }
  for (std::uint8_t number = 1; number <= kMostSuiteNumber; ++number) {
    if ((policy.switched_off >> number & 1U) != 0) to.add_tls_cipher_disabled(number);
  }
}

}  // namespace phone::tls
