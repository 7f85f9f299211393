// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/configuration.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/policy/configuration/access_settings.hpp"
#include "services/policy/configuration/calling.hpp"
#include "services/policy/configuration/date_time.hpp"
#include "services/policy/configuration/hardening.hpp"
#include "services/policy/configuration/inventory.hpp"
#include "services/policy/configuration/lines.hpp"
#include "services/policy/configuration/own_names.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxServers = 5;  // call managers, TVS, CAPF: the phone's own limits (F)
constexpr std::size_t kMaxSrstCertificates = 3;
constexpr std::size_t kMaxSrstCertificateBytes = std::size_t{16} << 10;
constexpr std::size_t kMaxCertHash = 40;  // 20 bytes of hash at most (B3)
constexpr std::size_t kMaxAddress = 253;

std::uint32_t priority_of(const pugi::xml_node& member) {
  const unsigned value = member.attribute("priority").as_uint(kMaxServers);
  return std::min(value, 99U);
}

template <class T>
void order_by_priority(std::vector<T>& servers) {
  std::stable_sort(servers.begin(), servers.end(), [](const T& a, const T& b) { return a.priority < b.priority; });
  if (servers.size() > kMaxServers) servers.resize(kMaxServers);
}

// In `pool`, that of the device or the root of XMLDefault.cnf.xml.
void read_call_managers(pugi::xml_node pool, ElementReader& all, Configuration& into) {
  std::size_t seen = 0;
  for (auto member : pool.child("callManagerGroup").child("members").children("member")) {
    if (++seen > 4 * kMaxServers) break;
    ElementReader manager(member.child("callManager"), &all);
    ElementReader ports(manager.node().child("ports"), &all);
    CallManagerEntry entry{.name = manager.text("name", kMaxAddress),
                           .address = manager.text("processNodeName", kMaxAddress),
                           .priority = priority_of(member),
                           .sip_port = ports.port("sipPort", 5060),
                           .secure_sip_port = ports.port("securedSipPort", 5061),
                           .sip_oauth_port = ports.port("sipOAuthPort", 5090)};
    if (!entry.address.empty()) into.call_managers.push_back(std::move(entry));
  }
  order_by_priority(into.call_managers);
}

void read_tvs(pugi::xml_node device, ElementReader& all, Configuration& into) {
  std::size_t seen = 0;
  for (auto member : device.child("TVS").child("members").children("member")) {
    if (++seen > 4 * kMaxServers) break;
    ElementReader reader(member, &all);
    Server server{.address = reader.text("address", kMaxAddress),
                  .port = reader.port("port", 2445),
                  .priority = priority_of(member)};
    if (!server.address.empty()) into.tvs.push_back(std::move(server));
  }
  order_by_priority(into.tvs);
}

void read_capf(pugi::xml_node device, ElementReader& all, Configuration& into) {
  for (auto capf : device.child("capfList").children("capf")) {
    if (into.capf.size() == kMaxServers) break;
    ElementReader reader(capf, &all);
    Server server{.address = reader.text("processNodeName", kMaxAddress),
                  .port = reader.port("phonePort", 3804),
                  .priority = static_cast<std::uint32_t>(into.capf.size())};
    if (!server.address.empty()) into.capf.push_back(std::move(server));
  }
}

void read_srst(pugi::xml_node device, ElementReader& all, Configuration& into) {
  const pugi::xml_node info = device.child("devicePool").child("srstInfo");
  ElementReader reader(info, &all);
  if (absl::EqualsIgnoreCase(reader.text("srstOption"), "Disable")) return;
  into.srst_secure = reader.boolean("isSecure", false);
  // A nonsecure phone goes to it without TLS.
  const bool tls = into.srst_secure && into.security_mode != SecurityMode::kNonsecure;
  static constexpr struct {
    const char* address;
    const char* port;
  } kPlaces[] = {{"sipIpAddr1", "sipPort1"}, {"sipIpAddr2", "sipPort2"}, {"sipIpAddr3", "sipPort3"}};
  for (const auto& place : kPlaces) {
    Server server{.address = reader.text(place.address, kMaxAddress),
                  .port = reader.port(place.port, tls ? 5061 : 5060),
                  .priority = static_cast<std::uint32_t>(into.srst.size())};
    if (!server.address.empty()) into.srst.push_back(std::move(server));
  }
  for (auto certificate : info.children(own::kSrstCertificate)) {
    if (into.srst_certificates.size() == kMaxSrstCertificates) break;
    std::string der;
    const std::string text = text_of(certificate);
    if (text.size() > 2 * kMaxSrstCertificateBytes || !absl::Base64Unescape(text, &der) || der.empty()) {
      all.complain(own::kSrstCertificate, "not a base64-encoded certificate");
      return;
    }
    into.srst_certificates.push_back(std::move(der));
  }
}

// One byte of the IP header as Cisco writes it: the code point in the upper six bits.
std::uint32_t code_point(ElementReader& reader, const char* name, std::uint32_t otherwise) {
  return reader.number(name, otherwise << 2U, 0, 255) >> 2U;
}

