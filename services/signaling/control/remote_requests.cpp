// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/remote_requests.hpp"

#include <algorithm>
#include <pugixml.hpp>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestName = 40;
constexpr size_t kLongestNumber = 64;
constexpr size_t kLongestTag = 256;
constexpr uint64_t kMostMessages = 99999;
constexpr uint64_t kLongestTimeout = 86400;

absl::Status bad(std::string_view what) { return absl::InvalidArgumentError(text::printable(what, 120)); }

absl::StatusOr<bool> switch_of(std::string_view word, std::string_view what) {
  if (is_any_of(word, {"on", "yes", "true", "enable", "enabled"})) return true;
  if (is_any_of(word, {"off", "no", "false", "disable", "disabled"})) return false;
  return bad(cat(what, " is neither on nor off"));
}

uint32_t small(std::string_view word, uint64_t most) {
  return static_cast<uint32_t>(std::min(number(xml_trimmed(word)).value_or(0), most));
}

std::optional<DialogId> dialog_of(const pugi::xml_node& request) {
  const pugi::xml_node node = child_of(request, "dialogid");
  if (!node) return std::nullopt;
  const auto part = [&](std::string_view name) { return std::string(text_of(node, name).substr(0, kLongestTag)); };
  return DialogId{.call_id = part("callid"), .local_tag = part("localtag"), .remote_tag = part("remotetag")};
}

template <class Request>
absl::StatusOr<RemoteRequest> of_a_call(const pugi::xml_node& node) {
  auto dialog = dialog_of(node);
  if (!dialog.has_value() || dialog->call_id.empty()) return bad(cat(local_name(node), " names no call"));
  return Request{.dialog = *std::move(dialog)};
}

absl::StatusOr<Forward> forward_of(const pugi::xml_node& node) {
  Forward forward{.number = text::clean(text_of(node, "fwdaddress"), kLongestNumber)};
  const std::string_view voicemail = text_of(node, "tovoicemail");
  if (voicemail.empty()) return forward;
  const auto on = switch_of(voicemail, "tovoicemail");
  if (!on.ok()) return on.status();
  forward.to_voicemail = *on;
  return forward;
}

absl::StatusOr<RemoteRequest> forward_update(const pugi::xml_node& node) {
  const auto line = number(text_of(node, "linenumber"));
  if (!line.has_value()) return bad("cfwdallupdate names no line");
  const auto forward = forward_of(node);
  if (!forward.ok()) return forward.status();
  return BulkUpdate{
      {LineUpdate{.line = static_cast<uint32_t>(std::min<uint64_t>(*line, UINT32_MAX)), .forward = *forward}}};
}

absl::StatusOr<LineUpdate> contact_of(const pugi::xml_node& node) {
  LineUpdate update;
  const std::string_view line = xml_trimmed(node.attribute("line").value());
  if (!iequals(xml_trimmed(node.attribute("all").value()), "true")) {
    const auto value = number(line);
    if (!value.has_value() || *value == 0 || *value > UINT32_MAX) return bad("bulkupdate: a contact names no line");
    update.line = static_cast<uint32_t>(*value);
  }
  if (const std::string_view mwi = text_of(node, "mwi"); !mwi.empty()) {
    const auto on = switch_of(mwi, "mwi");
    if (!on.ok()) return on.status();
    update.messages = *on;
  }
  if (const pugi::xml_node voice = child_of(child_of(node, "emwi"), "voice-msg"); voice) {
    update.mailbox = Mailbox{.fresh = small(voice.attribute("new").value(), kMostMessages),
                             .old = small(voice.attribute("old").value(), kMostMessages)};
    if (!update.messages.has_value()) update.messages = update.mailbox->fresh > 0;
  }
  if (const pugi::xml_node node_of_forward = child_of(node, "cfwdallupdate"); node_of_forward) {
    const auto forward = forward_of(node_of_forward);
    if (!forward.ok()) return forward.status();
    update.forward = *forward;
  }
  return update;
}

