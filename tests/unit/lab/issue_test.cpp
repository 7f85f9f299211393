// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The LSC the lab issues against one of the independent server: same key, serial and time in, same certificate out.
#include "tools/lab/issue.hpp"

#include <gtest/gtest.h>

#include "tests/unit/lab/samples.hpp"
#include "tools/lab/bytes.hpp"

namespace phone::lab {
namespace {

TEST(LscIssued, IsByteForByteThatOfTheIndependentServer) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const std::string message = sample("wire/capf/012_capf_server_STORE_REQ.bin");
  const auto elements = split_elements(std::string_view(message).substr(8));
  const auto wanted = *Identity::from_der(std::string_view(*find_element(*elements, 4)).substr(5));
  const IdentityPtr capf = sample_identity("capf");
  Request request = device_request(*capf, "SEP0A1B2C3D4E5F");
  request.serial = wanted->serial();
  tm from{};
  ASN1_TIME_to_tm(X509_get0_notBefore(wanted->x509()), &from);
  request.not_before = timegm(&from);
  auto made = issue(request, wanted->public_key(), capf.get(), nullptr);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(hex(Identity(*std::move(made), nullptr).der()), hex(wanted->der()));
}

TEST(LscIssued, GarbageIsNotAKey) {
  if (!have_samples()) GTEST_SKIP() << "no samples beside the repository";
  const IdentityPtr capf = sample_identity("capf");
  EXPECT_FALSE(issue_device(*capf, device_request(*capf, "SEP0A1B2C3D4E5F"), "garbage").ok());
}

}  // namespace
}  // namespace phone::lab
