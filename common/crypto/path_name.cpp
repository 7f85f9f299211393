// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/path_name.hpp"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::crypto {
namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestText = 200;

using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

bool is_address(const std::string& name) {
  in6_addr room;
  return inet_pton(AF_INET, name.c_str(), &room) == 1 || inet_pton(AF_INET6, name.c_str(), &room) == 1;
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  std::size_t label = 0;
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') return false;
    if (++label > kLongestLabel) return false;
  }
  return label > 0;
}

std::string plain(const ASN1_STRING* value) {
  std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                   static_cast<std::size_t>(ASN1_STRING_length(value)));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x21 || c > 0x7e; }, '?');
  return text;
}

std::string address(const ASN1_STRING* value) {
  const int family = ASN1_STRING_length(value) == 4 ? AF_INET : ASN1_STRING_length(value) == 16 ? AF_INET6 : AF_UNSPEC;
  char text[INET6_ADDRSTRLEN] = "?";
  if (family != AF_UNSPEC) inet_ntop(family, ASN1_STRING_get0_data(value), text, sizeof text);
  return text;
}

}  // namespace

absl::Status expect_name(X509_VERIFY_PARAM* param, std::string_view name) {
  std::string wanted(name);
  if (is_address(wanted)) {
    if (X509_VERIFY_PARAM_set1_ip_asc(param, wanted.c_str()) == 1) return absl::OkStatus();
    return absl::InternalError(openssl_errors());
  }
  if (!wanted.empty() && wanted.back() == '.') wanted.pop_back();
  if (!is_dns_name(wanted))
    return absl::InvalidArgumentError("the expected name is neither a DNS name nor an IP address");
  if (X509_VERIFY_PARAM_set1_host(param, wanted.data(), wanted.size()) == 1) return absl::OkStatus();
  return absl::InternalError(openssl_errors());
}

std::string alternative_names(const X509* certificate) {
  const NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && text.size() < kLongestText; ++i) {
    const GENERAL_NAME* one = sk_GENERAL_NAME_value(names.get(), i);
    if (one->type != GEN_DNS && one->type != GEN_IPADD) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ",
                    one->type == GEN_DNS ? absl::StrCat("DNS:", plain(one->d.dNSName))
                                         : absl::StrCat("IP:", address(one->d.iPAddress)));
  }
  openssl_errors();
  return text.size() > kLongestText ? absl::StrCat(text.substr(0, kLongestText), "...") : text;
}

}  // namespace phone::crypto
