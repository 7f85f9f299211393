// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/registration_rules.hpp"

#include <algorithm>

#include "services/signaling/sip/body_parts.hpp"
#include "services/signaling/sip/date.hpp"
#include "services/signaling/sip/grammar.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

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

struct Place {
  std::string_view user, host;
  uint64_t port = 0;
};

// Where a sip URI leads to; its parameters do not matter here.
Place place_of(std::string_view uri) {
  std::string_view rest = uri;
  const std::string_view scheme = take_until(rest, ':');
  const std::string_view parameters = rest.find(';') == std::string_view::npos ? "" : rest.substr(rest.find(';'));
  const bool tls = iequals(scheme, "sips") || parameters.find("transport=tls") != std::string_view::npos ||
                   parameters.find("transport=TLS") != std::string_view::npos;
  rest = rest.substr(0, rest.find_first_of(";?"));
  Place place{.port = tls ? 5061u : 5060u};
  if (rest.find('@') != std::string_view::npos) place.user = take_until(rest, '@');
  const size_t colon = rest.rfind(':');
  const size_t bracket = rest.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    place.port = number(rest.substr(colon + 1)).value_or(0);
    rest = rest.substr(0, colon);
  }
  place.host = rest;
  return place;
}

bool same_place(std::string_view left, std::string_view right) {
  const Place one = place_of(left), other = place_of(right);
  return one.user == other.user && iequals(one.host, other.host) && one.port == other.port;
}

// The binding's own time, or CUCM's keepalive interval in the Expires field if that is shorter (cisco-formats.md G1).
seconds granted_by(const Message& response, const NameAddress& binding, seconds asked) {
  const auto field = number(response.field("Expires").value_or(""));
  const auto own = number(binding.parameter("expires").value_or(""));
  uint64_t granted = own.value_or(field.value_or(static_cast<uint64_t>(asked.count())));
  if (own.has_value() && field.value_or(0) > 0) granted = std::min(granted, *field);
  if (granted == 0) return seconds(0);
  // A server that grants less than 10 s gets a registration that lapses in between: it does not set the pace.
  return seconds(std::clamp<uint64_t>(granted, 10, 7200));
}

// What answers the requests in the body of a REGISTER (cucm-calls.md 10); nothing from a server that does not speak the
// dialect.
std::optional<std::string> dialect_of(const Message& response) {
  constexpr std::string_view kType = "application/x-cisco-remotecc-response+xml";
  constexpr size_t kMostParts = 8;
  BodyPart whole;
  const std::string type = response.field("Content-Type").value_or("");  // the part points into it
  whole.take("Content-Type", type);
  whole.content = response.body;
  if (iequals(whole.type, kType)) return std::string(whole.content);
  if (whole.boundary.empty()) return std::nullopt;
  const auto parts = cut(whole, kMostParts);
  if (!parts.ok()) return std::nullopt;
  std::string answers;
  bool speaks = false;
  for (const BodyPart& part : *parts) {
    if (!iequals(part.type, kType)) continue;
    speaks = true;
    // The part with the options: bulkregister is answered in another one.
    if (answers.empty() || part.content.find("optionsind") != std::string_view::npos) answers = part.content;
  }
  return speaks ? std::optional(answers) : std::nullopt;
}

// What the server's optionsind says of one event package and use (cucm-calls.md 0): who lists only sub wants a
// SUBSCRIBE.
struct Usage {
  bool listed = false, asks = false;
};

Usage usage_of(std::string_view answers, std::string_view package, std::string_view usage) {
  constexpr size_t kLargest = 16384;
  pugi::xml_document document;
  const auto root = load_xml(document, answers, kLargest);
  if (!root.ok()) return {};
  pugi::xml_node options = child_of(*root, "optionsind");
  if (!options) options = child_of(child_of(*root, "response"), "optionsind");
  for (const pugi::xml_node& one : options.children()) {
    if (iequals(local_name(one), package) && iequals(attribute_of(one, "usage"), usage))
      return {.listed = true, .asks = child_of(one, "sub") && !child_of(one, "unot")};
  }
  return {};
}

}  // namespace

