// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/session_id.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kDigits = 32;
constexpr size_t kLongest = 512;  // of the whole field: other parameters may follow
constexpr char kNull[] = "00000000000000000000000000000000";

// Some write capitals.
std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string known(std::string uuid) { return uuid == kNull ? std::string() : uuid; }

}  // namespace

bool is_session_uuid(std::string_view text) {
  return text.size() == kDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<SessionId> read_session_id(const Message& message) {
  if (message.count("Session-ID") != 1) return std::nullopt;
  const std::string value = message.field("Session-ID").value_or("");
  if (value.size() > kLongest) return std::nullopt;
  std::string_view rest = value;
  const std::string local = lower_case(trim(take_until(rest, ';')));
  if (!is_session_uuid(local)) return std::nullopt;
  SessionId session{.local = known(local), .remote = {}};
  for (const auto& [name, parameter] : parse_parameters(rest)) {
    if (!iequals(name, "remote")) continue;
    const std::string remote = lower_case(parameter);
    if (!is_session_uuid(remote)) return std::nullopt;
    session.remote = known(remote);
  }
  return session;
}

std::string write_session_id(const SessionId& session) {
  return cat(session.local.empty() ? std::string(kNull) : session.local,
             ";remote=", session.remote.empty() ? std::string(kNull) : session.remote);
}

std::string new_session_uuid(SipPort& port) {
  constexpr size_t kVersion = 12, kVariant = 16;
  constexpr std::string_view kVariants = "89ab";
  std::string uuid = random_token(port, kDigits / 2);
  uuid[kVersion] = '4';
  uuid[kVariant] = kVariants[static_cast<uint8_t>(uuid[kVariant]) % kVariants.size()];
  return uuid;
}

}  // namespace phone::signaling
