// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/crypto/errors.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace phone::crypto {

std::string openssl_errors() {
  std::string line;
  const char* detail = nullptr;
  int flags = 0;
  while (const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &detail, &flags)) {
    if (!line.empty()) line += "; ";
    const char* reason = ERR_reason_error_string(code);
    line += reason != nullptr ? reason : "error " + std::to_string(code);
    if ((flags & ERR_TXT_STRING) != 0 && detail != nullptr && *detail != '\0') {
      line += " (";
      line += detail;
      line += ")";
    }
  }
  return line.empty() ? "no detail" : line;
}

bool pem_text_ended() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

}  // namespace phone::crypto
