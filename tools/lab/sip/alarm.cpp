// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/alarm.hpp"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tools/lab/identity.hpp"

namespace phone::lab {
namespace {

constexpr char kNotInstalled[] = "Not Installed";
constexpr char kTrustListAlarm[] = "DeviceTLInfo";
constexpr char kOutOfService[] = "LastOutOfServiceInformation";

void check_list(Alarm& alarm, const std::string& which, const std::string& list) {
  const std::string& signature = alarm.values[which + "_Signature"];
  const std::string& server = alarm.values[which + "_TFTP_Server"];
  if (signature != kNotInstalled && signature != list_signature(list)) {
    alarm.problems.push_back(which + "_Signature is not that of the list served");
  }
  if ((signature == kNotInstalled) != (server == "N/A") || server.empty()) {
    alarm.problems.push_back(which + "_TFTP_Server does not go with its signature");
  }
}

void check_code(Alarm& alarm, const AlarmFacts& facts) {
  const unsigned code = alarm.code();
  if (code < 1 || code > 9) alarm.problems.push_back("StatusCode is not 1 to 9");
  const bool wanted =
      facts.expected.empty() || std::find(facts.expected.begin(), facts.expected.end(), code) != facts.expected.end();
  if (!wanted) alarm.problems.push_back(absl::StrCat("StatusCode ", code, " was not expected"));
  // The codes of A5 that speak of a list kept or taken go with that list being there.
  const bool ctl = alarm.values["CTL_Signature"] != kNotInstalled;
  const bool itl = alarm.values["ITL_Signature"] != kNotInstalled;
  // "Have previous TL" of 5, 8 and 9 is either list.
  const bool fits = (code != 2 || ctl) && (code != 3 || itl) && (code != 4 || (ctl && itl)) &&
                    (code != 6 || (!ctl && !itl)) && ((code != 1 && code != 5 && code != 8 && code != 9) || ctl || itl);
  if (!fits) alarm.problems.push_back("StatusCode does not go with the lists installed");
}

// cucm-calls.md 13: all of them, in this order.
void check_order(Alarm& alarm, const pugi::xml_node& body) {
  static constexpr const char* kNames[] = {"DeviceName",
                                           "DeviceIPv4Address",
                                           "IPv4DefaultGateway",
                                           "DeviceIPv6Address",
                                           "IPv6DefaultGateway",
                                           "ModelNumber",
                                           "NeighborIPv4Address",
                                           "NeighborIPv6Address",
                                           "NeighborDeviceID",
                                           "NeighborPortID",
                                           "DHCPv4Status",
                                           "DHCPv6Status",
                                           "TFTPCfgStatus",
                                           "DNSStatusUnifiedCM1",
                                           "DNSStatusUnifiedCM2",
                                           "DNSStatusUnifiedCM3",
                                           "VoiceVLAN",
                                           "UnifiedCMIPAddress",
                                           "LocalPort",
                                           "TimeStamp",
                                           "ReasonForOutOfService",
                                           "LastProtocolEventSent",
                                           "LastProtocolEventReceived"};
  pugi::xml_node one = body.child("ParameterList").first_child();
  for (const char* name : kNames) {
    if (std::string(one.attribute("name").value()) != name)
      alarm.problems.push_back(absl::StrCat(name, " is not in its place"));
    one = one.next_sibling();
  }
  if (one) alarm.problems.emplace_back("there is more");
}

}  // namespace

unsigned Alarm::code() const {
  const auto found = values.find("StatusCode");
  unsigned code = 0;
  if (found != values.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), code);
  }
  return code;
}

std::string list_signature(const std::string& list) {
  if (list.empty()) return kNotInstalled;
  std::string text;
  const std::string digits = absl::AsciiStrToUpper(hex(digest(EVP_sha1(), list)));
  for (size_t i = 0; i < digits.size(); i += 2) text += digits.substr(i, 2) + " ";
  return text;
}

Alarm read_alarm(const std::string& xml, const AlarmFacts& facts) {
  Alarm alarm;
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size())) {
    alarm.problems.emplace_back("not XML");
    return alarm;
  }
  const pugi::xml_node body = document.child("x-cisco-alarm").child("Alarm");
  alarm.name = body.attribute("Name").value();
  for (const pugi::xml_node one : body.child("ParameterList").children()) {
    alarm.values[one.attribute("name").value()] = one.text().get();
  }
  if (alarm.name.empty()) alarm.problems.emplace_back("no Alarm Name");
  if (alarm.values["DeviceName"] != facts.device)
    alarm.problems.emplace_back("DeviceName is not that of its certificate");
  if (alarm.name == kOutOfService) check_order(alarm, body);
  if (alarm.name != kTrustListAlarm) return alarm;
  for (const char* name : {"IPv4Address", "IPv6Address", "CTL_Signature", "CTL_TFTP_Server", "ITL_Signature",
                           "ITL_TFTP_Server", "StatusCode"}) {
    if (alarm.values.count(name) == 0) alarm.problems.push_back(absl::StrCat(name, " is missing"));
  }
  if (alarm.values["IPv4Address"] != facts.address && alarm.values["IPv6Address"] != facts.address) {
    alarm.problems.push_back(absl::StrCat("the phone's address is ", facts.address));
  }
  check_list(alarm, "CTL", facts.ctl);
  check_list(alarm, "ITL", facts.itl);
  check_code(alarm, facts);
  return alarm;
}

}  // namespace phone::lab
