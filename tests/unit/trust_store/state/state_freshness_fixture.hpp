// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "tests/unit/trust_store/signer.hpp"
#include "tests/unit/trust_store/state_fixture.hpp"

// Lists and files signed at one time or another, and a phone that is offered them.
namespace phone::trust::freshness {

inline constexpr ListKind kC = ListKind::kCtl, kI = ListKind::kItl;
inline constexpr std::uint32_t kOld = 1704067200, kListed = 1795000000, kNew = 1795500000;
inline constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
inline const std::string kPlain = "SEP0A1B2C3D4E5F.cnf.xml.sgn", kEncrypted = "SEP0A1B2C3D4E5F.cnf.xml.enc.sgn";

inline std::string itl_of(std::uint32_t signed_at, const char* tftp = "tftp", const char* signer = "itlrecovery") {
  return list_of(kI, signer,
                 {{lab::Role::kSast, signer},
                  {lab::Role::kSast, "ccm-pub"},
                  {lab::Role::kCcmTftp, "ccm-pub"},
                  {lab::Role::kTftp, tftp},
                  {lab::Role::kTvs, "tvs-pub"}},
                 signed_at);
}
inline std::string rollback_of(std::uint32_t signed_at) {
  return list_of(kI, "itlrecovery", {{lab::Role::kSast, "itlrecovery"}, {lab::Role::kSast, "ccm-pub"}}, signed_at);
}
inline std::string ctl_of(std::uint32_t signed_at, const char* signer = "itlrecovery") {
  return list_of(kC, signer, {{lab::Role::kSast, signer}, {lab::Role::kCcmTftp, "ccm-pub"}}, signed_at);
}
inline std::string file_of(std::uint32_t signed_at, const std::string& body = "<device/>",
                           const std::string& name = kPlain, const char* signer = "tftp") {
  return signed_with(signer, name, body, lab::Hash::kSha512, signed_at);
}
inline std::string encrypted_of(std::uint32_t signed_at, const std::string& body) {
  const auto key = lab::make_content_key(*sample_identity("mic-rsa2048")).value();
  return lab::encrypt_file({.signer = sample_identity("tftp"), .timestamp = signed_at}, kEncrypted, key, body).value();
}

class F99_TrustKeeper : public testing::Test {
 protected:
  void SetUp() override {
    NEEDS_SAMPLES();
    phone_.trust_state().apply({.device_name = kDevice});
    ASSERT_TRUE(offer(kI, itl_of(kListed)).accepted);
  }
  FileVerdict judge(const std::string& name, const std::string& content, bool in_force = false) {
    FileVerdict verdict;
    phone_.trust_state().file(name, content, in_force, [&](FileResult result) { verdict = std::move(result.verdict); });
    return verdict;
  }
  // As policy does with a configuration that it can read.
  FileVerdict put_in_force(const std::string& name, const std::string& content) {
    FileVerdict verdict = judge(name, content);
    return verdict.trusted ? judge(name, content, true) : verdict;
  }
  OfferedVerdict offer(ListKind kind, const std::string& list,
                       const TvsAnswer& tvs = {TvsVerdict::kNo, {}, {}, "silent"}) {
    OfferedVerdict verdict;
    phone_.trust_state().offer({{kind, list, "cucm"}}, [&](OfferResult result) { verdict = result.verdicts.at(0); });
    for (const TvsJob& job : std::exchange(phone_.jobs(), {})) phone_.trust_state().answered(job.request_id, tvs);
    return verdict;
  }
  OlderResult allow(const std::string& name, absl::Duration how_long = absl::Minutes(10)) {
    return phone_.trust_state().allow_older(name, how_long, "restored from the backup of Friday");
  }
  bool told(const std::string& kind) const {
    return std::any_of(phone_.notices().begin(), phone_.notices().end(),
                       [&](const Notice& notice) { return notice.kind == kind; });
  }
  void damage(const char* file) {
    std::ofstream(phone_.directory() / file, std::ios::binary | std::ios::in).seekp(40).put('#');
  }
  Phone phone_;
};

}  // namespace phone::trust::freshness
