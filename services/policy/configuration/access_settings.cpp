// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/access_settings.hpp"

#include <span>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/levels.hpp"
#include "services/policy/configuration/own_names.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMaxAuthorities = 16, kMaxAuthorityBytes = std::size_t{16} << 10;
constexpr std::size_t kMaxServerNames = 8, kMaxWlanProfiles = 4;
constexpr std::size_t kMaxSsid = 32, kMaxUser = 253, kMaxSecret = 128;

template <class Value>
struct Word {
  const char* word;
  Value value;
};
constexpr Word<EapMethod> kMethods[] = {{"tls", EapMethod::kTls}, {"fast", EapMethod::kFast}};
constexpr Word<ShownCertificate> kWiredCertificates[] = {
    {"best", ShownCertificate::kBest}, {"mic", ShownCertificate::kMic}, {"lsc", ShownCertificate::kLsc}};
constexpr Word<ShownCertificate> kWlanCertificates[] = {{"best", ShownCertificate::kBest},
                                                        {"mic", ShownCertificate::kMic},
                                                        {"lsc", ShownCertificate::kLsc},
                                                        {"user", ShownCertificate::kUser}};
constexpr Word<WlanSecurity> kSecurities[] = {{"open", WlanSecurity::kOpen},
                                              {"psk", WlanSecurity::kPsk},
                                              {"sae", WlanSecurity::kSae},
                                              {"wpa2", WlanSecurity::kEnterprise},
                                              {"wpa3", WlanSecurity::kEnterprise3}};
constexpr Word<WlanMethod> kWlanMethods[] = {{"tls", WlanMethod::kTls},
                                             {"fast", WlanMethod::kFast},
                                             {"peap-mschapv2", WlanMethod::kPeapMschapv2},
                                             {"peap-gtc", WlanMethod::kPeapGtc},
                                             {"auto", WlanMethod::kAuto}};
constexpr Word<WlanBand> kBands[] = {{"any", WlanBand::kAny}, {"2.4", WlanBand::k24}, {"5", WlanBand::k5}};
constexpr Word<FastRoaming> kRoamings[] = {
    {"air", FastRoaming::kOverTheAir}, {"ds", FastRoaming::kOverTheDs}, {"off", FastRoaming::kOff}};

template <class Value>
Value value_of(const std::string& said, std::span<const Word<Value>> words, Value otherwise, const std::string& element,
               ElementReader& all) {
  if (said.empty()) return otherwise;
  std::string known;
  for (const auto& [word, value] : words) {
    if (absl::EqualsIgnoreCase(said, word)) return value;
    absl::StrAppend(&known, known.empty() ? "" : ", ", word);
  }
  all.complain(element, absl::StrCat("must be one of ", known));
  return otherwise;
}

// The certificates of one parent: base64 of DER, with or without white space.
std::vector<std::string> authorities_of(pugi::xml_node parent, const char* name, const std::string& element,
                                        ElementReader& all) {
  std::vector<std::string> found;
  for (auto node : parent.children(name)) {
    const std::string text = text_of(node);
    if (text.empty()) continue;
    std::string der;
    if (text.size() > 2 * kMaxAuthorityBytes || !absl::Base64Unescape(text, &der) || der.empty()) {
      all.complain(element, "not a base64-encoded certificate");
      return {};
    }
    if (found.size() == kMaxAuthorities) {
      all.complain(element, "more than 16 authorities");
      return {};
    }
    found.push_back(std::move(der));
  }
  return found;
}

std::vector<std::string> servers_of(const std::string& text, const std::string& element, ElementReader& all) {
  std::vector<std::string> servers = list_of(text);
  if (servers.size() > kMaxServerNames) all.complain(element, "more than 8 names");
  for (const std::string& server : servers) {
    if (!http::plain_host(server)) all.complain(element, "not a host name, or several with commas between them");
  }
  return servers;
}