void read_sip_profile(pugi::xml_node device, ElementReader& all, Configuration& into) {
  ElementReader profile(device.child("sipProfile"), &all);
  ElementReader stack(profile.node().child("sipStack"), &all);
  into.register_expires_seconds = stack.number("timerRegisterExpires", 3600, 30, 86400);
  // A phone keeps its keepalive between 120 and 7200 s whatever the configuration says (G2); shorter is allowed for a
  // lab.
  into.keepalive_seconds = stack.number("timerKeepAliveExpires", 120, 5, 7200);
  into.timer_t1_milliseconds = stack.number("timerT1", 500, 100, 4000);
  into.timer_t2_milliseconds = stack.number("timerT2", 4000, 500, 32000);
  into.invite_expires_seconds = stack.number("timerInviteExpires", 180, 10, 600);
  into.subscribe_expires_seconds = stack.number("timerSubscribeExpires", 3600, 60, 86400);
  into.sip_retransmissions = stack.number("sipRetx", 10, 1, 20);
  into.invite_retransmissions = stack.number("sipInviteRetx", 6, 1, 20);
  into.media_port_first = profile.port("startMediaPort", 16384);
  into.media_port_last = profile.port("stopMediaPort", 32766);
  if (into.media_port_first < 1024 || into.media_port_last < into.media_port_first) {
    all.doubt_path("sipProfile/startMediaPort", "invalid port range", "16384 to 32766");
    into.media_port_first = 16384;
    into.media_port_last = 32766;
  }
  into.call_statistics = profile.boolean("callStats", false);
  into.dscp_media = code_point(profile, "dscpForAudio", into.dscp_media);
  ElementReader root(device, &all);
  into.dscp_signaling = code_point(root, "dscpForCm2Dvce", into.dscp_signaling);
  into.mlpp = read_mlpp(device, all);
}

void read_security(ElementReader& root, Configuration& into) {
  into.security_mode = static_cast<SecurityMode>(root.number("deviceSecurityMode", 1, 1, 3));
  const auto transport = root.number("transportLayerProtocol", 4, 1, 4);
  into.transport = transport == 4 ? Transport::kTcp : static_cast<Transport>(transport);
  into.sip_oauth = root.boolean("sipOAuthMode", false);
  // TLS goes with an authenticated or encrypted device, and never without (F); SIP OAuth brings its own.
  if (into.security_mode != SecurityMode::kNonsecure || into.sip_oauth) {
    into.transport = Transport::kTls;
  } else if (into.transport == Transport::kTls) {
    into.transport = Transport::kTcp;
  }
}

}  // namespace

absl::StatusOr<Configuration> parse_configuration(std::string_view xml, Remarks* remarks) {
  pugi::xml_document document;
  if (auto status = load_bounded(xml, document); !status.ok()) return status;
  pugi::xml_node device = document.document_element();
  if (!absl::EqualsIgnoreCase(device.name(), "device")) {
    return absl::InvalidArgumentError("the root element is not <device>");
  }
  Remarks noted;
  if (auto status = take_inventory(device, noted); !status.ok()) return status;

  Configuration configuration;
  ElementReader root(device, noted);
  const std::string protocol = root.text("deviceProtocol");
  if (!protocol.empty() && !absl::EqualsIgnoreCase(protocol, "SIP")) {
    root.complain("deviceProtocol", absl::StrCat("the configuration is for ", protocol, ", not for SIP"));
  }
  configuration.full = root.boolean("fullConfig", true);
  configuration.encrypted_file_wanted = root.boolean("encrConfig", false);
  configuration.cert_hash = absl::AsciiStrToLower(root.text("certHash", kMaxCertHash));
  configuration.capf_auth_mode = static_cast<CapfAuthMode>(root.number("capfAuthMode", 0, 0, 4));
  read_capf(device, root, configuration);
  configuration.load_information = root.label("loadInformation");
  configuration.version_stamp = root.label("versionStamp");
  if (configuration.full) {
    read_security(root, configuration);
    read_call_managers(device.child("devicePool"), root, configuration);
    read_tvs(device, root, configuration);
    read_srst(device, root, configuration);
    read_lines(device, root, configuration);
    read_sip_profile(device, root, configuration);
    read_calling(device, root, configuration);
    configuration.network_locale = ElementReader(device.child("networkLocaleInfo"), &root).label("name");
    ElementReader pool(device.child("devicePool"), &root);
    configuration.connection_monitor_seconds = pool.number("connectionMonitorDuration", 120, 0, 3600);
    read_hardening(device, root, configuration);
    read_access(device, root, configuration);
    read_date_time(device, root, configuration);
    noted.phone_password = ElementReader(device.child("commonProfile"), &root).text("phonePassword", 128);
  }
  if (!root.status().ok()) return root.status();
  if (remarks != nullptr) *remarks = std::move(noted);
  return configuration;
}

absl::StatusOr<Configuration> parse_default_configuration(std::string_view xml, const std::string& device_name,
                                                          Remarks* remarks) {
  pugi::xml_document document;
  if (auto status = load_bounded(xml, document); !status.ok()) return status;
  const pugi::xml_node device = document.document_element();
  if (!absl::EqualsIgnoreCase(device.name(), "Default")) {
    return absl::InvalidArgumentError("the root element is not <Default>");
  }
  Remarks noted;
  Configuration configuration;
  ElementReader root(device, noted);
  if (!root.boolean("autoRegistration", true)) {
    return absl::InvalidArgumentError("autoRegistration: the call manager registers no phones that it does not know");
  }
  configuration.auto_registration = true;
  read_call_managers(device, root, configuration);
  read_tvs(device, root, configuration);
  std::string name = root.text("autoRegistrationName", kMaxAddress);
  configuration.lines = {{.number = 1, .directory_number = name.empty() ? device_name : std::move(name)}};
  noted.add(
      "the call manager does not know this phone: it registers by the configuration for unknown phones, and gets "
      "its own when an administrator has made one");
  if (!root.status().ok()) return root.status();
  if (remarks != nullptr) *remarks = std::move(noted);
  return configuration;
}

}  // namespace phone::policy
