// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/path_rules.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::crypto {
namespace {

using ConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, Freer<NAME_CONSTRAINTS_free>>;
using Subtrees = STACK_OF(GENERAL_SUBTREE);

std::string_view text(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

// Letters, digits, hyphens, underscores and dots; a dot in front is common, and OpenSSL takes it for "below".
bool is_dns_base(std::string_view base) {
  return std::all_of(base.begin(), base.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

// An address and a mask of leading ones, as long as each other.
bool is_network(std::string_view base) {
  if (base.size() != 8 && base.size() != 32) return false;
  bool ended = false;
  for (const char byte : base.substr(base.size() / 2)) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool set = (static_cast<unsigned char>(byte) >> bit & 1) != 0;
      if (set && ended) return false;
      ended = ended || !set;
    }
  }
  return true;
}

std::string base_fault(const GENERAL_NAME* base) {
  switch (base->type) {
    case GEN_DNS:
      return is_dns_base(text(base->d.dNSName)) ? "" : " has a name constraint that is not a DNS name";
    case GEN_IPADD:
      return is_network(text(base->d.iPAddress)) ? "" : " has a name constraint that is not a network";
    case GEN_EMAIL:
      return text(base->d.rfc822Name).find('*') != std::string_view::npos
                 ? " has a name constraint that is not a mail address"
                 : "";
    case GEN_DIRNAME:
      return {};
    case GEN_URI:
      return " has a name constraint on URIs, which is refused";
    case GEN_OTHERNAME:
      return " has a name constraint on otherName, which is refused";
    default:
      return absl::StrCat(" has a name constraint of kind ", base->type, ", which is refused");
  }
}

std::string subtrees_fault(const Subtrees* subtrees) {
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
    std::string fault = base_fault(sk_GENERAL_SUBTREE_value(subtrees, i)->base);
    if (!fault.empty()) return fault;
  }
  return {};
}

bool within_dns(std::string_view wanted, std::string_view of) {
  const std::string name = absl::AsciiStrToLower(std::string(wanted));
  const std::string base = absl::AsciiStrToLower(std::string(of));
  if (base.empty() || name == base) return true;
  return name.ends_with(base.front() == '.' ? base : "." + base);
}

// The name asked for itself, since a wildcard of the leaf may cover what a constraint excludes and OpenSSL compares the
// wildcard as it is written.
std::string excluded(const Subtrees* subtrees, std::string_view name) {
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
    const GENERAL_NAME* base = sk_GENERAL_SUBTREE_value(subtrees, i)->base;
    if (base->type == GEN_DNS && within_dns(name, text(base->d.dNSName))) {
      return absl::StrCat(" is not allowed to certify the name \"", std::string(name), "\" by its name constraints");
    }
  }
  return {};
}

}  // namespace

std::string name_constraint_fault(const X509* certificate, bool leaf, const std::string& asked_for) {
  int critical = 0;
  const ConstraintsPtr constraints(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(certificate, NID_name_constraints, &critical, nullptr)));
  if (!constraints) {
    openssl_errors();
    return critical == -1 ? "" : " has name constraints that cannot be read";
  }
  if (leaf && X509_check_ca(const_cast<X509*>(certificate)) == 0)
    return " has name constraints but is not a CA certificate";
  std::string fault = subtrees_fault(constraints->permittedSubtrees);
  if (fault.empty()) fault = subtrees_fault(constraints->excludedSubtrees);
  if (!fault.empty()) return fault;
  in6_addr address;
  if (asked_for.empty() || inet_pton(AF_INET, asked_for.c_str(), &address) == 1 ||
      inet_pton(AF_INET6, asked_for.c_str(), &address) == 1) {
    return {};
  }
  std::string_view name = asked_for;
  if (name.back() == '.') name.remove_suffix(1);
  return excluded(constraints->excludedSubtrees, name);
}

}  // namespace phone::crypto