void read_eap(pugi::xml_node device, ElementReader& all, Configuration& into) {
  const Levels levels(device, all);
  EapEntry eap{
      .method = value_of<EapMethod>(levels.text(own::kEapMethod), kMethods, EapMethod::kTls, own::kEapMethod, all),
      .identity = levels.text(own::kEapIdentity),
      .password = levels.text(own::kEapPassword),
      .authorities = {},
      .servers = servers_of(levels.text(own::kEapServer), own::kEapServer, all),
      .certificate = value_of<ShownCertificate>(levels.text(own::kEapCertificate), kWiredCertificates,
                                                ShownCertificate::kBest, own::kEapCertificate, all),
      .refused = {}};
  if (eap.identity.size() > kMaxUser) all.complain(own::kEapIdentity, "longer than 253 bytes");
  if (eap.password.size() > kMaxSecret) all.complain(own::kEapPassword, "longer than 128 bytes");
  // The first level that has any has them all.
  for (const pugi::xml_node level : levels.nodes()) {
    eap.authorities = authorities_of(level, own::kEapAuthority, own::kEapAuthority, all);
    if (!eap.authorities.empty()) break;
  }
  if (eap != EapEntry()) into.eap = std::move(eap);
}

// Several profiles may have the same names, so a complaint says which.
WlanEntry read_wlan(pugi::xml_node node, std::size_t number, ElementReader& all) {
  ElementReader reader(node, &all);
  const auto element = [&](const char* name) { return absl::StrCat("wlanProfile ", number, ", ", name); };
  WlanEntry wlan{.ssid = reader.text("ssid", kMaxSsid),
                 .security = value_of<WlanSecurity>(reader.text("security"), kSecurities, WlanSecurity::kEnterprise,
                                                    element("security"), all),
                 .method = value_of<WlanMethod>(reader.text("eapMethod"), kWlanMethods, WlanMethod::kAuto,
                                                element("eapMethod"), all),
                 .key = reader.text("key", kMaxSecret),
                 .user = reader.text("user", kMaxUser),
                 .password = reader.text("password", kMaxSecret),
                 .authorities = authorities_of(node, "authority", element("authority"), all),
                 .servers = servers_of(reader.text("server"), element("server"), all),
                 .certificate = value_of<ShownCertificate>(reader.text("certificate"), kWlanCertificates,
                                                           ShownCertificate::kBest, element("certificate"), all),
                 .band = value_of<WlanBand>(reader.text("band"), kBands, WlanBand::kAny, element("band"), all),
                 .fast_roaming = value_of<FastRoaming>(reader.text("fastRoaming"), kRoamings, FastRoaming::kOverTheAir,
                                                       element("fastRoaming"), all),
                 .compatible = reader.boolean("compatible", false),
                 .gcmp = reader.boolean("gcmp256", false),
                 .locked = reader.boolean("locked", false),
                 .refused = {}};
  if (wlan.ssid.empty()) all.complain(element("ssid"), "is missing");
  if (const std::string domain = reader.text("domain", kMaxUser); !domain.empty() && !wlan.user.empty()) {
    wlan.user = absl::StrCat(domain, "\\", wlan.user);
    if (wlan.user.size() > kMaxUser) all.complain(element("user"), "longer than 253 bytes with its domain");
  }
  return wlan;
}

constexpr char kWhy[] = " was in a configuration that was not encrypted, so others may have read it";

}  // namespace

void read_access(pugi::xml_node device, ElementReader& all, Configuration& into) {
  read_eap(device, all, into);
  for (auto node : device.child("wlanProfiles").children("wlanProfile")) {
    if (into.wlans.size() == kMaxWlanProfiles) return all.complain("wlanProfiles", "more than 4 profiles");
    into.wlans.push_back(read_wlan(node, into.wlans.size() + 1, all));
  }
}

void refuse_open_passwords(Configuration& configuration, Remarks& remarks) {
  const auto refuse = [&](std::string what, std::string& refused) {
    refused = absl::StrCat(what, kWhy);
    remarks.add(absl::StrCat(refused, "; it is not used until the configuration comes encrypted"));
  };
  if (configuration.eap && !std::exchange(configuration.eap->password, {}).empty()) {
    std::string refused;
    refuse("eapPassword", refused);
    if (configuration.eap->method == EapMethod::kFast) configuration.eap->refused = std::move(refused);
  }
  for (WlanEntry& wlan : configuration.wlans) {
    const bool secret = !std::exchange(wlan.key, {}).empty() | !std::exchange(wlan.password, {}).empty();
    if (secret) refuse("the key or password of a wlanProfile", wlan.refused);
  }
}

}  // namespace phone::policy
