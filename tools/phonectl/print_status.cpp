// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_status.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include "tools/phonectl/print_calls.hpp"
#include "tools/phonectl/print_events.hpp"
#include "tools/phonectl/print_memory.hpp"
#include "tools/phonectl/print_settings.hpp"
#include "tools/phonectl/print_sound.hpp"
#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using phone::gateway::v1::PhoneStatus;

// The field's service did not answer: unknown, which is not the same as no.
Cell known(const std::string& text) { return text.empty() ? Cell{"unknown", Tone::kDim} : Cell{text}; }

bool answers(const PhoneStatus& status, std::string_view service) {
  for (const auto& name : status.unreachable()) {
    if (name == service) return false;
  }
  return true;
}

void heading(const View& view, std::string_view text, std::string& out) {
  if (!out.empty()) out += "\n";
  absl::StrAppend(&out, paint(view, Tone::kStrong, text), "\n");
}

void indented(std::string_view text, std::string& out) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    out.append("  ").append(text.substr(start, end - start)).append("\n");
    start = end == std::string_view::npos ? text.size() : end + 1;
  }
}

std::string print_provisioning(const PhoneStatus& status, const View& view) {
  if (!status.has_provisioning()) return paint(view, Tone::kDim, "unknown") + "\n";
  const auto& provisioning = status.provisioning();
  Table facts;
  const bool complete = provisioning.stage() == phone::policy::v1::STAGE_COMPLETE;
  facts.row({{"stage"}, {word(provisioning.stage()), complete ? Tone::kGood : Tone::kPlain}});
  if (!provisioning.server().empty()) facts.row({{"server"}, {provisioning.server()}});
  if (!provisioning.doing().empty()) facts.row({{"doing"}, {provisioning.doing()}});
  if (!provisioning.last_failure().empty()) facts.row({{"failure"}, {provisioning.last_failure(), Tone::kBad}});
  if (!provisioning.trial().empty()) facts.row({{"trial"}, {provisioning.trial(), Tone::kBad}});
  if (const auto& audit = provisioning.audit(); !audit.collector().empty()) {
    std::string text =
        absl::StrCat(audit.collector(), ", ", audit.delivered(), " events delivered, ", audit.waiting(), " waiting");
    if (audit.dropped() > 0) absl::StrAppend(&text, ", ", audit.dropped(), " dropped");
    if (!audit.failure().empty()) absl::StrAppend(&text, ": ", audit.failure());
    facts.row({{"audit"}, {text, audit.failure().empty() ? Tone::kPlain : Tone::kBad}});
  }
  for (const auto& remark : provisioning.remark()) facts.row({{"remark"}, {remark}});
  facts.row({{"policy"}, {absl::StrCat("version ", provisioning.policy_version())}});
  Table files;
  for (const auto& file : provisioning.file()) {
    const bool bad = file.state() == phone::policy::v1::FILE_STATE_REFUSED ||
                     file.state() == phone::policy::v1::FILE_STATE_UNREACHABLE;
    files.row({{file.name()},
               {word(file.state()), bad ? Tone::kBad : Tone::kPlain},
               {file.encrypted() ? "encrypted" : ""},
               {file.reason()}});
  }
  return facts.print(view) + files.print(view);
}

std::string print_enrolment(const phone::certificates::v1::EnrolmentReport& report) {
  std::string text = absl::StrCat("enrolment: ", word(report.phase()));
  if (!report.server().empty()) absl::StrAppend(&text, " at ", report.server());
  const std::string reason = enrolment_reason(report);
  if (!reason.empty()) absl::StrAppend(&text, ": ", reason);
  return text;
}

std::string print_certificate_lines(const PhoneStatus& status, const View& view) {
  if (!status.has_certificates()) return paint(view, Tone::kDim, "unknown") + "\n";
  Table table;
  for (const auto& certificate : status.certificates().certificate()) {
    table.row({{word(certificate.kind())},
               {certificate.subject()},
               {certificate.key()},
               {absl::StrCat("until ", date(view, certificate.not_after()))}});
  }
  std::string out = table.empty() ? "none\n" : table.print(view);
  const auto& report = status.certificates().enrolment();
  if (report.phase() != phone::certificates::v1::ENROLMENT_PHASE_UNSPECIFIED) {
    const bool failed = report.phase() == phone::certificates::v1::ENROLMENT_PHASE_FAILED;
    absl::StrAppend(&out, paint(view, failed ? Tone::kBad : Tone::kPlain, print_enrolment(report)), "\n");
  }
  return out;
}

