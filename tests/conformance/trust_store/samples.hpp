// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The samples made by independent open tools: ../shared/testdata/cisco.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "services/trust_store/lists/judgement.hpp"

namespace phone::trust::samples {

bool present();
std::string bytes(const std::string& name);
crypto::Certificate certificate(const std::string& pem_name);

// Lists as the trust store holds them.
class Store {
 public:
  // Installs without judging; the sample must parse.
  Store& with_ctl(const std::string& name);
  Store& with_itl(const std::string& name);

  TrustLists lists() const;
  ListVerdict offer(ListKind kind, const std::string& content, const TvsAnswer& tvs = no_tvs(),
                    KeyPolicy policy = {}) const;
  FileVerdict file(const std::string& requested, const std::string& content, const TvsAnswer& tvs = no_tvs()) const;
  Verdict peer(const crypto::Certificate& leaf, Role role, const TvsAnswer& tvs = no_tvs(),
               KeyPolicy policy = {}) const;

  static TvsAnswer no_tvs();
  static TvsAnswer tvs_knows(const std::string& pem_name);

 private:
  std::optional<TrustList> ctl_, itl_;
};

inline constexpr char kBase[] = "itl/ITL_v1.1_sha512_rsa4096.tlv";
inline constexpr char kConfiguration[] = "SEP0A1B2C3D4E5F.cnf.xml.sgn";
inline constexpr char kEncrypted[] = "SEP0A1B2C3D4E5F.cnf.xml.enc.sgn";

}  // namespace phone::trust::samples

// GTEST_SKIP says so in the output; it must stand in the test's own body.
#define NEEDS_SAMPLES() \
  if (!phone::trust::samples::present()) GTEST_SKIP() << "samples are not at " PHONE_SHARED_DIR "/testdata/cisco"
