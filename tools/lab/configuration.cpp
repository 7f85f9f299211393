// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/configuration.hpp"

#include <pugixml.hpp>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace phone::lab {
namespace {

using pugi::xml_node;

void text(xml_node parent, const char* name, const std::string& value) {
  parent.append_child(name).text().set(value.c_str());
}

void number(xml_node parent, const char* name, unsigned long value) { text(parent, name, absl::StrCat(value)); }

void yes_no(xml_node parent, const char* name, bool value) { text(parent, name, value ? "true" : "false"); }

// Creates the elements of "a/b/c" that are missing below the parent.
xml_node path_below(xml_node parent, const std::string& path) {
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '/');) {
    const xml_node child = parent.child(part.c_str());
    parent = child ? child : parent.append_child(part.c_str());
  }
  return parent;
}

void capf_part(xml_node device, const Plan& plan, const Device& phone) {
  const bool wanted = phone.operation != CapfOperation::kNone;
  number(device, "capfAuthMode", wanted ? static_cast<unsigned>(phone.auth) : 0);
  xml_node capf = device.append_child("capfList").append_child("capf");
  number(capf, "phonePort", plan.ports.capf);
  text(capf, "processNodeName", plan.host);
}

void encryption_part(xml_node device, const Plan& plan, const Device& phone) {
  const IdentityPtr certificate = encryption_certificate(phone);
  text(device, "certHash", certificate ? certificate->md5_hex() : "");
  yes_no(device, "encrConfig", plan.encrypted);
}

void srst_info(xml_node pool, const Plan& plan) {
  const bool secure = plan.security_mode != SecurityMode::kNonsecure;
  xml_node srst = pool.append_child("srstInfo");
  text(srst, "name", "Lab SRST");
  text(srst, "srstOption", "Enable");
  for (size_t i = 0; i < plan.srst_routers.size() && i < 3; ++i) {
    text(srst, absl::StrCat("sipIpAddr", i + 1).c_str(), plan.srst_routers[i]);
    number(srst, absl::StrCat("sipPort", i + 1).c_str(), secure ? plan.ports.sip : plan.ports.sip_tcp);
  }
  yes_no(srst, "isSecure", secure);
  // No published name exists for it; it is the project's own.
  if (secure && !plan.srst_certificate.empty()) text(srst, "srstCertificate", plan.srst_certificate);
}

void call_manager_group(xml_node pool, const Plan& plan) {
  xml_node group = pool.append_child("callManagerGroup");
  text(group, "name", "Lab");
  xml_node members = group.append_child("members");
  std::vector<std::string> all = {plan.host};
  all.insert(all.end(), plan.call_managers.begin(), plan.call_managers.end());
  for (size_t i = 0; i < all.size(); ++i) {
    xml_node member = members.append_child("member");
    member.append_attribute("priority").set_value(absl::StrCat(i).c_str());
    xml_node manager = member.append_child("callManager");
    text(manager, "name", i == 0 ? "cucm.lab" : absl::StrCat("cucm", i + 1, ".lab"));
    xml_node ports = manager.append_child("ports");
    number(ports, "ethernetPhonePort", 2000);
    number(ports, "sipPort", plan.ports.sip_tcp);
    number(ports, "securedSipPort", plan.ports.sip);
    number(ports, "sipOAuthPort", plan.ports.sip_oauth);
    text(manager, "processNodeName", all[i]);
  }
}

void device_pool(xml_node device, const Plan& plan) {
  xml_node pool = device.append_child("devicePool");
  call_manager_group(pool, plan);
  if (!plan.srst_routers.empty()) srst_info(pool, plan);
  text(pool, "mlppDomainId", "-1");
  number(pool, "connectionMonitorDuration", 120);
}

void tvs_part(xml_node device, const Plan& plan) {
  xml_node member = device.append_child("TVS").append_child("members").append_child("member");
  member.append_attribute("priority").set_value("0");
  number(member, "port", plan.ports.tvs);
  text(member, "address", plan.host);
}