absl::StatusOr<RemoteRequest> bulk_update(const pugi::xml_node& node) {
  BulkUpdate bulk;
  for (const pugi::xml_node& one : node.children()) {
    if (!iequals(local_name(one), "contact")) continue;
    const auto update = contact_of(one);
    if (!update.ok()) return update.status();
    bulk.lines.push_back(*update);
  }
  if (bulk.lines.empty()) return bad("bulkupdate has no contact");
  return bulk;
}

absl::StatusOr<RemoteRequest> do_not_disturb(const pugi::xml_node& node) {
  const auto on = switch_of(text_of(node, "state"), "dndupdate: state");
  if (!on.ok()) return on.status();
  if (!*on) return DoNotDisturbUpdate{};
  const std::string_view option = text_of(node, "option");
  if (iequals(option, "callreject")) return DoNotDisturbUpdate{DoNotDisturb::kReject};
  if (option.empty() || iequals(option, "ringeroff")) return DoNotDisturbUpdate{DoNotDisturb::kSilent};
  return bad("dndupdate: the option is unknown");
}

absl::StatusOr<RemoteRequest> status_text(const pugi::xml_node& node) {
  const std::string_view action = text_of(node, "action");
  if (!action.empty() && !iequals(action, "notify_display")) return bad("statuslineupdatereq: the action is unknown");
  return StatusText{
      .dialog = dialog_of(node),
      .line = small(text_of(node, "linenumber"), UINT32_MAX),
      .text = text::clean(with_phrases(
          std::string_view(child_of(node, "statustext").text().get()).substr(0, 4 * text::kForeignTextLimit))),
      .timeout = std::chrono::seconds(small(text_of(node, "displaytimeout"), kLongestTimeout))};
}

absl::StatusOr<RemoteRequest> play_tone(const pugi::xml_node& node) {
  const std::string_view tone = text_of(node, "tonetype");
  if (tone.empty()) return bad("playtonereq names no tone");
  return PlayToneRequest{.dialog = dialog_of(node),
                         .tone = text::printable(tone, kLongestName),
                         .to_user = !is_any_of(text_of(node, "direction"), {"net", "2"})};
}

absl::StatusOr<RemoteRequest> place_call(const pugi::xml_node& node) {
  const std::string_view dialled = text_of(node, "dialstring");
  if (dialled.empty()) return bad("initiatecallreq names no number");
  const uint32_t line = small(text_of(node, "linenumber"), UINT32_MAX);
  return PlaceCallRequest{.number = std::string(dialled.substr(0, kLongestTag)),
                          .line = line,
                          .global_call = text::printable(text_of(node, "globalcallid"), kLongestName)};
}

absl::StatusOr<RemoteRequest> data_passthrough(const pugi::xml_node& node) {
  const std::string_view sequence = text_of(node, "stationsequence");
  return DataPassthrough{.application = small(text_of(node, "applicationid"), UINT32_MAX),
                         .transaction = small(text_of(node, "transactionid"), UINT32_MAX),
                         .conference = small(text_of(node, "confid"), UINT32_MAX),
                         .last = !is_any_of(sequence, {"StationSequenceFirst", "StationSequenceMore"})};
}

template <class Request>
absl::StatusOr<RemoteRequest> switched(std::string_view word, std::string_view what) {
  const auto on = switch_of(word, what);
  if (!on.ok()) return on.status();
  return Request{*on};
}

