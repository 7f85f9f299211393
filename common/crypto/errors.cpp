#include "common/crypto/errors.hpp"

#include <openssl/err.h>

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

}  // namespace phone::crypto