// What was offered, chosen and refused, by whom and when.
void story_rows(const phone::network::v1::WiredAccess& access, const View& view, Table& table) {
  for (const auto& step : access.story()) {
    const std::string time =
        absl::StrCat(when(view, step.at()), absl::StrFormat(".%03d", step.at().nanos() / 1'000'000));
    table.row({{absl::StrCat("  ", time), Tone::kDim}, {absl::StrCat(word(step.by()), " ", step.what())}});
  }
}

// `title`: "802.1X" or "WLAN".
void access_rows(const char* title, const phone::network::v1::WiredAccess& access, const View& view, Table& table) {
  using namespace phone::network::v1;
  const bool open = access.state() == ACCESS_STATE_AUTHENTICATED;
  const bool held = access.state() == ACCESS_STATE_HELD;
  std::string state = word(access.state());
  const bool trying = access.state() == ACCESS_STATE_AUTHENTICATING || access.state() == ACCESS_STATE_ACQUIRED;
  if (access.provisioning() && trying)
    absl::StrAppend(&state, ", being provisioned with an access credential (PAC), which takes a few seconds");
  if (access.failures() > 1) absl::StrAppend(&state, ", ", access.failures(), " failures in a row");
  const bool bad = held || access.state() == ACCESS_STATE_UNPROVEN;
  table.row({{title}, {state, open ? Tone::kGood : bad ? Tone::kBad : Tone::kPlain}});
  if (access.state() == ACCESS_STATE_DISABLED) return;
  // A WLAN with a pre-shared key has no EAP method.
  const std::string method = join_known({access.method(), access.tls_version()});
  if (!method.empty()) table.row({{"  method"}, {method}});
  if (!access.identity().empty()) table.row({{"  identity"}, {access.identity()}});
  if (!access.server_subject().empty()) {
    std::string server = access.server_subject();
    if (!access.server_issuer().empty()) absl::StrAppend(&server, ", issued by ", access.server_issuer());
    if (access.has_server_not_after())
      absl::StrAppend(&server, ", valid until ", date(view, access.server_not_after()));
    table.row({{"  server"}, {server}});
  }
  if (!access.own_certificate().empty()) table.row({{"  shows"}, {access.own_certificate()}});
  if (!access.cause_text().empty()) {
    table.row({{"  cause"}, {join_known({access.cause_text(), access.detail()}, ": "), Tone::kBad}});
    table.row({{"  cure"}, {access.cure()}});
  }
  story_rows(access, view, table);
}

// What is in force, and what the switch says where that is something else.
std::string voice_vlan(const network::v1::NetworkFacts& network) {
  std::string in_force = network.voice_vlan_in_force() == 0 ? "none (native VLAN)"
                                                            : absl::StrCat(network.voice_vlan_in_force(), ", in force");
  if (network.has_neighbour() && network.voice_vlan() != network.voice_vlan_in_force()) {
    absl::StrAppend(&in_force, "; the switch announces ",
                    network.voice_vlan() == 0 ? "none" : absl::StrCat(network.voice_vlan()));
  }
  return in_force;
}

std::string roam_text(const phone::network::v1::WlanRoam& roam) {
  return absl::StrCat("to ", roam.to(), " in ", roam.gap_milliseconds(), " ms, ",
                      !roam.fast()         ? "full authentication"
                      : roam.over_the_ds() ? "fast, over the DS"
                                           : "fast, over the air");
}

// wpa_supplicant names the mode of operation; users know the cipher.
std::string cipher_word(const std::string& cipher) {
  if (cipher.starts_with("CCMP")) return cipher == "CCMP" ? "AES" : absl::StrCat("AES (", cipher, ")");
  if (cipher.starts_with("GCMP")) return absl::StrCat("AES (", cipher, ")");
  return cipher;
}

