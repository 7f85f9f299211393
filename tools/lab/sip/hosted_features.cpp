// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What soft keys do to hosted calls (cucm-calls.md 2.3 to 2.9).
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/lab/sip/hosted_calls.hpp"

namespace phone::lab {
namespace {

std::string between(const std::string& text, const std::string& open, const std::string& close, size_t from = 0) {
  const size_t at = text.find(open, from);
  if (at == std::string::npos) return {};
  const size_t begin = at + open.size(), end = text.find(close, begin);
  return end == std::string::npos ? "" : text.substr(begin, end - begin);
}

std::string call_id_in(const std::string& body, const std::string& element) {
  return between(between(body, absl::StrCat("<", element, ">"), absl::StrCat("</", element, ">")), "<callid>",
                 "</callid>");
}

// As words of an order: blanks and what XML needs.
std::string escaped_word(const std::string& text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {" ", "%20"}, {"\n", "%0a"}, {"=", "%3d"}, {"+", "%2b"}});
}

constexpr char kPage[] = "application/x-cisco-remotecc-cm+xml";

}  // namespace

bool HostedCalls::softkey(const FlowFacts& flow, const SipMessage& refer) {
  if (absl::StrContains(refer.body, "<datapassthroughreq>")) {
    const std::string part = between(refer.body, absl::StrCat(kPage, "\r\n\r\n"), "\r\n--");
    events_.emit(
        "page-choice",
        {{"device", flow.device}, {"choice", part}, {"conference", between(refer.body, "<confid>", "</confid>")}});
    send_(flow.id, respond_to(refer, 202, "Accepted").text());
    choose(part);
    return true;
  }
  const std::string key = between(refer.body, "<softkeyevent>", "</softkeyevent>");
  if (key.empty()) return false;
  const std::string first = call_id_in(refer.body, "dialogid"), second = call_id_in(refer.body, "consultdialogid");
  const CallPtr call = first.empty() ? nullptr : find(first);
  const bool refused = settings_.feature_refuse != 0 && key != "Cancel" && key != "Select";
  // Both tags as the phone sees its dialog.
  const bool right = call == nullptr || (between(refer.body, "<localtag>", "</localtag>") == call->remote_tag &&
                                         between(refer.body, "<remotetag>", "</remotetag>") == call->local_tag);
  events_.emit("softkey", {{"device", flow.device},
                           {"key", key},
                           {"call", call ? call->number : ""},
                           {"consultation", find(second) ? find(second)->number : ""},
                           {"tags", right},
                           {"subscribes", !absl::StrContains(refer.header("Require"), "norefersub")},
                           {"status", refused ? settings_.feature_refuse : 202}});
  if (refused) {
    SipMessage response = respond_to(refer, settings_.feature_refuse, "Refused");
    response.add("Warning", absl::StrCat("399 lab \"", settings_.feature_words, "\""));
    send_(flow.id, response.text());
    return true;
  }
  send_(flow.id, respond_to(refer, 202, "Accepted").text());
  press(flow, refer, key);
  return true;
}

void HostedCalls::press(const FlowFacts& flow, const SipMessage& refer, const std::string& key) {
  const CallPtr call = find(call_id_in(refer.body, "dialogid"));
  if (key == "HLog") return order_("refer hlogupdate status=on");
  if (key == "Privacy") return order_("refer privacyreq status=true");
  if (key == "QRT") return order_("refer statuslineupdatereq action=notify_display displaytimeout=5 statustext=%80K");
  if (!call || call->ended) return;
  if (key == "Conference") {
    const CallPtr second = find(call_id_in(refer.body, "consultdialogid"));
    return conference(flow, refer, call, second);
  }
  if (key == "Select") return selected_.push_back(call);
  if (key == "Cancel") return selected_.clear();
  if (key == "Join") return join(call);
  if (key == "ConfList" || key == "ConfDetails") return list_members(call);
  if (key == "RmLastConf" && !members_.empty()) {
    drop_member(std::string(members_.back().number));
    return tell_level(*call);
  }
  if (key == "Park" || key == "ParkMonitor") return park(flow, refer, call);
  if (key == "IDivert") return hang_up(call);
  if (key == "MCID") {
    order_about(*call, "refer statuslineupdatereq dialog=call action=notify_display displaytimeout=10 statustext=%80T");
    return order_about(*call, "refer playtonereq dialog=call tonetype=DtZipZip direction=all");
  }
}

void HostedCalls::notify_refer(const FlowFacts& flow, const SipMessage& refer, const std::string& state,
                               const std::string& type, const std::string& body) {
  SipMessage notify{.method = "NOTIFY",
                    .uri = sip_uri(refer.header("Contact")),
                    .status = 0,
                    .reason = {},
                    .headers = {},
                    .body = body};
  static unsigned cseq = 200;
  notify.add("Via",
             absl::StrCat("SIP/2.0/TLS ", settings_.host, ":", settings_.port, ";branch=z9hG4bK", random_token()));
  notify.add("Max-Forwards", "70").add("From", absl::StrCat(refer.header("To"), ";tag=lab"));
  notify.add("To", refer.header("From")).add("Call-ID", refer.header("Call-ID"));
  notify.add("CSeq", absl::StrCat(++cseq, " NOTIFY"));
  notify.add("Contact", absl::StrCat("<sip:", settings_.host, ":", settings_.port, ">"));
  notify.add("Event", "refer").add("Subscription-State", state);
  if (!body.empty()) notify.add("Content-Type", type);
  registrar_.send_to(flow.device, notify.text());  // over its connection of now
}