RegisterOutcome judge_register(int status, const Message* response, seconds asked, std::string_view own) {
  std::string reason = response == nullptr
                           ? cat(status == 408 ? "the call manager did not answer REGISTER" : "connection lost")
                           : cat(status, " ", response->phrase);
  if (response != nullptr && status >= 400) {
    if (const std::string warning = response->text("Warning"); !warning.empty()) reason += cat(" (", warning, ")");
  }
  using Kind = RegistrationRefused::Kind;
  if (status >= 200 && status < 300) {
    const auto& bindings = response->contacts;
    const auto binding = std::find_if(bindings.begin(), bindings.end(),
                                      [&](const NameAddress& one) { return same_place(one.uri, own); });
    if (binding == bindings.end())
      return RegistrationRefused{Kind::kRefused, kHoldOff, "the call manager answered without this phone's binding"};
    const seconds granted = granted_by(*response, *binding, asked);
    if (granted.count() > 0) {
      const auto dialect = dialect_of(*response);
      return RegistrationGranted{
          .expires = granted,
          .for_all_lines = dialect.has_value(),
          .asks_for_presence = usage_of(dialect.value_or(""), "presence", "blf speed dial").asks,
          .asks_for_shared_lines = usage_of(dialect.value_or(""), "dialog", "shared line").asks,
          .takes_hook_status = usage_of(dialect.value_or(""), "dialog", "hook status").listed,
          .takes_out_of_service = dialect.has_value() && response->body.find("oosalarm") != std::string::npos,
          .time = read_date(response->field("Date").value_or(""))};
    }
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

seconds return_delay(int status, const Message* response, int refusals) {
  constexpr seconds kKeepaliveTime{120};
  if (status != 486 && status != 503) return kKeepaliveTime;
  const seconds least = std::min(kRefusedHoldOff * (int64_t{1} << std::clamp(refusals - 1, 0, 8)), kKeepaliveTime);
  return std::max(retry_after(response, kKeepaliveTime), least);
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
  if (current.has_value() && *current < servers.size() && servers[*current].up) return current;
  bool waiting = false;
  for (size_t i = 0; i < servers.size(); ++i) {
    if (servers[i].srst || servers[i].silent) continue;
    if (servers[i].up) return waiting ? std::nullopt : std::optional<size_t>(i);
    if (!servers[i].given_up) waiting = true;
  }
  if (waiting) return std::nullopt;
  const auto first = [&](bool srst, bool silent) -> std::optional<size_t> {
    for (size_t i = 0; i < servers.size(); ++i) {
      if (servers[i].srst == srst && servers[i].silent == silent && servers[i].up) return i;
    }
    return std::nullopt;
  };
  if (const auto router = first(true, false); router.has_value()) return router;
  if (const auto manager = first(false, true); manager.has_value()) return manager;
  return first(true, true);
}

std::string_view reason_word(LastReason reason) {
  switch (reason) {
    case LastReason::kCallManagerClosedTcp:
      return "CM-closed-TCP";
    case LastReason::kRegistrationTimeout:
      return "reg-timeout";
    case LastReason::kFallback:
      return "fallback";
    case LastReason::kResetReset:
      return "reset-reset";
    case LastReason::kResetRestart:
      return "reset-restart";
    case LastReason::kInitialized:
      return "initialized";
    case LastReason::kConfigurationStamp:
      return "version-stamp-mismatch-config";
    case LastReason::kSoftKeyStamp:
      return "version-stamp-mismatch-softkey";
    case LastReason::kDialPlanStamp:
      return "version-stamp-mismatch-dialplan";
    case LastReason::kApplyConfig:
      return "apply_config";
    case LastReason::kTlsError:
      return "tls-error";
  }
  return "initialized";
}

}  // namespace phone::signaling