void sip_profile(xml_node device, const Plan& plan, const Device& phone) {
  xml_node profile = device.append_child("sipProfile");
  text(profile.append_child("sipProxies"), "registerWithProxy", "true");
  xml_node stack = profile.append_child("sipStack");
  number(stack, "timerRegisterExpires", plan.register_expires_seconds);
  number(stack, "timerRegisterDelta", 5);
  number(stack, "timerKeepAliveExpires", plan.keepalive_seconds);
  number(stack, "timerSubscribeExpires", 120);
  number(stack, "timerT1", 500);
  number(stack, "timerT2", 4000);
  xml_node line = profile.append_child("sipLines").append_child("line");
  line.append_attribute("button").set_value("1");
  line.append_attribute("lineIndex").set_value("1");
  number(line, "featureID", 9);
  text(line, "featureLabel", phone.number);
  text(line, "proxy", "USECALLMANAGER");
  number(line, "port", plan.security_mode == SecurityMode::kNonsecure ? plan.ports.sip_tcp : plan.ports.sip);
  text(line, "name", phone.number);
  text(line, "displayName", absl::StrCat("Phone ", phone.number));
  text(line, "contact", phone.number);
  if (!plan.digest_password.empty()) {
    text(line, "authName", phone.number);
    text(line, "authPassword", plan.digest_password);
  }
  unsigned button = 1;
  for (const std::string& watched : plan.watched) {
    xml_node key = profile.child("sipLines").append_child("line");
    key.append_attribute("button").set_value(absl::StrCat(++button).c_str());
    number(key, "featureID", 21);
    text(key, "featureLabel", absl::StrCat("Desk ", watched));
    text(key, "speedDialNumber", watched);
    number(key, "featureOptionMask", 1);
  }
  for (const auto& [slot, prefix] : plan.park_slots) {
    xml_node key = profile.child("sipLines").append_child("line");
    key.append_attribute("button").set_value(absl::StrCat(++button).c_str());
    number(key, "featureID", 22);
    text(key, "featureLabel", absl::StrCat("Park ", slot));
    text(key, "speedDialNumber", slot);
    text(key, "retrievalPrefix", prefix);
  }
  number(profile, "startMediaPort", plan.media_port_first);
  number(profile, "stopMediaPort", plan.media_port_last);
  number(profile, "dscpForAudio", 184);
  text(profile, "preferredCodec", plan.codecs.empty() ? "none" : plan.codecs.front());
}

void hardening(xml_node device, const Plan& plan) {
  xml_node vendor = path_below(device, "vendorConfig");
  yes_no(vendor, "disableSpeaker", false);
  yes_no(vendor, "disableSpeakerAndHeadset", false);
  number(vendor, "pcPort", 0);
  number(vendor, "settingsAccess", 1);
  number(vendor, "garp", 1);  // inverted: off
  number(vendor, "webAccess", 1);
  number(vendor, "webProtocol", 1);
  // No published names exist for these four; they are the project's own.
  text(vendor, "codecs", absl::StrJoin(plan.codecs, ","));
  text(vendor, "srtpSuites", absl::StrJoin(plan.suites, ","));
  yes_no(vendor, "protectedDevice", plan.protected_device);
  yes_no(vendor, "playSecureIndicationTone", plan.secure_tone);
  yes_no(vendor, "remoteDiagnostics", plan.remote_diagnostics);
}