void wlan_rows(const phone::network::v1::WlanFacts& wlan, const View& view, Table& table) {
  access_rows("WLAN", wlan.access(), view, table);
  if (wlan.access().state() == phone::network::v1::ACCESS_STATE_DISABLED) return;
  table.row({{"  SSID"}, {wlan.ssid()}});
  if (wlan.unprotected()) {
    table.row({{"  protection"}, {"none: anyone in range can read this traffic", Tone::kBad}});
  }
  if (!wlan.access_point().empty()) {
    std::string point = absl::StrCat(wlan.access_point(), ", ", wlan.frequency_megahertz(), " MHz");
    if (wlan.signal_dbm() != 0) absl::StrAppend(&point, ", ", wlan.signal_dbm(), " dBm");
    table.row({{"  access point"}, {point}});
    table.row({{"  security"},
               {join_known({wlan.security(), cipher_word(wlan.cipher()),
                            absl::StrCat("PMF ", wlan.protected_management() ? "on" : "off"),
                            wlan.key_management().empty() || wlan.key_management() == wlan.security()
                                ? ""
                                : absl::StrCat("key management ", wlan.key_management())})}});
  }
  if (wlan.has_last_roam()) table.row({{"  last roam"}, {roam_text(wlan.last_roam())}});
  if (wlan.roams() != 0 || wlan.roams_failed() != 0) {
    table.row({{"  roams"}, {absl::StrCat(wlan.roams(), ", ", wlan.roams_failed(), " failed")}});
  }
}

// The lease in force.
void lease_rows(const phone::network::v1::DhcpLease& lease, Table& table) {
  using namespace phone::network::v1;
  if (lease.state() == LEASE_STATE_UNSPECIFIED || lease.state() == LEASE_STATE_OFF) return;
  const bool good =
      lease.state() == LEASE_STATE_HELD || lease.state() == LEASE_STATE_CHECKING || lease.state() == LEASE_STATE_ASKING;
  table.row({{"lease"}, {lease.state_text(), good ? Tone::kPlain : Tone::kBad}});
  if (!lease.route().empty()) table.row({{"routes"}, {absl::StrJoin(lease.route(), ", ")}});
  if (!lease.address().empty() && lease.route().empty()) table.row({{"routes"}, {"no router"}});
  for (const auto& failure : lease.failure()) table.row({{"lease, failed"}, {failure, Tone::kBad}});
}

void ipv6_rows(const phone::network::v1::Ipv6Configuration& ipv6, Table& table) {
  using namespace phone::network::v1;
  if (ipv6.state() == IPV6_STATE_UNSPECIFIED || ipv6.state() == IPV6_STATE_OFF) return;
  const bool bad = ipv6.state() == IPV6_STATE_REFUSED || ipv6.state() == IPV6_STATE_UNCONFIRMED;
  table.row({{"IPv6"}, {ipv6.state_text(), bad ? Tone::kBad : Tone::kPlain}});
  for (const auto& address : ipv6.conflicting_address()) {
    table.row({{"IPv6, conflict"}, {absl::StrCat("another device has ", address), Tone::kBad}});
  }
}

std::string dhcp_story(const char* title, const google::protobuf::RepeatedPtrField<phone::network::v1::DhcpStep>& steps,
                       const View& view) {
  if (steps.empty()) return "";
  Table table;
  for (const auto& step : steps) {
    const bool bad = step.kind() == phone::network::v1::DHCP_STEP_KIND_CONFLICT ||
                     step.kind() == phone::network::v1::DHCP_STEP_KIND_LOST ||
                     step.kind() == phone::network::v1::DHCP_STEP_KIND_MISSING ||
                     step.kind() == phone::network::v1::DHCP_STEP_KIND_FAILED;
    std::string text = step.text();
    if (step.times() > 1) absl::StrAppend(&text, " (", step.times(), " times)");
    table.row({{when(view, step.at())},
               {step.server().empty() ? "phone" : step.server()},
               {text, bad ? Tone::kBad : Tone::kPlain}});
  }
  return absl::StrCat("\n", paint(view, Tone::kStrong, title), "\n", table.print(view));
}

