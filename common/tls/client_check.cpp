// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/client_check.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "common/crypto/path_dates.hpp"

namespace phone::tls {
namespace {

int verify_client(X509_STORE_CTX* store, void* present_time) {
  const clock::Present present = (*static_cast<const PresentTime*>(present_time))();
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(store);
  if (present.known) {
    X509_VERIFY_PARAM_set_time(rules, absl::ToTimeT(present.time));
  } else {
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME);
  }
  if (X509_verify_cert(store) != 1) return 0;
  if (present.known) return 1;
  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(store);
  const int error = crypto::error_of_dates(path, clock::judging_time(present, crypto::begins_of(path)));
  X509_STORE_CTX_set_error(store, error);
  return error == X509_V_OK ? 1 : 0;
}

}  // namespace

void judge_by(SSL_CTX* context, const PresentTime* present) {
  SSL_CTX_set_cert_verify_callback(context, verify_client, const_cast<PresentTime*>(present));
}

}  // namespace phone::tls
