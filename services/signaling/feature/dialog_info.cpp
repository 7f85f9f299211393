// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/dialog_info.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/name_address.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestId = 256;

std::string lower_case(std::string_view word) {
  std::string text(word.substr(0, 32));
  for (char& c : text) c = lower(c);
  return text;
}

std::string id_of(const pugi::xml_node& node, std::string_view name) {
  return text::printable(attribute_of(node, name), kLongestId);
}

// <target><param pname="+sip.rendering" pvalue="no"/></target> (RFC 4235 section 4.1.6)
bool is_rendered(const pugi::xml_node& party) {
  for (const pugi::xml_node& param : child_of(party, "target").children()) {
    if (iequals(attribute_of(param, "pname"), "+sip.rendering") && iequals(attribute_of(param, "pvalue"), "no"))
      return false;
  }
  return true;
}

DialogInfo::Dialog dialog_of_node(const pugi::xml_node& node) {
  DialogInfo::Dialog dialog{.id = id_of(node, "id"),
                            .state = lower_case(text_of(node, "state")),
                            .call_id = id_of(node, "call-id"),
                            .local_tag = id_of(node, "local-tag"),
                            .remote_tag = id_of(node, "remote-tag")};
  dialog.initiator = iequals(attribute_of(node, "direction"), "initiator");
  dialog.held = !is_rendered(child_of(node, "local")) || child_of(node, "hold");
  dialog.private_call = is_any_of(text_of(node, "lock"), {"locked", "remote_locked"});
  const pugi::xml_node identity = child_of(child_of(node, "remote"), "identity");
  if (const auto address = parse_name_address(xml_trimmed(identity.text().get())); address.has_value())
    dialog.remote_number = address->user;
  dialog.remote_name = text::clean(with_phrases(attribute_of(identity, "display")), 128);
  if (const pugi::xml_node park = child_of(node, "park"); park) dialog.parked = lower_case(text_of(park, "event"));
  return dialog;
}

}  // namespace

absl::StatusOr<DialogInfo> read_dialog_info(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load_xml(document, xml, kLargestDialogInfo);
  if (!root.ok()) return root.status();
  if (!iequals(local_name(*root), "dialog-info"))
    return absl::InvalidArgumentError("the document is not a dialog-info");
  DialogInfo info{.full = !iequals(attribute_of(*root, "state"), "partial")};
  for (const pugi::xml_node& node : root->children()) {
    if (!iequals(local_name(node), "dialog")) continue;
    if (info.dialogs.size() == kMostDialogsTold) return absl::InvalidArgumentError("the document has too many dialogs");
    DialogInfo::Dialog dialog = dialog_of_node(node);
    if (dialog.id.empty()) return absl::InvalidArgumentError("a dialog has no id");
    if (!is_any_of(dialog.state, {"trying", "proceeding", "early", "confirmed", "terminated"}))
      return absl::InvalidArgumentError("the state of a dialog is unknown");
    info.dialogs.push_back(std::move(dialog));
  }
  return info;
}

}  // namespace phone::signaling