std::string network_facts(const PhoneStatus& status, const View& view) {
  if (!status.has_network()) return paint(view, Tone::kDim, "unknown") + "\n";
  const auto& network = status.network();
  Table table;
  std::string link = network.link_up() ? "up" : "down";
  if (network.link_up() && network.speed_megabits() != 0) {
    absl::StrAppend(&link, ", ", network.speed_megabits(), " Mbit/s");
  }
  table.row({{"link"}, {link, network.link_up() ? Tone::kGood : Tone::kBad}});
  table.row({{"port"}, {or_dash(join_known({network.port(), network.hardware_address()}))}});
  table.row({{"address"}, {or_dash(absl::StrJoin(network.address(), ", "))}});
  std::string server = or_dash(absl::StrJoin(network.provisioning_server(), ", "));
  if (!network.provisioning_source().empty()) absl::StrAppend(&server, " (", network.provisioning_source(), ")");
  table.row({{"provisioning"}, {server}});
  if (!network.domain().empty()) table.row({{"domain"}, {network.domain()}});
  if (!network.dns_server().empty()) table.row({{"DNS"}, {absl::StrJoin(network.dns_server(), ", ")}});
  if (!network.dhcp_server().empty()) table.row({{"DHCP"}, {network.dhcp_server()}});
  lease_rows(network.dhcp(), table);
  ipv6_rows(network.ipv6(), table);
  for (const auto& one : network.dhcp_left_out()) table.row({{"DHCP, ignored"}, {one}});
  if (!network.discovery_set_aside().empty()) {
    table.row({{"frame set aside"}, {network.discovery_set_aside(), Tone::kBad}});
  }
  if (network.has_wired_access()) access_rows("802.1X", network.wired_access(), view, table);
  if (network.has_wlan()) wlan_rows(network.wlan(), view, table);
  if (network.has_pc_port()) {
    const auto& pc = network.pc_port();
    std::string state = pc.enabled() ? (pc.link_up() ? "on, link up" : "on, no link") : "off";
    for (const auto& station : pc.station()) {
      absl::StrAppend(&state, ", ", station.hardware_address(), station.authenticated() ? " authenticated" : "");
    }
    if (pc.frames_refused() != 0) absl::StrAppend(&state, ", ", pc.frames_refused(), " EAPOL frames refused");
    table.row({{"PC port"}, {state}});
  }
  if (network.has_neighbour()) {
    const auto& neighbour = network.neighbour();
    std::string told = or_dash(join_known({neighbour.system(), neighbour.port()}));
    if (!neighbour.protocol().empty()) absl::StrAppend(&told, " (", neighbour.protocol(), ")");
    table.row({{"switch"}, {told}});
  }
  table.row({{"voice VLAN"}, {voice_vlan(network)}});
  if (!network.lldp_running()) table.row({{"LLDP"}, {"lldpd is not running", Tone::kBad}});
  return table.print(view);
}

}  // namespace

std::string print_unreachable(const PhoneStatus& status, const View& view) {
  if (status.unreachable().empty()) return "";
  return paint(view, Tone::kBad, absl::StrCat("not responding: ", absl::StrJoin(status.unreachable(), ", "))) + "\n";
}

std::string print_network(const PhoneStatus& status, const View& view) {
  std::string text = network_facts(status, view);
  if (!status.has_network()) return text;
  const auto& network = status.network();
  return text + dhcp_story("DHCP", network.dhcp().step(), view) + dhcp_story("DHCPv6", network.ipv6().step(), view);
}