// What a call manager of version 12.5 writes besides, as it writes it (cucm-calls.md 8.9): a root with an undeclared
// prefix, the other two levels, switches of which 2 and 3 are locked off and on, other spellings, and much that is no
// phone's to obey.
void add_genuine(xml_node device) {
  device.append_attribute("xsi:type").set_value("axl:XIPPhone");
  device.append_attribute("ctiid").set_value("92");
  device.append_attribute("uuid").set_value("{8a8c9be5-6b3f-4a38-b1a1-2b6e3e0f5f10}");
  static constexpr const char* kElements[][2] = {
      {"portalDefaultServer", "cucm.lab"},
      {"allowAutoConfig", "true"},
      {"tzdata/tzolsonversion", "2018c"},
      {"tzdata/tzupdater", "tzupdater.jar"},
      {"mlppDomainId", "000000"},
      {"mlppIndicationStatus", "Off"},
      {"preemption", "Disabled"},
      {"devicePool/revertPriority", "0"},
      {"devicePool/dateTimeSetting/name", "CMLocal"},
      {"devicePool/dateTimeSetting/dateTemplate", "M/D/YA"},
      {"devicePool/dateTimeSetting/timeZone", "Central Standard/Daylight Time"},
      {"devicePool/dateTimeSetting/olsonTimeZone", "America/Chicago"},
      {"devicePool/srstInfo/name", "Disable"},
      {"devicePool/srstInfo/srstOption", "Disable"},
      {"sipProfile/sipProxies/backupProxy", "USECALLMANAGER"},
      {"sipProfile/sipCallFeatures/callHoldRingback", "2"},
      {"sipProfile/sipCallFeatures/anonymousCallBlock", "2"},
      {"sipProfile/sipCallFeatures/callerIdBlocking", "2"},
      {"sipProfile/stutterMsgWaiting", "2"},
      {"sipProfile/disableLocalSpeedDialConfig", "true"},
      {"sipProfile/softKeyFile", "SK3ac4d8e9-7ba4-4a2a-9b9e-4a2a9b9e4a2a.xml"},
      {"sipProfile/sipLines/line/callWaiting", "3"},
      {"sipProfile/sipLines/line/autoAnswer/autoAnswerEnabled", "2"},
      {"commonProfile/callLogBlfEnabled", "3"},
      {"commonProfile/backgroundImageAccess", "true"},
      {"vendorConfig/recentsSoftkey", "1"},
      {"vendorConfig/softkeyControl", "1"},
      {"vendorConfig/spanToPCPort", "1"},
      {"vendorConfig/loggingDisplay", "1"},
      {"commonConfig/sshAccess", "1"},
      {"commonConfig/requireScreenLock", "0"},
      {"enterpriseConfig/presenceServerType", "0"},
      {"enterpriseConfig/vxcVpnOption", "1"},
      {"phonePersonalization", "0"},
      {"dialToneSetting", "1"},
      {"mobility/dtmfHoldCode", "*81"},
      {"userLocale/name", "English_United_States"},
      {"secureUDSUsersAccessURL", "https://cucm.lab:8443/cucm-uds/users"}};
  for (const auto& [path, value] : kElements) path_below(device, path).text().set(value);
}

std::string print(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
  return out.str();
}

xml_node start(pugi::xml_document& document, const char* root = "device") {
  xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version").set_value("1.0");
  declaration.append_attribute("encoding").set_value("UTF-8");
  return document.append_child(root);
}

}  // namespace

std::string full_configuration(const Plan& plan, const Device& phone) {
  pugi::xml_document document;
  xml_node device = start(document);
  yes_no(device, "fullConfig", true);
  text(device, "deviceProtocol", "SIP");
  number(device, "ipAddressMode", 0);
  device_pool(device, plan);
  tvs_part(device, plan);
  sip_profile(device, plan, phone);
  number(device, "deviceSecurityMode", static_cast<unsigned>(plan.security_mode));
  number(device, "transportLayerProtocol", plan.security_mode == SecurityMode::kNonsecure ? 1 : 3);
  number(device, "TLSResumptionTimer", 3600);
  if (plan.sip_oauth) {
    number(device, "sipOAuthMode", 1);
    // No published name exists for it; it is the project's own.
    path_below(device, "vendorConfig/sipOAuthServer")
        .text()
        .set(absl::StrCat("https://", plan.host, ":", plan.ports.oauth, "/oauth/token").c_str());
  }
  capf_part(device, plan, phone);
  encryption_part(device, plan, phone);
  hardening(device, plan);
  text(device, "versionStamp", plan.version_stamp);
  text(device, "loadInformation", "phoneos.lab-1");
  if (plan.genuine) add_genuine(device);
  for (const auto& [path, value] : plan.extra) path_below(device, path).text().set(value.c_str());
  return print(document);
}

std::string partial_configuration(const Plan& plan, const Device& phone) {
  pugi::xml_document document;
  xml_node device = start(document);
  yes_no(device, "fullConfig", false);
  number(device, "ipAddressMode", 0);
  capf_part(device, plan, phone);
  text(device, "loadInformation", "phoneos.lab-1");
  encryption_part(device, plan, phone);
  return print(document);
}

std::string default_configuration(const Plan& plan) {
  pugi::xml_document document;
  xml_node root = start(document, "Default");
  text(root, "autoRegistrationName", plan.auto_registration);
  yes_no(root, "autoRegistration", true);
  call_manager_group(root, plan);
  tvs_part(root, plan);
  return print(document);
}

IdentityPtr encryption_certificate(const Device& device) {
  if (device.lsc && device.lsc->is_rsa()) return device.lsc;
  return device.mic && device.mic->is_rsa() ? device.mic : nullptr;
}

}  // namespace phone::lab
