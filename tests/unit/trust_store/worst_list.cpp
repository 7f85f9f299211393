// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/trust_store/worst_list.hpp"

#include "absl/time/clock.h"
#include "services/trust_store/lists/list_record.hpp"
#include "tests/unit/crypto/issue.hpp"
#include "tools/lab/trust_list.hpp"

namespace phone::trust {
namespace {

std::string u16(std::size_t value) { return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)}; }

std::string element(char tag, const std::string& value) { return tag + u16(value.size()) + value; }

std::string record(Role role, const std::string& der) {
  const std::string inside = element(4, u16(static_cast<std::size_t>(role))) + element(9, der);
  return element(1, u16(inside.size() + 5)) + inside;
}

}  // namespace

std::string WorstList::make() const {
  const lab::IdentityPtr by = lab::Identity::load(PHONE_SHARED_DIR "/testdata/cisco/pki/" + signer + ".pem").value();
  std::string body = record(Role::kSast, by->der());
  for (const std::string& der : certificates) body += record(role, der);
  return lab::signed_bytes({.version = "\x01\x02",
                            .after_version = element(28, "\x01\x01"),
                            .filename = std::string(name_of(kind)) + "File.tlv",
                            .timestamp = timestamp,
                            .after_timestamp = {},
                            .hash = lab::Hash::kSha512},
                           *by, body)
      .value();
}

const std::vector<std::string>& many_certificates() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    const std::string names = "DNS:" + std::string(60, 'a') + ".lab";
    for (std::size_t i = 1; i < kMostRecords; ++i) {
      made.push_back(
          crypto::issue({.name = "record " + std::to_string(i),
                         .extensions = {{NID_subject_alt_name, names}, {NID_netscape_comment, std::string(1200, 'c')}},
                         .from = absl::Now() - absl::Hours(1),
                         .until = absl::Now() + absl::Hours(1)},
                        nullptr)
              .certificate()
              .der());
    }
    return made;
  }();
  return all;
}

}  // namespace phone::trust
