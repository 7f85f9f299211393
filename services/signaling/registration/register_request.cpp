// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/registration/register_request.hpp"

#include "common/crypto/digest.hpp"
#include "common/product/product.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

std::string host_of(const Target& target) {
  const std::string& host = target.address;
  return host.find(':') != std::string::npos && host.front() != '[' ? cat("[", host, "]") : host;
}

// "0A1B2C3D4E5F" of "SEP0A1B2C3D4E5F".
std::string mac_of(const std::string& device_name) {
  return device_name.size() > 12 ? device_name.substr(device_name.size() - 12) : device_name;
}

std::string instance_parameters(const Settings& settings) {
  return cat(";+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-", mac_of(settings.device_name),
             ">\";+u.sip!devicename.ccm.cisco.com=\"", settings.device_name, "\";+u.sip!model.ccm.cisco.com=\"",
             product::cucm_model(), "\"");
}

// Everything up to CSeq of a request outside a dialog.
Message begin(const RegisterFacts& facts, const std::string& method, const std::string& to) {
  std::string own = address_of_record(facts.settings, facts.target);
  Message message;
  message.is_request = true;
  message.method = method;
  message.uri = cat("sip:", host_of(facts.target));
  message.add("From", cat("<", own, ">;tag=", facts.local_tag));
  message.add("To", cat("<", to, ">"));
  message.add("Call-ID", facts.call_id);
  message.add("CSeq", cat(facts.cseq, " ", method));
  message.add("Max-Forwards", "70");
  message.add("User-Agent", product::user_agent());
  return message;
}

// Element order and spelling as in the capture of G1: one registration for all lines, then what the phone can do.
std::string register_body() {
  constexpr std::string_view kPart =
      "--uniqueBoundary\r\nContent-Type: application/x-cisco-remotecc-request+xml\r\nContent-Disposition: "
      "session;handling=optional\r\n\r\n";
  return cat(kPart,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-remotecc-request>\n<bulkregisterreq>\n<contact "
             "all=\"true\">\n"
             "<register></register>\n</contact>\n</bulkregisterreq>\n</x-cisco-remotecc-request>\r\n",
             kPart,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-remotecc-request>\n<optionsind>\n<combine "
             "max=\"6\">\n<remotecc>\n<status></status>\n"
             "</remotecc>\n<service-control></service-control>\n</combine>\n"
             "<dialog usage=\"hook status\">\n<unot></unot>\n</dialog>\n"
             "<dialog usage=\"shared line\">\n<unot></unot>\n<sub></sub>\n</dialog>\n"
             "<presence usage=\"blf speed dial\">\n<unot></unot>\n<sub></sub>\n</presence>\n"
             "<oosalarm></oosalarm>\n<x-cisco-number></x-cisco-number>\n</optionsind>\n</"
             "x-cisco-remotecc-request>\r\n--uniqueBoundary--\r\n");
}

}  // namespace

std::string contact_user(const std::string& device_name) {
  std::string hex = crypto::hex(crypto::digest(crypto::Digest::kSha256, cat("contact of ", device_name)));
  return cat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4), "-",
             hex.substr(20, 12));
}

std::string contact_user(const Settings& settings, uint32_t line) {
  if (line >= 1 && line <= settings.lines.size() && !settings.lines[line - 1].contact.empty())
    return settings.lines[line - 1].contact;
  return contact_user(line == 1 ? settings.device_name : cat(settings.device_name, " line ", line));
}

std::string without_port(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  return !host.empty() && host.front() == '[' ? host.substr(1, host.size() - 2) : host;
}

std::string contact_uri(const Settings& settings, const std::string& local_address, SipTransport transport,
                        uint32_t line) {
  const std::string user = percent_encoded(contact_user(settings, line),
                                           [](char c) { return is_token_character(c) && c != '%' && c != '`'; });
  return cat("sip:", user, "@", local_address, ";transport=", parameter_of(transport));
}

std::string address_of_record(const Settings& settings, const Target& target) {
  return cat("sip:", settings.directory_number, "@", host_of(target));
}

Message make_register(const RegisterFacts& facts) {
  const Settings& settings = facts.settings;
  Message message = begin(facts, "REGISTER", address_of_record(settings, facts.target));
  std::string contact = cat("<", contact_uri(settings, facts.local_address, transport_of(facts.target)), ">",
                            instance_parameters(settings));
  if (facts.keepalive) contact += ";expires=0;cisco-keep-alive";
  message.add("Contact", contact);
  // cucm-calls.md 2.10: who may be asked for copies of a call's sound.
  message.add("Supported", cat(supported_list(), facts.settings.forks_allowed ? ",X-cisco-monrec" : ""));
  if (facts.reason.has_value()) {
    message.add("Reason", cat("SIP;cause=200;text=\"cisco-alarm:", static_cast<int>(*facts.reason),
                              " Name=", settings.device_name, " ActiveLoad=", product::load(),
                              " InactiveLoad= Last=", reason_word(*facts.reason), "\""));
  }
  message.add("Expires", cat(facts.keepalive ? 0 : facts.expires.count()));
  if (!facts.keepalive && facts.expires.count() > 0) {
    message.add("Mime-Version", "1.0");
    message.add("Content-Type", "multipart/mixed;boundary=uniqueBoundary");
    message.body = register_body();
  }
  return message;
}

