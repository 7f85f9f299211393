// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/identity_use.hpp"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace phone::signaling {
namespace {

// The header lines alone, without looking further than a REGISTER's answer is long.
bool answers_register(std::string_view message) {
  constexpr std::size_t kMostLooked = 8192;
  message = message.substr(0, kMostLooked);
  for (std::size_t at = message.find('\n'); at != std::string_view::npos; at = message.find('\n', at)) {
    std::string_view line = message.substr(++at);
    line = line.substr(0, line.find('\n'));
    if (line.empty() || line == "\r") return false;
    const absl::string_view header(line.data(), line.size());
    if (!absl::StartsWithIgnoreCase(header, "CSeq")) continue;
    return absl::EndsWith(absl::StripAsciiWhitespace(header), " REGISTER");
  }
  return false;
}

}  // namespace

std::optional<bool> registration_answer(std::string_view message) {
  const bool good = message.starts_with("SIP/2.0 2");
  if ((!good && !message.starts_with("SIP/2.0 403")) || !answers_register(message)) return std::nullopt;
  return good;
}

bool refuses_certificate(const absl::Status& end, bool handshake_done, bool answered) {
  if (answered || !absl::IsUnavailable(end)) return false;
  const absl::string_view why = end.message();
  if (absl::StrContains(why, "alert")) return true;
  return handshake_done && absl::StrContains(why, "closed the connection");
}

}  // namespace phone::signaling
