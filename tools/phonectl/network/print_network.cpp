// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/network/print_network.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/time/clock.h>

#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using phone::gateway::v1::PhoneStatus;

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
  if (!access.profile_source().empty()) table.row({{"  profile of"}, {access.profile_source()}});
  if (!access.server_name().empty()) table.row({{"  server must be"}, {absl::StrJoin(access.server_name(), " or ")}});
  if (!access.authority().empty()) table.row({{"  trusted CA"}, {absl::StrJoin(access.authority(), ", ")}});
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

const char* band_word(phone::network::v1::WlanBand band) {
  if (band == phone::network::v1::WLAN_BAND_2_4) return "2.4 GHz only";
  return band == phone::network::v1::WLAN_BAND_5 ? "5 GHz only" : "any";
}

void wlan_rows(const phone::network::v1::WlanFacts& wlan, const View& view, Table& table) {
  access_rows("WLAN", wlan.access(), view, table);
  for (const auto& choice : wlan.choice()) {
    if (choice.in_force()) continue;
    std::string text = absl::StrCat(choice.ssid(), ", ", choice.method(), ", of ", choice.source());
    if (!choice.refused().empty()) absl::StrAppend(&text, "; not used: ", choice.refused());
    table.row({{"  other profile"}, {text}});
  }
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
  table.row({{"  fast roaming"}, {or_dash(wlan.fast_roaming())}});
  table.row({{"  band"}, {band_word(wlan.band())}});
  table.row({{"  WPA compatibility"}, {wlan.compatible() ? "on: TKIP is offered besides AES" : "off"}});
  if (wlan.locked()) table.row({{"  locked"}, {"by the configuration: it cannot be changed here"}});
  if (wlan.has_last_roam()) table.row({{"  last roam"}, {roam_text(wlan.last_roam())}});
  if (wlan.roams() != 0 || wlan.roams_failed() != 0) {
    table.row({{"  roams"}, {absl::StrCat(wlan.roams(), ", ", wlan.roams_failed(), " failed")}});
  }
}

void time_rows(const phone::network::v1::TimeService& time, const View& view, Table& table) {
  if (time.text().empty()) return;
  table.row({{"time"}, {time.text(), time.known() ? Tone::kPlain : Tone::kBad}});
  if (!time.server().empty()) {
    table.row({{"  servers"}, {absl::StrCat(absl::StrJoin(time.server(), ", "), " (", time.server_source(), ")")}});
  }
  table.row({{"  not before"}, {absl::StrCat(when(view, time.floor()), " (", time.floor_source(), ")")}});
  if (time.has_call_manager_date()) table.row({{"  call manager says"}, {when(view, time.call_manager_date())}});
  if (!time.time_zone().empty() || !time.date_template().empty()) {
    google::protobuf::Timestamp now;
    now.set_seconds(absl::ToUnixSeconds(absl::Now()));
    table.row({{"  local time"}, {when(as_on_phone(view, time.time_zone(), time.date_template()), now)}});
  }
  if (!time.time_zone().empty()) table.row({{"  zone"}, {time.time_zone()}});
  if (!time.date_template().empty()) table.row({{"  dates written as"}, {time.date_template()}});
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

}  // namespace

std::string print_network_facts(const PhoneStatus& status, const View& view) {
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
  time_rows(network.time(), view, table);
  table.row({{"voice VLAN"}, {voice_vlan(network)}});
  if (!network.lldp_running()) table.row({{"LLDP"}, {"lldpd is not running", Tone::kBad}});
  return table.print(view);
}

std::string print_network(const PhoneStatus& status, const View& view) {
  std::string text = print_network_facts(status, view);
  if (!status.has_network()) return text;
  const auto& network = status.network();
  return text + dhcp_story("DHCP", network.dhcp().step(), view) + dhcp_story("DHCPv6", network.ipv6().step(), view);
}

}  // namespace phone::phonectl
