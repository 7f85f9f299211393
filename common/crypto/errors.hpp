#pragma once

#include <string>

namespace phone::crypto {

// Drains OpenSSL's error queue of this thread to one line, oldest first; "no detail" when it is empty.
std::string openssl_errors();

}  // namespace phone::crypto
