// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/foreign_words.hpp"

#include "absl/strings/str_cat.h"
#include "tools/lab/sip/sip_message.hpp"

namespace phone::lab {
namespace {

constexpr char kForeignWords[] = "J\xfcrgen \x1b[31m\xe2\x80\xae\xff";

}  // namespace

std::string with_foreign_words(const std::string& text) {
  auto message = parse_sip(text);
  if (!message) return text;
  for (auto& header : message->headers) {
    const size_t address = header.value.find('<');
    if (message->is_request() && header.name == "From" && address != std::string::npos)
      header.value = absl::StrCat("\"", kForeignWords, "\" ", header.value.substr(address));
  }
  if (message->is_request()) {
    message->add("Reason", absl::StrCat("Q.850;cause=16;text=\"", kForeignWords, "\""));
  } else {
    absl::StrAppend(&message->reason, " ", kForeignWords);
    if (message->status >= 300) message->add("Warning", absl::StrCat("399 lab \"", kForeignWords, "\""));
  }
  return message->text();
}

}  // namespace phone::lab
