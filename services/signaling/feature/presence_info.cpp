// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/presence_info.hpp"

#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

namespace phone::signaling {

absl::StatusOr<WatchedState> read_presence(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load_xml(document, xml, kLargestPresence);
  if (!root.ok()) return root.status();
  if (!iequals(local_name(*root), "presence"))
    return absl::InvalidArgumentError("the document is not a presence document");
  const std::string_view basic = text_of(child_of(child_of(*root, "tuple"), "status"), "basic");
  if (!is_any_of(basic, {"open", "closed"})) return absl::InvalidArgumentError("the document has no basic status");
  if (iequals(basic, "closed")) return WatchedState::kUnknown;
  WatchedState state = WatchedState::kIdle;
  for (const pugi::xml_node& activity : child_of(child_of(*root, "person"), "activities").children()) {
    const std::string_view name = local_name(activity);
    // A call that rings is what may be picked up: it comes first.
    if (iequals(name, "alerting")) return WatchedState::kAlerting;
    if (iequals(name, "dnd")) state = WatchedState::kDoNotDisturb;
    if (iequals(name, "on-the-phone") && state != WatchedState::kDoNotDisturb) state = WatchedState::kInUse;
  }
  return state;
}

}  // namespace phone::signaling
