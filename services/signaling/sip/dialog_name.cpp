// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/dialog_name.hpp"

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

std::optional<DialogName> parse_dialog_name(std::string_view value) {
  if (value.find(',') != std::string_view::npos) return std::nullopt;
  DialogName name;
  name.call_id = std::string(trim(take_until(value, ';')));
  int to_tags = 0, from_tags = 0;
  for (const auto& [key, text] : parse_parameters(value)) {
    if (iequals(key, "to-tag")) name.to_tag = text, ++to_tags;
    if (iequals(key, "from-tag")) name.from_tag = text, ++from_tags;
    if (iequals(key, "early-only")) name.early_only = true;
  }
  const bool whole = to_tags == 1 && from_tags == 1 && !name.to_tag.empty() && !name.from_tag.empty();
  if (name.call_id.empty() || !whole) return std::nullopt;
  return name;
}

}  // namespace phone::signaling
