// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/conference_menu.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

namespace phone::signaling {
namespace {

// "UserCallData:1:0:7:0:4711": the participant is the sixth field.
std::string participant_in(std::string_view url) {
  constexpr size_t kFieldsBefore = 5, kLongest = 64;
  if (!iequals(url.substr(0, url.find(':')), "UserCallData")) return {};
  for (size_t i = 0; i < kFieldsBefore; ++i) take_until(url, ':');
  return text::printable(url, kLongest);
}

}  // namespace

absl::StatusOr<std::vector<Participant>> read_conference_menu(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load_xml(document, xml, kLargestMenu);
  if (!root.ok()) return root.status();
  if (!iequals(local_name(*root), "CiscoIPPhoneMenu")) return absl::InvalidArgumentError("the page is not a menu");
  std::vector<Participant> participants;
  for (const pugi::xml_node& item : root->children()) {
    if (!iequals(local_name(item), "MenuItem") || participants.size() == kMostParticipants) continue;
    std::string_view name = child_of(item, "Name").text().get();
    Participant one{.id = participant_in(text_of(item, "URL")), .name = {}};
    if (one.id.empty()) continue;
    one.muted = starts_with(name, "- ");
    one.talking = starts_with(name, "+ ");
    if (one.muted || one.talking) name.remove_prefix(2);
    one.name = text::clean(with_phrases(xml_trimmed(name)), 128);
    const auto same = [&](const Participant& other) { return other.id == one.id; };
    if (std::none_of(participants.begin(), participants.end(), same)) participants.push_back(std::move(one));
  }
  return participants;
}

}  // namespace phone::signaling
