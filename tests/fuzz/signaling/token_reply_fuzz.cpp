// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What an authorization service answers, and what a user types: a token that is taken fits into a header field.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "services/signaling/oauth/token_message.hpp"
#include "services/signaling/sip/bearer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace phone::signaling;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (int status : {200, 400, 503}) {
    const auto reply = read_token_reply(status, text);
    if (reply.ok() && (status != 200 || !is_bearer_token(reply->access_token.view()))) std::abort();
  }
  if (const auto code = activation_code_of(text); code.ok() && code->size() != 16) std::abort();
  return 0;
}
