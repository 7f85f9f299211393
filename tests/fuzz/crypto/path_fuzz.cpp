// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A chain as a hostile TLS peer sends it: one or more certificates in DER, one after the other, and a PEM text as
// some anchors. Seeds: any certificate. A peer that no anchor issued must never be accepted.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/crypto/certificate_shape.hpp"
#include "common/crypto/path.hpp"
#include "common/text/foreign_text.hpp"

namespace {

// The length a DER SEQUENCE states, or what is left.
std::size_t first_sequence(std::string_view bytes) {
  if (bytes.size() < 4 || bytes[0] != 0x30 || static_cast<unsigned char>(bytes[1]) != 0x82) return bytes.size();
  const std::size_t stated = 4 + (static_cast<unsigned char>(bytes[2]) * 256u + static_cast<unsigned char>(bytes[3]));
  return stated < bytes.size() ? stated : bytes.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace phone::crypto;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto anchors = TrustAnchors::from_pem(bytes); anchors.ok() && anchors->empty()) std::abort();
  TrustAnchors crls;
  (void)crls.add_crl(bytes);
  std::vector<std::string> chain;
  while (!bytes.empty() && chain.size() < 20) {
    const std::size_t length = first_sequence(bytes);
    chain.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  const PathRules rules{.at = absl::FromUnixSeconds(1'800'000'000), .name = "pbx.lab"};
  const PathVerdict verdict = validate_path(chain, TrustAnchors(), rules);
  if (verdict.trusted || verdict.reason.empty() || verdict.reason.find('\n') != std::string::npos) std::abort();
  // The last one sent as the anchor: the chain is built and checked. Names and constraints are read on the way.
  std::vector<Certificate> readable;
  for (const std::string& der : chain) {
    auto one = Certificate::parse(der);
    if (one.ok() && !check_certificate_shape(der).ok()) std::abort();
    if (!one.ok()) continue;
    for (const std::string& text : {one->subject(), one->issuer(), one->common_name(), title(one->get())}) {
      if (!phone::text::is_clean(text)) std::abort();
    }
    readable.push_back(*one);
  }
  if (readable.empty()) return 0;
  const auto anchors = TrustAnchors::of({readable.back()});
  if (!anchors.ok()) return 0;
  const std::vector<Certificate> rest(readable.begin() + 1, readable.end());
  for (const char* name : {"", "pbx.lab", "10.0.0.1"}) {
    for (const PathPurpose purpose : {PathPurpose::kServer, PathPurpose::kClient}) {
      const auto judged = validate_path(readable.front(), rest, *anchors,
                                        {.purpose = purpose, .at = rules.at, .name = name, .fips = true});
      if (judged.reason.empty() || judged.reason.find('\n') != std::string::npos) std::abort();
    }
  }
  return 0;
}
