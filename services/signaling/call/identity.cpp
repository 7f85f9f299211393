// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/call/identity.hpp"

#include <algorithm>
#include <vector>

#include "services/signaling/sip/name_address.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMostRead = 8;
constexpr uint8_t kPrivate = 54;

struct Withheld {
  bool name = false;
  bool number = false;
};

// The words of a list with commas, semicolons or blanks between them.
template <class Word>
void each_word(std::string_view list, Word word) {
  while (!list.empty()) {
    const size_t end = list.find_first_of(",; \t");
    if (const std::string_view one = list.substr(0, end); !one.empty()) word(one);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
}

// Privacy (RFC 3323 section 4.2, RFC 3325 section 9.3).
Withheld privacy_of(const Message& message) {
  Withheld withheld;
  for (const std::string& value : message.fields_named("Privacy")) {
    each_word(value, [&](std::string_view word) {
      if (iequals(word, "id") || iequals(word, "user") || iequals(word, "header"))
        withheld.name = withheld.number = true;
    });
  }
  return withheld;
}

Identity shown(const NameAddress& address, const Withheld& withheld) {
  Identity identity;
  if (!withheld.number) identity.number = address.user;
  if (!withheld.name) identity.name = address.display;
  if (withheld.number && identity.name.empty()) identity.name = phrase(kPhrasePrefix, kPrivate);
  return identity;
}

std::vector<NameAddress> addresses_in(const Message& message, std::string_view name) {
  std::vector<NameAddress> addresses;
  for (const std::string& item : list_items(message, name)) {
    if (addresses.size() == kMostRead) break;
    if (auto address = parse_name_address(item)) addresses.push_back(std::move(*address));
  }
  return addresses;
}

// How well a party fits: 0 is the best, nothing for one that is not in the call.
std::optional<int> rank_of(const NameAddress& address, bool other_called) {
  const auto party = address.parameter("party");
  if (!party.has_value()) return 1;
  if (iequals(*party, other_called ? "calling" : "called")) return 0;
  if (iequals(*party, "calling") || iequals(*party, "called")) return 2;
  return std::nullopt;
}

std::optional<Identity> from_remote_party(const Message& message, bool other_called) {
  std::optional<int> best;
  std::optional<Identity> identity;
  for (const NameAddress& address : addresses_in(message, "Remote-Party-ID")) {
    const auto rank = rank_of(address, other_called);
    if (!rank.has_value() || (best.has_value() && *best <= *rank)) continue;
    best = rank;
    Withheld withheld = privacy_of(message);
    each_word(address.parameter("privacy").value_or(""), [&](std::string_view word) {
      const bool full = iequals(word, "full");
      withheld.name = withheld.name || full || iequals(word, "name");
      withheld.number = withheld.number || full || iequals(word, "uri");
    });
    identity = shown(address, withheld);
  }
  return identity;
}

// At most one sip or sips URI and one tel URI (RFC 3325 section 9.1): the number is that of the first, the name of the
// first that has one.
std::optional<Identity> from_asserted(const Message& message) {
  const std::vector<NameAddress> addresses = addresses_in(message, "P-Asserted-Identity");
  if (addresses.empty()) return std::nullopt;
  NameAddress one = addresses.front();
  for (const NameAddress& other : addresses) {
    if (one.user.empty()) one.user = other.user;
    if (one.display.empty()) one.display = other.display;
  }
  return shown(one, privacy_of(message));
}

bool is_anonymous(const NameAddress& from) {
  constexpr std::string_view kAnonymous = "anonymous", kHost = "anonymous.invalid";
  const size_t host = from.uri.find('@');
  return iequals(from.user, kAnonymous) ||
         (host != std::string::npos && iequals(std::string_view(from.uri).substr(host + 1, kHost.size()), kHost));
}

}  // namespace

std::optional<Identity> read_identity(const Message& message, bool other_called) {
  if (auto identity = from_remote_party(message, other_called)) return identity;
  return from_asserted(message);
}

Identity identity_of_caller(const Message& invite) {
  if (auto identity = read_identity(invite, true)) return *identity;
  Withheld withheld = privacy_of(invite);
  if (is_anonymous(invite.from)) withheld = {.name = true, .number = true};
  return shown(invite.from, withheld);
}

}  // namespace phone::signaling
