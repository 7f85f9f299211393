// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/feature/softkey_message.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/phrases.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/sip/xml.hpp"

namespace phone::signaling {
namespace {

constexpr std::string_view kHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-remotecc-request>\n";
constexpr std::string_view kEnd = "</x-cisco-remotecc-request>\n";
constexpr size_t kLargestResponse = 8192;

std::string element(std::string_view name, std::string_view value) {
  return cat("<", name, ">", xml_escaped(value), "</", name, ">\n");
}

std::string dialog_element(std::string_view name, const DialogId& dialog) {
  return cat("<", name, ">\n", element("callid", dialog.call_id), element("localtag", dialog.local_tag),
             element("remotetag", dialog.remote_tag), "</", name, ">\n");
}

}  // namespace

std::string write_softkey_event(const SoftkeyEvent& event) {
  return cat(kHead, "<softkeyeventmsg>\n", element("softkeyevent", event.name),
             dialog_element("dialogid", event.dialog), element("linenumber", cat(event.line)),
             element("participantnum", "0"), dialog_element("consultdialogid", event.consultation),
             element("state", "false"), dialog_element("joindialogid", {}),
             "<eventdata>\n<invocationtype>explicit</invocationtype>\n</eventdata>\n", element("userdata", ""),
             element("softkeyid", "0"), element("applicationid", "0"), "</softkeyeventmsg>\n", kEnd);
}

std::string write_page_choice(const PageChoice& choice) {
  return cat("--uniqueBoundary\r\nContent-Type: application/x-cisco-remotecc-request+xml\r\n\r\n", kHead,
             "<datapassthroughreq>\n", element("applicationid", cat(choice.application)),
             element("transactionid", cat(choice.transaction)), element("stationsequence", "StationSequenceLast"),
             element("displaypriority", "2"), element("appinstance", "0"), element("routingid", "0"),
             element("confid", cat(choice.conference)), "</datapassthroughreq>\n", kEnd,
             "\r\n--uniqueBoundary\r\nContent-Type: application/x-cisco-remotecc-cm+xml\r\n\r\n",
             xml_escaped(choice.choice), "\r\n--uniqueBoundary--\r\n");
}

absl::StatusOr<RemoteResponse> read_remote_response(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load_xml(document, xml, kLargestResponse);
  if (!root.ok()) return root.status();
  const pugi::xml_node response = child_of(*root, "response");
  if (!iequals(local_name(*root), "x-cisco-remotecc-response") || !response)
    return absl::InvalidArgumentError("the document is not an x-cisco-remotecc-response");
  const auto code = number(text_of(response, "code"));
  if (!code.has_value() || *code > 999) return absl::InvalidArgumentError("the response has no code");
  return RemoteResponse{.code = static_cast<uint32_t>(*code),
                        .reason = text::clean(with_phrases(text_of(response, "reason")), 128)};
}

}  // namespace phone::signaling
