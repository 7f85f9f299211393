// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Seeds: ../shared/testdata/cisco/wire/{tvs,tvs_query}.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/trust_store/peers/tvs_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::trust;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = tvs::decode_header(bytes.substr(0, tvs::kHeaderSize));
  if (!header.ok()) return 0;
  const TvsQuestion query{Role::kTftp, "", "", "\x0A", ""};
  const TvsQuestion verify{Role::kTftp, "", "", "", "certificate"};
  for (const TvsQuestion& question : {query, verify}) {
    const auto answer = tvs::decode(question, header->session, *header, bytes.substr(tvs::kHeaderSize));
    if (!answer.ok() || !answer->valid) continue;
    if (question.certificate.empty() && answer->certificate->serial() != question.serial) std::abort();
    if (answer->keep > absl::Hours(24 * 30)) std::abort();
  }
  return 0;
}
