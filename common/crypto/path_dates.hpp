// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// path_dates.hpp -- the dates of a path that OpenSSL has built without them (X509_V_FLAG_NO_CHECK_TIME): while a phone
// has no time they are judged apart. In a header, since what uses it may have nothing else of crypto.
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "absl/time/time.h"

namespace phone::crypto {

// InfinitePast() for a time that is none.
inline absl::Time time_of(const ASN1_TIME* value) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(value, &parts) == 1) return absl::FromTM(parts, absl::UTCTimeZone());
  ERR_clear_error();
  return absl::InfinitePast();
}

inline std::vector<absl::Time> begins_of(const STACK_OF(X509) * path) {
  std::vector<absl::Time> begun;
  begun.reserve(static_cast<std::size_t>(std::max(sk_X509_num(path), 0)));
  for (int i = 0; i < sk_X509_num(path); ++i) begun.push_back(time_of(X509_get0_notBefore(sk_X509_value(path, i))));
  return begun;
}

// X509_V_OK, or what X509_verify_cert() would have found at that moment: not yet valid, expired.
inline int error_of_dates(const STACK_OF(X509) * path, absl::Time at) {
  for (int i = 0; i < sk_X509_num(path); ++i) {
    const absl::Time begin = time_of(X509_get0_notBefore(sk_X509_value(path, i)));
    if (begin == absl::InfinitePast()) return X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD;
    if (at < begin) return X509_V_ERR_CERT_NOT_YET_VALID;
    if (at > time_of(X509_get0_notAfter(sk_X509_value(path, i)))) return X509_V_ERR_CERT_HAS_EXPIRED;
  }
  return X509_V_OK;
}

}  // namespace phone::crypto