// Beside those above; as the services say that enforce them.
void setting_rows(const phone::gateway::v1::SecuritySettings& security, Table& table) {
  static constexpr struct {
    const char* element;
    const char* label;
  } kRows[] = {{"vendorConfig/webAccess", "web access"},
               {"vendorConfig/settingsAccess", "settings access"},
               {"vendorConfig/protectedDevice", "protected device"},
               {"vendorConfig/playSecureIndicationTone", "secure indication tone"},
               {"vendorConfig/secureModeWithoutCtl", "secure mode without a CTL"},
               {"vendorConfig/eapAuthentication", "802.1X"},
               {"vendorConfig/pcPort", "PC port"},
               {"vendorConfig/voiceVlanAccess", "voice VLAN access of the PC"},
               {"vendorConfig/voiceVlan", "voice VLAN"},
               {"vendorConfig/garp", "gratuitous ARP"},
               {"vendorConfig/enableCdpSwPort", "CDP on the switch port"},
               {"vendorConfig/enableCdpPcPort", "CDP on the PC port"},
               {"vendorConfig/enableLldpSwPort", "LLDP on the switch port"},
               {"vendorConfig/enableLldpPcPort", "LLDP on the PC port"},
               {"vendorConfig/wifi", "WLAN"},
               {"vendorConfig/lscForWlan", "LSC used in WLAN"},
               {"vendorConfig/remoteDiagnostics", "remote diagnostics"}};
  for (const auto& row : kRows) {
    for (const auto& setting : security.setting()) {
      if (setting.element() != row.element) continue;
      table.row({{row.label}, in_force(setting)});
      break;
    }
  }
}

std::string print_security(const PhoneStatus& status, const View& view) {
  const auto& security = status.security();
  const bool policy = answers(status, "policy");
  const auto yes_no = [](bool known_at_all, bool value) {
    return known_at_all ? Cell{value ? "on" : "off"} : Cell{"unknown", Tone::kDim};
  };
  Table table;
  table.row({{"security mode"}, known(security.security_mode())});
  table.row({{"LSC"}, known(security.lsc())});
  table.row({{"CTL signature"}, known(security.ctl_signature())});
  table.row({{"ITL signature"}, known(security.itl_signature())});
  table.row({{"signed files"},
             answers(status, "trust_store") ? Cell{security.signed_files_required() ? "required" : "not required"}
                                            : Cell{"unknown", Tone::kDim}});
  table.row({{"configuration signature"}, known(security.trust_list().signed_configuration())});
  for (const auto& server : security.trust_list().server()) {
    table.row({{server.role()},
               {absl::StrCat(server.address(), server.certificate() ? ", certificate installed" : ", no certificate",
                             server.subject().empty() ? "" : " ", server.subject())}});
  }
  table.row({{"FIPS mode"}, yes_no(policy, security.fips())});
  table.row({{"TLS minimum"}, known(security.tls_minimum())});
  if (!security.tls_server_minimum().empty() && security.tls_server_minimum() != security.tls_minimum()) {
    table.row({{"TLS minimum, diagnostics port"}, known(security.tls_server_minimum())});
  }
  setting_rows(security, table);
  return table.print(view);
}

std::string print_status(const PhoneStatus& status, const View& view) {
  std::string out;
  if (!status.certificates().device_name().empty()) {
    absl::StrAppend(&out, paint(view, Tone::kStrong, status.certificates().device_name()), "\n");
  }
  if (!status.unreachable().empty()) out += print_unreachable(status, view);
  if (!status.signaling().display_text().empty()) {
    absl::StrAppend(&out, paint(view, Tone::kBad, status.signaling().display_text()), "\n");
  }
  if (!status.signaling().pending().empty()) {
    absl::StrAppend(&out, paint(view, Tone::kStrong, status.signaling().pending()), "\n");
  }
  heading(view, "Network", out);
  indented(network_facts(status, view), out);
  heading(view, "Provisioning", out);
  indented(print_provisioning(status, view), out);
  heading(view, "Security", out);
  indented(print_security(status, view), out);
  heading(view, "Certificates", out);
  indented(print_certificate_lines(status, view), out);
  heading(view, "Registration", out);
  if (!status.signaling().line().empty()) indented(print_lines(status.signaling(), view), out);
  indented(status.has_signaling() ? print_registrations(status.signaling(), view)
                                  : paint(view, Tone::kDim, "unknown") + "\n",
           out);
  if (status.has_media()) {
    heading(view, "Sound", out);
    indented(print_sound(status.media(), view), out);
  }
  if (!status.signaling().call().empty()) {
    heading(view, "Calls", out);
    indented(print_calls(status.signaling(), status.media(), in_zone(view, status.signaling().time_zone())), out);
  }
  if (!status.incident().empty()) {
    heading(view, "Incidents", out);
    std::string lines;
    for (const auto& incident : status.incident()) lines += print_event(incident, view);
    indented(lines, out);
  }
  return out;
}

}  // namespace phone::phonectl
