// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/conference_info.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/feature/conference_menu.hpp"
#include "services/signaling/sip/name_address.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestId = 64, kLongestName = 128;

SecurityLevel level_of(std::string_view word) {
  if (iequals(word, "Encrypted")) return SecurityLevel::kEncrypted;
  if (iequals(word, "Authenticated")) return SecurityLevel::kAuthenticated;
  if (iequals(word, "NotAuthenticated")) return SecurityLevel::kNotAuthenticated;
  return SecurityLevel::kUnknown;
}

// The user part of the entity, which the list of participants (ConfList) has as well; else the entity itself.
std::string id_of(std::string_view entity) {
  const auto address = parse_name_address(std::string(entity.substr(0, 1024)));
  return text::printable(address.has_value() && !address->user.empty() ? address->user : entity, kLongestId);
}

// A state that this phone knows, in lower case; others are as if none was told.
std::string state_of(std::string_view word) {
  for (const char* known : {"connected", "alerting", "dialing-out", "dialing-in", "on-hold", "disconnected"}) {
    if (iequals(word, known)) return known;
  }
  return {};
}

// Nothing for a user without a name of its own.
std::optional<Participant> participant_of(const pugi::xml_node& user) {
  Participant one{.id = id_of(attribute_of(user, "entity")), .name = {}};
  if (one.id.empty()) return std::nullopt;
  one.name = text::clean(with_phrases(text_of(user, "display-text")), kLongestName);
  const pugi::xml_node endpoint = child_of(user, "endpoint");
  one.state = state_of(text_of(endpoint, "status"));
  const std::string_view own = text_of(endpoint, "security");
  one.security = level_of(own.empty() ? text_of(user, "security") : own);
  // RFC 4575 section 5.8: what the focus takes from the user.
  one.muted = is_any_of(text_of(child_of(endpoint, "media"), "status"), {"recvonly", "inactive"});
  return one;
}

}  // namespace

absl::StatusOr<ConferenceInfo> read_conference_info(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load_xml(document, xml, kLargestConferenceInfo);
  if (!root.ok()) return root.status();
  if (!iequals(local_name(*root), "conference-info"))
    return absl::InvalidArgumentError("the document is no conference-info");
  const pugi::xml_node users = child_of(*root, "users");
  ConferenceInfo info{.full = !iequals(attribute_of(*root, "state"), "partial") &&
                              !iequals(attribute_of(users, "state"), "partial")};
  for (const pugi::xml_node& user : users.children()) {
    if (!iequals(local_name(user), "user")) continue;
    if (info.present.size() + info.gone.size() == kMostParticipants)
      return absl::InvalidArgumentError("the document has too many users");
    auto one = participant_of(user);
    if (!one.has_value()) return absl::InvalidArgumentError("a user has no entity");
    if (iequals(attribute_of(user, "state"), "deleted") || one->state == "disconnected")
      info.gone.push_back(std::move(one->id));
    else
      info.present.push_back(*std::move(one));
  }
  return info;
}

std::vector<Participant> told_by(const ConferenceInfo& info, std::vector<Participant> before) {
  if (info.full) before.clear();
  const auto drop = [&](const std::string& id) {
    std::erase_if(before, [&](const Participant& one) { return one.id == id; });
  };
  for (const std::string& id : info.gone) drop(id);
  for (const Participant& one : info.present) {
    const auto same =
        std::find_if(before.begin(), before.end(), [&](const Participant& other) { return other.id == one.id; });
    if (same != before.end())
      *same = one;
    else if (before.size() < kMostParticipants)
      before.push_back(one);
  }
  return before;
}

}  // namespace phone::signaling