Message make_line_register(const RegisterFacts& facts, uint32_t line) {
  Settings settings = facts.settings;
  settings.directory_number = settings.lines.at(line - 1).directory_number;
  const std::string contact = contact_user(facts.settings, line);
  settings.lines.resize(1);
  settings.lines[0].contact = contact;
  const RegisterFacts of_line{.settings = settings,
                              .target = facts.target,
                              .local_address = facts.local_address,
                              .call_id = facts.call_id,
                              .local_tag = facts.local_tag,
                              .cseq = facts.cseq,
                              .expires = facts.expires,
                              .keepalive = false,
                              .reason = std::nullopt};
  Message message = make_register(of_line);
  message.body.clear();
  std::erase_if(message.fields,
                [](const HeaderField& field) { return field.name == "Mime-Version" || field.name == "Content-Type"; });
  return message;
}

Message make_alarm_refer(const RegisterFacts& facts, std::string_view name, std::string_view parameters) {
  const Settings& settings = facts.settings;
  const std::string own = address_of_record(settings, facts.target);
  const std::string content_id = cat(facts.local_tag, "@", without_port(facts.local_address));
  Message message = begin(facts, "REFER", cat("sip:", host_of(facts.target)));
  message.add("Require", "norefersub");
  message.add("Referred-By", cat("<", own, ">"));
  message.add("Refer-To", cat("cid:", content_id));
  message.add("Contact", cat("<", contact_uri(settings, facts.local_address, transport_of(facts.target)), ">"));
  message.add("Content-Id", cat("<", content_id, ">"));
  message.add("Content-Type", "application/x-cisco-alarm+xml");
  message.add("Content-Disposition", "session;handling=required");
  message.add("Expires", "10");
  message.body = cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-alarm>\n<Alarm Name=\"", name,
                     "\">\n<ParameterList>\n", parameters, "</ParameterList>\n</Alarm>\n</x-cisco-alarm>\n");
  return message;
}

Message make_alarm(const RegisterFacts& facts, const Alarm& alarm) {
  const std::string address = without_port(facts.local_address);
  const bool ipv6 = address.find(':') != std::string::npos;
  auto parameter = [](std::string_view name, std::string_view value) {
    return cat("<String name=\"", name, "\">", xml_escaped(value), "</String>\n");
  };
  return make_alarm_refer(
      facts, "DeviceTLInfo",
      cat(parameter("DeviceName", facts.settings.device_name), parameter("IPv4Address", ipv6 ? "" : address),
          parameter("IPv6Address", ipv6 ? address : ""), parameter("CTL_Signature", alarm.ctl_signature),
          parameter("CTL_TFTP_Server", alarm.ctl_server), parameter("ITL_Signature", alarm.itl_signature),
          parameter("ITL_TFTP_Server", alarm.itl_server), parameter("StatusCode", std::to_string(alarm.code))));
}

Message make_publication(const RegisterFacts& facts, std::optional<bool> do_not_disturb,
                         const std::string& entity_tag) {
  const std::string own = address_of_record(facts.settings, facts.target);
  Message message = begin(facts, "PUBLISH", own);
  message.uri = own;
  message.add("Contact", cat("<", contact_uri(facts.settings, facts.local_address, transport_of(facts.target)), ">"));
  message.add("Event", "presence").add("Expires", cat(facts.expires.count()));
  if (!entity_tag.empty()) message.add("SIP-If-Match", entity_tag);
  if (!do_not_disturb.has_value()) return message;
  message.add("Content-Type", "application/pidf+xml");
  message.body =
      cat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" "
          "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "
          "xmlns:e=\"urn:ietf:params:xml:ns:pidf:status:rpid\" "
          "xmlns:ce=\"urn:cisco:params:xml:ns:pidf:rpid\" entity=\"",
          xml_escaped(own), "\">\n<dm:person>\n<e:activities>\n<ce:", *do_not_disturb ? "dnd" : "available",
          "/>\n</e:activities>\n</dm:person>\n</presence>\n");
  return message;
}

Message make_token_request(const RegisterFacts& facts) {
  std::string own = address_of_record(facts.settings, facts.target);
  Message message = begin(facts, "REFER", cat("sip:", host_of(facts.target)));
  message.add("Require", "norefersub");
  message.add("Referred-By", cat("<", own, ">"));
  message.add("Refer-To", "<urn:X-cisco-remotecc:token-registration>");
  message.add("Contact", cat("<", contact_uri(facts.settings, facts.local_address, transport_of(facts.target)), ">"));
  message.add("Expires", "10");
  return message;
}

}  // namespace phone::signaling
