// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/path_reason.hpp"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/crypto/errors.hpp"
#include "common/crypto/path_name.hpp"
#include "common/crypto/pointers.hpp"

namespace phone::crypto {
namespace {

std::string time_text(const ASN1_TIME* value) {
  std::tm parts{};
  if (value == nullptr || ASN1_TIME_to_tm(value, &parts) != 1) {
    openssl_errors();
    return "an invalid time";
  }
  return absl::FormatTime(absl::RFC3339_sec, absl::FromTM(parts, absl::UTCTimeZone()), absl::UTCTimeZone());
}

std::string now_text(const PathRules& rules) {
  return absl::StrCat(" (the time is ", absl::FormatTime(absl::RFC3339_sec, rules.at, absl::UTCTimeZone()), ")");
}

std::string_view purpose_text(const PathRules& rules) {
  switch (rules.purpose) {
    case PathPurpose::kServer:
      return "a TLS server";
    case PathPurpose::kClient:
      return "a TLS client";
    case PathPurpose::kAuthority:
      break;
  }
  return "an authority";
}

std::string name_text(const Certificate& leaf, const PathRules& rules) {
  const std::string names = alternative_names(leaf.get());
  if (names.empty()) {
    return absl::StrCat("has no subject alternative name, expected was \"", rules.name,
                        "\" (the common name does not count)");
  }
  return absl::StrCat("is for ", names, ", not for \"", rules.name, "\"");
}

std::string signature_text(const X509* certificate) {
  const char* name = OBJ_nid2ln(X509_get_signature_nid(certificate));
  return name != nullptr ? name : "an unknown algorithm";
}

// The fault of this certificate, as the end of the sentence "certificate X ...".
std::string cause(int error, const X509* certificate, const Certificate& leaf, const PathRules& rules) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return absl::StrCat("expired on ", time_text(X509_get0_notAfter(certificate)), now_text(rules));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return absl::StrCat("is not valid before ", time_text(X509_get0_notBefore(certificate)), now_text(rules));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return absl::StrCat("has the issuer ", title_of_name(X509_get_issuer_name(certificate)),
                          ", which is neither a trust anchor nor an intermediate that was sent");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "is self-signed and not a trust anchor";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "ends the chain and is not a trust anchor";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return absl::StrCat("has a signature that the key of ", title_of_name(X509_get_issuer_name(certificate)),
                          " does not verify");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return name_text(leaf, rules);
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_NON_CA:
      return "issued a certificate but is not a CA";
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
      return "issued a certificate, which its key usage does not allow";
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
      return "allows fewer CAs below it than there are";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return absl::StrCat("is more than ", std::min(rules.deepest, kDeepestPath), " issuers away from the leaf");
    case X509_V_ERR_INVALID_PURPOSE:
      return absl::StrCat("may not be used for ", std::string(purpose_text(rules)));
    case X509_V_ERR_CERT_REJECTED:
    case X509_V_ERR_CERT_UNTRUSTED:
      return absl::StrCat("is not a trust anchor for ", std::string(purpose_text(rules)));
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return absl::StrCat("has the key ", key_text(certificate),
                          rules.fips ? ", which is not FIPS compliant" : ", which is too short");
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return absl::StrCat("is signed with ", signature_text(certificate), ", which is too weak");
    case X509_V_ERR_CERT_REVOKED:
      return "is revoked";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      return absl::StrCat("cannot be checked: there is no usable CRL of ",
                          title_of_name(X509_get_issuer_name(certificate)));
    // RFC 5280's demands on a conforming CA, by OpenSSL's strict mode.
    case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
      return "is a CA certificate whose basic constraints are not critical";
    case X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER:
      return "has no authority key identifier";
    case X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER:
      return "is a CA certificate without a subject key identifier";
    case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
      return "is a CA certificate without a key usage";
    case X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL:
      return "has an empty subject, and its alternative names are not critical";
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
      return "has a name that an issuer's name constraints do not allow";
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return absl::StrCat("is refused: an issuer has name constraints of an unsupported kind (",
                          X509_verify_cert_error_string(error), ")");
    case X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED:
      return "is a proxy certificate, which is refused";
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return "has an unknown critical extension";
    default:
      return absl::StrCat("is refused: ", X509_verify_cert_error_string(error));
  }
}

}  // namespace

std::string key_text(const X509* certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  const char* kind = key == nullptr ? nullptr : EVP_PKEY_get0_type_name(key);
  openssl_errors();
  return kind == nullptr ? "that cannot be read" : absl::StrCat(kind, " ", EVP_PKEY_get_bits(key));
}

std::string path_reason(X509_STORE_CTX* context, const Certificate& leaf, const PathRules& rules) {
  const X509* current = X509_STORE_CTX_get_current_cert(context);
  if (current == nullptr) current = leaf.get();
  return absl::StrCat("certificate ", title(current), " ",
                      cause(X509_STORE_CTX_get_error(context), current, leaf, rules));
}

}  // namespace phone::crypto
