// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/url_services/contacts/question.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"
#include "services/url_services/contacts/found_contacts.hpp"

namespace phone::url_services {
namespace {

constexpr std::size_t kMostQueryBytes = 64;
constexpr std::size_t kMostCredentialBytes = 128;

bool is_number(std::string_view text) {
  const bool digits = std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && text.find_first_not_of("0123456789+*#") == std::string_view::npos;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      encoded += c;
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return encoded;
}

bool unfit(std::string_view text) { return text.size() > kMostCredentialBytes || !text::is_clean(text); }

}  // namespace

absl::StatusOr<std::string> search_query(std::string_view typed) {
  const absl::string_view stripped = absl::StripAsciiWhitespace(absl::string_view(typed.data(), typed.size()));
  const std::string_view text(stripped.data(), stripped.size());
  if (text.empty()) return absl::InvalidArgumentError("say what to search for: a part of a name or of a number");
  if (text.size() > kMostQueryBytes) return absl::InvalidArgumentError("a search has at most 64 characters");
  if (!text::is_clean(text)) return absl::InvalidArgumentError("the search has characters that cannot be searched for");
  return absl::StrCat(is_number(text) ? "number=" : "name=", percent_encoded(text), "&start=0&max=", kMostContacts);
}

absl::StatusOr<crypto::Secret> basic_credentials(std::string_view user, const crypto::Secret& password) {
  if (user.empty() || unfit(user) || user.find(':') != std::string_view::npos) {
    return absl::InvalidArgumentError("a user name has 1 to 128 characters and no colon");
  }
  if (password.empty() || unfit(password.view())) {
    return absl::InvalidArgumentError("a password has 1 to 128 characters");
  }
  std::string both(user);
  both.reserve(user.size() + 1 + password.size());
  both += ':';
  both += password.view();
  std::string encoded;
  encoded.reserve(2 * both.size() + 16);
  absl::Base64Escape(both, &encoded);
  crypto::wipe(both);
  std::string value;
  value.reserve(encoded.size() + 8);
  value = "Basic ";
  value += encoded;
  crypto::wipe(encoded);
  return crypto::Secret(std::move(value));
}

}  // namespace phone::url_services
