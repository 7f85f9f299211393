// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/remote_bodies.hpp"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace phone::lab {
namespace {

constexpr char kRequestType[] = "application/x-cisco-remotecc-request+xml";
constexpr char kHead[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

std::string value_or(const RemotePart& part, const std::string& key, const std::string& otherwise) {
  const auto found = part.values.find(key);
  return found == part.values.end() ? otherwise : found->second;
}

std::string element(const std::string& name, const std::string& content) {
  return absl::StrCat("<", name, ">", content, "</", name, ">\n");
}

std::string dialog_id(const PhoneDialog& dialog) {
  return element("dialogid",
                 absl::StrCat("\n", element("callid", escaped(dialog.call_id)), element("localtag", dialog.local_tag),
                              element("remotetag", dialog.remote_tag)));
}

std::string service_control(const RemotePart& part, const RemotePhone& phone) {
  std::string text = absl::StrCat("action=", value_or(part, "action", "reset"), "\n");
  const std::string id = value_or(part, "call-id", phone.register_call_id);
  if (id != "none") absl::StrAppend(&text, "RegisterCallId={", id, "}\n");
  const std::string action = value_or(part, "action", "");
  if (action != "check-version" && action != "apply-config") return text;
  const std::pair<const char*, const char*> stamps[] = {
      {"config", "ConfigVersionStamp"}, {"dialplan", "DialplanVersionStamp"}, {"softkey", "SoftkeyVersionStamp"}};
  for (const auto& [key, name] : stamps) {
    const std::string stamp = value_or(part, key, key == std::string("config") ? phone.stamp : "");
    const bool braced = stamp.starts_with("{");
    if (stamp != "none") absl::StrAppend(&text, name, "=", braced ? "" : "{", stamp, braced ? "" : "}", "\n");
  }
  if (action == "check-version") return text;
  return absl::StrCat(text, "CUCMResult=", value_or(part, "result", "config_applied"), "\nFirmwareLoadId={",
                      value_or(part, "load", ""), "}\nLoadServer={}\nLogServer{}\nPPID=disabled\n");
}

std::string message_summary(const RemotePart& part) {
  const std::string fresh = value_or(part, "new", "0"), old = value_or(part, "old", "0");
  return absl::StrCat("Messages-Waiting: ", value_or(part, "waiting", "yes"), "\r\nVoice-Message: ", fresh, "/", old,
                      value_or(part, "suffix", ""), "\r\n");
}

// One contact of it; mailbox counts and the forward only when they are given.
std::string bulk_update(const RemotePart& part) {
  const std::string line = value_or(part, "line", "all");
  std::string inside = "\n";
  if (part.values.contains("mwi")) inside += element("mwi", part.values.at("mwi"));
  if (part.values.contains("new") || part.values.contains("old")) {
    absl::StrAppend(&inside, "<emwi>\n<voice-msg new=\"", value_or(part, "new", "0"), "\" old=\"",
                    value_or(part, "old", "0"), "\"></voice-msg>\n</emwi>\n");
  }
  if (part.values.contains("forward")) {
    inside += element("cfwdallupdate", absl::StrCat("\n", element("fwdaddress", escaped(part.values.at("forward"))),
                                                    element("tovoicemail", value_or(part, "voicemail", "off"))));
  }
  const std::string which = line == "all" ? "all=\"true\"" : absl::StrCat("line=\"", line, "\"");
  return absl::StrCat("<bulkupdate>\n<contact ", which, ">", inside, "</contact>\n</bulkupdate>\n");
}

// RFC 4235's form: what CUCM sends is published nowhere.
std::string dialog_document(const RemotePart& part) {
  const auto value = [&](const char* key, const char* otherwise) { return escaped(value_or(part, key, otherwise)); };
  const std::string rendering =
      value("held", "") == "yes" ? "<target><param pname=\"+sip.rendering\" pvalue=\"no\"/></target>" : "";
  return absl::StrCat(kHead, "<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"1\" state=\"",
                      value("full", "partial"), "\" entity=\"sip:line\">\n<dialog id=\"", value("id", "d1"),
                      "\" call-id=\"", value("call-id", "c@lab"), "\" local-tag=\"", value("local-tag", "l"),
                      "\" remote-tag=\"", value("remote-tag", "r"), "\" direction=\"initiator\">\n<state>",
                      value("state", "confirmed"), "</state>\n",
                      part.values.contains("lock") ? element("lock", value("lock", "")) : "", "<local>", rendering,
                      "</local>\n<remote><identity display=\"", value("name", ""), "\">", value("remote", "sip:1@lab"),
                      "</identity></remote>\n</dialog>\n</dialog-info>\n");
}

std::string any_element(const RemotePart& part, const RemotePhone& phone) {
  std::string inside = "\n";
  if (value_or(part, "dialog", "") == "call" && phone.dialog) inside += dialog_id(*phone.dialog);
  if (value_or(part, "dialog", "") == "foreign") inside += dialog_id({"no-such@call", "1", "2"});
  for (const auto& [key, value] : part.values) {
    if (key != "dialog") inside += element(key, escaped(value));
  }
  return element(part.name, inside);
}

}  // namespace

std::string presence_document(const std::string& number, const std::string& activity, const std::string& basic) {
  return absl::StrCat(kHead,
                      "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
                      "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "
                      "xmlns:e=\"urn:ietf:params:xml:ns:pidf:status:rpid\" "
                      "xmlns:ce=\"urn:cisco:params:xml:ns:pidf:rpid\" entity=\"sip:",
                      escaped(number), "@lab\">\n<dm:person>\n<e:activities>",
                      activity.empty() ? "" : absl::StrCat("<ce:", activity, "/>"),
                      "</e:activities>\n</dm:person>\n<tuple id=\"1\">\n<status><basic>", basic,
                      "</basic></status>\n</tuple>\n</presence>\n");
}

RemoteBody remote_body(const RemotePart& part, const RemotePhone& phone) {
  if (part.name == "service-control") return {"text/plain", service_control(part, phone)};
  if (part.name == "message-summary") return {"application/simple-message-summary", message_summary(part)};
  if (part.name == "dialog") return {"application/dialog-info+xml", dialog_document(part)};
  if (part.name == "presence") {
    return {"application/pidf+xml", presence_document(value_or(part, "number", ""), value_or(part, "activity", ""),
                                                      value_or(part, "basic", "open"))};
  }
  if (part.name == "text") return {value_or(part, "type", "text/plain"), value_or(part, "content", "")};
  const std::string inside = part.name == "bulkupdate" ? bulk_update(part) : any_element(part, phone);
  return {kRequestType, absl::StrCat(kHead, "<x-cisco-remotecc-request>\n", inside, "</x-cisco-remotecc-request>\n")};
}

RemoteBody combined(const std::vector<RemoteBody>& bodies) {
  if (bodies.size() == 1) return bodies[0];
  RemoteBody all{"multipart/mixed; boundary=uniqueBoundary", ""};
  for (const RemoteBody& one : bodies) {
    absl::StrAppend(&all.content, "--uniqueBoundary\r\nContent-Type: ", one.type, "\r\n\r\n", one.content, "\r\n");
  }
  all.content += "--uniqueBoundary--\r\n";
  return all;
}

bool spoil_body(RemoteBody& body, const std::string& how) {
  constexpr size_t kMany = 5000;
  constexpr size_t kLong = 60'000;  // a phone takes 64 kB at most, header fields included
  const auto around = [&](const std::string& inside) {
    body.content = absl::StrCat(kHead, "<x-cisco-remotecc-request>", inside, "</x-cisco-remotecc-request>\n");
  };
  std::string inside;
  if (how == "truncated") {
    body.content.resize(body.content.size() / 2);
  } else if (how == "doubled") {
    body.content += body.content;
  } else if (how == "elements") {
    for (size_t i = 0; i < kMany; ++i) inside += "<a/>";
    around(inside);
  } else if (how == "nested") {
    for (size_t i = 0; i < kMany; ++i) inside += "<a>";
    for (size_t i = 0; i < kMany; ++i) inside += "</a>";
    around(inside);
  } else if (how == "entities") {
    body.content = absl::StrCat(
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"", std::string(1000, 'b'),
        "\"><!ENTITY c \"&b;&b;&b;&b;\"><!ENTITY d SYSTEM \"file:///etc/passwd\">]><x-cisco-remotecc-request>",
        "<statuslineupdatereq><statustext>&c;&d;</statustext></statuslineupdatereq></x-cisco-remotecc-request>");
  } else if (how == "namespaces") {
    body.content = absl::StrReplaceAll(
        body.content, {{"<x-cisco-remotecc-request>", "<p:x-cisco-remotecc-request xmlns:q=\"urn:x-cisco:parmams\">"},
                       {"</x-cisco-remotecc-request>", "</p:x-cisco-remotecc-request>"}});
  } else if (how == "long") {
    around(absl::StrCat("<statuslineupdatereq><action>notify_display</action><statustext>", std::string(kLong, 'x'),
                        "</statustext></statuslineupdatereq>"));
  } else if (how == "empty") {
    body.content.clear();
  } else {
    return false;
  }
  return true;
}

}  // namespace phone::lab