void HostedCalls::conference(const FlowFacts& flow, const SipMessage& refer, const CallPtr& first,
                             const CallPtr& second) {
  notify_refer(flow, refer, "active;expires=60", "", "");
  const bool done = second && !second->ended && second != first && settings_.conference_code < 300;
  const int code = done ? settings_.conference_code : std::max(settings_.conference_code, 500);
  notify_refer(
      flow, refer, "terminated;reason=noresource", "application/x-cisco-remotecc-response+xml",
      absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-remotecc-response>\n<response>\n<code>", code,
                   "</code>\n<reason>", done ? "" : "\x80\x27", "</reason>\n</response>\n",
                   "</x-cisco-remotecc-response>\n"));
  if (!done) return;
  // The phone resumes the first call; then it hears what that has become.
  first->update_due = true;
  order_about(*first, "refer holdretrievereq dialog=call");
  merge(second, first);
}

void HostedCalls::join(const CallPtr& call) {
  if (settings_.conference_code >= 300) {
    selected_.clear();
    return order_about(*call,
                       "refer statuslineupdatereq dialog=call action=notify_display displaytimeout=10 statustext=%80S");
  }
  for (const CallPtr& one : std::exchange(selected_, {})) {
    if (one != call && !one->ended) merge(one, call);
  }
  order_about(*call, "refer notifyreq dialog=call feature=Join status=Complete");
  tell_level(*call);
}

void HostedCalls::list_members(const CallPtr& call) {
  std::string menu = "<CiscoIPPhoneMenu>\n<Title>Conference</Title>\n<Prompt>Select</Prompt>\n";
  for (const Member& member : members_) {
    if (member.conference != call->conference) continue;
    absl::StrAppend(&menu, "<MenuItem>\n<Name>", member.muted ? "- " : "", "Party ", member.number,
                    "</Name>\n<URL>UserCallData:1:0:", call->conference, ":0:", member.number, "</URL>\n</MenuItem>\n");
  }
  for (const char* key : {"Remove", "Mute"}) {
    absl::StrAppend(&menu, "<SoftKeyItem>\n<Name>", key,
                    "</Name>\n<URL>UserCallDataSoftKey:Select:1:0:", call->conference, ":0:", key,
                    "</URL>\n</SoftKeyItem>\n");
  }
  menu += "</CiscoIPPhoneMenu>\n";
  order_(
      absl::StrCat("refer datapassthroughreq applicationid=1 transactionid=0 stationsequence=StationSequenceLast "
                   "displaypriority=2 appinstance=0 routingid=0 confid=",
                   call->conference, " + text type=", kPage, " content=", escaped_word(menu)));
}

// Modal: the key first, then the participant.
void HostedCalls::choose(const std::string& choice) {
  if (choice == "Remove" || choice == "Mute") {
    modal_ = choice;
    return;
  }
  const std::string key = std::exchange(modal_, std::nullopt).value_or("");
  const CallPtr call = newest();
  if (!call || key.empty()) return;
  for (Member& member : members_) {
    if (member.number == choice && key == "Mute") bridge_.mute_party(member.party, member.muted = !member.muted);
  }
  if (key == "Remove") drop_member(choice);
  bridge_.forget();
  list_members(call);
  if (key == "Remove") tell_level(*call);
}

// A capture has it in this form, with the misspelt namespace (cucm-calls.md 2.6).
std::string HostedCalls::parked(const std::string& event) const {
  const bool over = event == "retrieved" || event == "abandoned";
  return absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dialog-info xmlns=\"urn:ietf:parmams:xml:ns:dialog-info\" "
      "xmlns:call=\"urn:x-cisco:parmams:xml:ns:dialog-info:dialog:callpark\" version=\"1\" state=\"full\" "
      "entity=\"sip:71@",
      settings_.host, "\">\n<dialog id=\"71\">\n<state>", over ? "terminated" : "confirmed",
      "</state>\n<call:park>\n<call:event>", event, "</call:event>\n</call:park>\n<local>\n<identity>sip:71@",
      settings_.host, "</identity>\n</local>\n<remote>\n<identity>sip:71@", settings_.host,
      "</identity>\n</remote>\n</dialog>\n</dialog-info>\n");
}

void HostedCalls::park(const FlowFacts& flow, const SipMessage& refer, const CallPtr& call) {
  parked_ = Parked{.flow = flow, .refer = refer};
  notify_refer(flow, refer, "active;expires=600", "application/dialog-info+xml", parked("parked"));
  order_about(*call,
              "refer statuslineupdatereq dialog=call action=notify_display displaytimeout=10 statustext=%80!%2071");
  hang_up(call);
}

}  // namespace phone::lab
