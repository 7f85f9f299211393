// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/registration_rules.hpp"

#include <algorithm>

#include "services/signaling/sip/grammar.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using std::chrono::seconds;

constexpr seconds kRefusedHoldOff{5};    // after a refusal: an administrator may be correcting it
constexpr seconds kLongestHoldOff{300};  // cisco-formats.md G2: failed-server monitor

seconds retry_after(const Message* response, seconds otherwise) {
  if (response == nullptr) return otherwise;
  std::string text = response->field("Retry-After").value_or("");
  auto value = number(trim(text.substr(0, text.find_first_of(" ;("))));
  return value.has_value() ? std::min(seconds(std::min<uint64_t>(*value, 3600)), kLongestHoldOff) : otherwise;
}

// The Expires field is CUCM's keepalive interval (G1); a Contact's own parameter may be shorter.
seconds granted_by(const Message& response, seconds asked) {
  auto field = number(response.field("Expires").value_or(""));
  uint64_t granted = field.value_or(static_cast<uint64_t>(asked.count()));
  if (!field.has_value() && response.contacts.size() == 1) {
    granted = number(response.contacts.front().parameter("expires").value_or("")).value_or(granted);
  }
  if (granted == 0) return seconds(0);
  // A server that grants less than 10 s gets a registration that lapses in between: it does not set the pace.
  return seconds(std::clamp<uint64_t>(granted, 10, 7200));
}

}  // namespace

RegisterOutcome judge_register(int status, const Message* response, seconds asked) {
  std::string reason = response == nullptr
                           ? cat(status == 408 ? "the call manager did not answer REGISTER" : "connection lost")
                           : cat(status, " ", response->phrase);
  if (response != nullptr && status >= 400) {
    if (const std::string warning = response->text("Warning"); !warning.empty()) reason += cat(" (", warning, ")");
  }
  using Kind = RegistrationRefused::Kind;
  if (status >= 200 && status < 300) {
    const seconds granted = granted_by(*response, asked);
    if (granted.count() > 0) return RegistrationGranted{granted};
    return RegistrationRefused{Kind::kRefused, kHoldOff, "the call manager granted an expiry of 0 s"};
  }
  if (status == 401 || status == 407) return RegistrationRefused{Kind::kChallenged, kHoldOff, reason};
  if (status == 423) {
    auto least = number(response == nullptr ? "" : response->field("Min-Expires").value_or(""));
    if (least.has_value() && *least > static_cast<uint64_t>(asked.count()) && *least <= 86400)
      return LongerExpiresAsked{seconds(*least), reason};
  }
  const bool unavailable = status == 408 || status >= 500;
  return RegistrationRefused{unavailable ? Kind::kUnavailable : Kind::kRefused,
                             retry_after(response, unavailable ? kHoldOff : kRefusedHoldOff), reason};
}

seconds refusal_delay(int refusals) {
  return std::min(kRefusedHoldOff * (int64_t{1} << std::clamp(refusals - 1, 0, 8)), kHoldOff);
}

seconds refresh_after(seconds granted) {
  return granted - std::max(granted / 10, seconds(std::min<int64_t>(5, granted.count() / 2)));
}

Milliseconds reconnect_delay(int failures, uint8_t random) {
  if (failures <= 0) return Milliseconds(0);
  // Some 40 s of trying every second, so that a server that is back has its phones within two; then more and more
  // rarely.
  int64_t base = failures <= 40 ? std::min<int64_t>(100LL << std::min(failures - 1, 5), 1000)
                                : std::min<int64_t>(1000LL << std::min((failures - 40) / 4, 5), 30'000);
  return Milliseconds(base * 3 / 4 + base * random / 512);
}

std::optional<size_t> choose_active(const std::vector<ServerFacts>& servers, std::optional<size_t> current) {
  if (current.has_value() && *current < servers.size() && servers[*current].up && !servers[*current].srst)
    return current;
  bool waiting = false;
  for (size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].srst) continue;
    if (servers[i].up) return waiting ? std::nullopt : std::optional<size_t>(i);
    if (!servers[i].given_up) waiting = true;
  }
  if (waiting) return std::nullopt;
  for (size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].srst && servers[i].up) return i;
  }
  return std::nullopt;
}

std::string_view reason_word(LastReason reason) {
  switch (reason) {
    case LastReason::kCallManagerClosedTcp:
      return "CM-closed-TCP";
    case LastReason::kRegistrationTimeout:
      return "reg-timeout";
    case LastReason::kFallback:
      return "fallback";
    case LastReason::kInitialized:
      return "initialized";
    case LastReason::kTlsError:
      return "tls-error";
  }
  return "initialized";
}

}  // namespace phone::signaling