absl::StatusOr<RemoteRequest> request_of(const pugi::xml_node& node) {
  const std::string_view name = local_name(node);
  const auto is = [&](std::string_view one) { return iequals(name, one); };
  if (is("bulkupdate")) return bulk_update(node);
  if (is("cfwdallupdate")) return forward_update(node);
  if (is("dndupdate")) return do_not_disturb(node);
  if (is("hlogupdate")) return switched<HuntGroupUpdate>(text_of(node, "status"), "hlogupdate: status");
  if (is("privacyreq")) return switched<PrivacyUpdate>(text_of(node, "status"), "privacyreq: status");
  if (is("statuslineupdatereq")) return status_text(node);
  if (is("playtonereq")) return play_tone(node);
  if (is("stoptone")) return StopToneRequest{.dialog = dialog_of(node)};
  if (is("holdretrievereq")) return of_a_call<ResumeCallRequest>(node);
  if (is("holdreq")) return of_a_call<HoldCallRequest>(node);
  if (is("answercallreq")) return of_a_call<AnswerCallRequest>(node);
  if (is("initiatecallreq")) return place_call(node);
  if (is("datapassthroughreq")) return data_passthrough(node);
  if (is("bulkregister") || is("bulkregisterreq")) return RegisterLinesRequest{};
  if (is("optionsind")) return CapabilitiesNotice{};
  if (is("notifyreq"))
    return FeatureNotice{.dialog = dialog_of(node),
                         .feature = text::clean(text_of(node, "feature"), kLongestName),
                         .status = text::clean(with_phrases(text_of(node, "status")), kLongestTag)};
  return UnknownRequest{text::printable(name, kLongestName)};
}

}  // namespace

absl::StatusOr<std::vector<RemoteRequest>> read_remote_requests(std::string_view xml) {
  pugi::xml_document document;
  const auto loaded = load_xml(document, xml, kLargestRemoteRequest);
  if (!loaded.ok()) return loaded.status();
  const pugi::xml_node root = *loaded;
  if (!iequals(local_name(root), "x-cisco-remotecc-request"))
    return bad("the document is not an x-cisco-remotecc-request");
  std::vector<RemoteRequest> requests;
  for (const pugi::xml_node& one : root.children()) {
    if (one.type() != pugi::node_element) continue;
    if (requests.size() == kMostRemoteRequests) return bad("the document has too many requests");
    auto request = request_of(one);
    if (!request.ok()) return request.status();
    requests.push_back(*std::move(request));
  }
  if (requests.empty()) return bad("the document asks for nothing");
  return requests;
}

std::string_view name_of(const RemoteRequest& request) {
  constexpr std::string_view kNames[] = {
      "bulkupdate",         "dndupdate",       "hlogupdate", "privacyreq",    "statuslineupdatereq", "playtonereq",
      "stoptone",           "holdretrievereq", "holdreq",    "answercallreq", "initiatecallreq",     "notifyreq",
      "datapassthroughreq", "bulkregister",    "optionsind", "a request"};
  static_assert(std::size(kNames) == std::variant_size_v<RemoteRequest>);
  return kNames[request.index()];
}

absl::StatusOr<LineUpdate> read_message_summary(std::string_view text) {
  constexpr size_t kMostLines = 64;
  LineUpdate update;
  for (size_t lines = 0; !text.empty(); ++lines) {
    if (lines == kMostLines) return bad("Bad MWI NOTIFY: too many lines");
    std::string_view line = xml_trimmed(take_until(text, '\n'));
    const std::string_view name = xml_trimmed(take_until(line, ':'));
    if (iequals(name, "Messages-Waiting")) {
      const auto on = switch_of(xml_trimmed(line), "Bad MWI NOTIFY: Messages-Waiting");
      if (!on.ok()) return on.status();
      update.messages = *on;
    } else if (iequals(name, "Voice-Message")) {
      const std::string_view fresh = xml_trimmed(take_until(line, '/'));
      const std::string_view old = xml_trimmed(line.substr(0, line.find('(')));
      if (!number(fresh).has_value() || !number(old).has_value())
        return bad("Bad MWI NOTIFY: Voice-Message has no counts");
      update.mailbox = Mailbox{.fresh = small(fresh, kMostMessages), .old = small(old, kMostMessages)};
    }
  }
  if (!update.messages.has_value()) return bad("Bad MWI NOTIFY: Messages-Waiting is missing");
  return update;
}

}  // namespace phone::signaling
