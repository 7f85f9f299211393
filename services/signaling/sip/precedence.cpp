// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/precedence.hpp"

#include <algorithm>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kDomainDigits = 6;
constexpr size_t kMostValues = 16;  // that are looked at

// Words of dsn and drsn, from low to high.
constexpr std::string_view kWords[] = {"routine", "priority",       "immediate",
                                       "flash",   "flash-override", "flash-override-override"};

// Namespaces with a domain: digits 0 (lowest) to 9, or the words (RFC 5478).
constexpr std::string_view kOfADomain[] = {"dsn", "drsn", "rts", "crts", "uc", "cuc"};

struct Plain {
  std::string_view name;
  bool words;     // else digits 4 (lowest) to 0
  bool preempts;  // else a queue (RFC 4412 section 4.7)
};
constexpr Plain kPlain[] = {
    {"dsn", true, true}, {"drsn", true, true}, {"q735", false, true}, {"ets", false, false}, {"wps", false, false}};

Precedence level(size_t index) { return static_cast<Precedence>(index + 1); }

Precedence of_word(std::string_view word) {
  for (size_t i = 0; i < std::size(kWords); ++i) {
    if (iequals(word, kWords[i])) return level(i);
  }
  return Precedence::kNone;
}

bool is_digit(std::string_view text) { return text.size() == 1 && text[0] >= '0' && text[0] <= '9'; }

// Levels are the even ones, and 9: one between two counts as the lower.
Precedence of_domain_digit(std::string_view text) {
  if (!is_digit(text)) return Precedence::kNone;
  const auto digit = static_cast<size_t>(text[0] - '0');
  return digit == 9 ? Precedence::kExecutiveOverride : level(digit / 2);
}

Precedence of_plain_digit(std::string_view text) {
  if (!is_digit(text) || text[0] > '4') return Precedence::kNone;
  return level(static_cast<size_t>('4' - text[0]));
}

ResourcePriority read_value(std::string_view value, std::string_view domain) {
  const size_t dot = value.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view name_space = value.substr(0, dot), priority = value.substr(dot + 1);
  for (const Plain& one : kPlain) {
    if (iequals(name_space, one.name)) return {one.words ? of_word(priority) : of_plain_digit(priority), one.preempts};
  }
  const size_t dash = name_space.rfind('-');
  if (dash == std::string_view::npos || !iequals(name_space.substr(dash + 1), domain)) return {};
  const bool known = std::any_of(std::begin(kOfADomain), std::end(kOfADomain),
                                 [&](std::string_view one) { return iequals(name_space.substr(0, dash), one); });
  if (!known) return {};
  const Precedence word = of_word(priority);
  return {word != Precedence::kNone ? word : of_domain_digit(priority), true};
}

std::string_view meaning_of_cause(std::string_view cause) {
  if (cause == "1") return "UA Preemption";
  if (cause == "2") return "Reserved Resources Preempted";
  if (cause == "3") return "Generic Preemption";
  if (cause == "4") return "Non-IP Preemption";
  if (cause == "5") return "Network Preemption";
  return "";
}

}  // namespace

std::string_view name_of(Precedence precedence) {
  switch (precedence) {
    case Precedence::kNone:
      return "none";
    case Precedence::kRoutine:
      return "routine";
    case Precedence::kPriority:
      return "priority";
    case Precedence::kImmediate:
      return "immediate";
    case Precedence::kFlash:
      return "flash";
    case Precedence::kFlashOverride:
      return "flash override";
    case Precedence::kExecutiveOverride:
      return "executive override";
  }
  return "none";
}

ResourcePriority read_resource_priority(const Message& message, std::string_view domain) {
  ResourcePriority highest;
  if (domain.size() != kDomainDigits) return highest;
  size_t seen = 0;
  for (const std::string& value : list_items(message, "Resource-Priority")) {
    if (++seen > kMostValues) break;
    const ResourcePriority one = read_value(trim(value), domain);
    if (one.precedence == Precedence::kNone) continue;
    const bool higher = one.precedence > highest.precedence;
    if (higher || (one.precedence == highest.precedence && one.preempts)) highest = one;
  }
  return highest;
}

std::string write_resource_priority(Precedence precedence, std::string_view domain) {
  const int index = static_cast<int>(precedence) - 1;
  return cat("dsn-", domain, ".", precedence == Precedence::kExecutiveOverride ? 9 : 2 * index);
}

std::string accepted_resource_priorities(std::string_view domain) {
  std::string text;
  for (std::string_view word : kWords) {
    if (word != kWords[std::size(kWords) - 1]) text += cat(text.empty() ? "" : ", ", "dsn.", word);
  }
  if (domain.size() != kDomainDigits) return "";
  for (int digit : {0, 2, 4, 6, 8, 9}) text += cat(", dsn-", domain, ".", digit);
  return text;
}

bool requires_resource_priority(const Message& message) {
  const auto options = list_items(message, "Require");
  return std::any_of(options.begin(), options.end(),
                     [](const std::string& one) { return iequals(one, "resource-priority"); });
}

std::optional<std::string> preemption_of(const Message& message) {
  for (const std::string& reason : list_items(message, "Reason")) {
    std::string_view rest = reason;
    if (!iequals(trim(take_until(rest, ';')), "preemption")) continue;
    std::string text, meaning;
    for (const auto& [name, value] : parse_parameters(rest)) {
      if (iequals(name, "text")) text = value;
      if (iequals(name, "cause")) meaning = meaning_of_cause(value);
    }
    if (!text.empty()) return text;
    return meaning.empty() ? "no cause is given" : meaning;
  }
  return std::nullopt;
}

bool asks_for_precedence_ring(const Message& message) {
  const std::string alert = message.field("Alert-Info").value_or("");
  constexpr std::string_view kWord = "Precedence-Ring";
  return std::search(alert.begin(), alert.end(), kWord.begin(), kWord.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != alert.end();
}

std::string refusal_of_precedence(const Message& response) {
  if (response.status == 417) {
    const std::string accepted = response.text("Accept-Resource-Priority");
    return cat("the call manager does not know the precedence of this call",
               accepted.empty() ? "" : cat(", only ", accepted));
  }
  if (response.status == 420) {
    const std::string unsupported = response.text("Unsupported");
    return cat("the call manager does not serve ", unsupported.empty() ? "what this call requires" : unsupported);
  }
  const std::string warning = response.field("Warning").value_or("");
  if (response.status == 488 && starts_with(trim(warning), "370")) return "there is not enough bandwidth for this call";
  return "";
}

}  // namespace phone::signaling
