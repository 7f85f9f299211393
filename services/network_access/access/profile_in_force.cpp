// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/access/profile_in_force.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.hpp"
#include "common/crypto/x509.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

constexpr char kMenu[] = "the phone's menu", kConfiguration[] = "the configuration", kLists[] = "the trust lists";
constexpr std::size_t kMostRemembered = 4;

std::vector<std::string> names_of(const std::vector<std::string>& authorities, const char* from) {
  std::vector<std::string> names;
  for (const std::string& der : authorities) {
    const auto parsed = crypto::Certificate::parse(der);
    names.push_back(
        text::printable(absl::StrCat(parsed.ok() ? parsed->subject() : "not a certificate", " (", from, ")")));
  }
  return names;
}

// Authorities and server names that a profile lacks come from where they are; the names of those in use for people.
template <class Profile>
void complete(Profile& profile, const Profile* configured, const std::vector<std::string>& listed,
              ProfileInForce& used) {
  const char* from = used.source.profile.c_str();
  if (profile.anchors.empty() && configured != nullptr && !configured->anchors.empty()) {
    profile.anchors = configured->anchors;
    from = kConfiguration;
  } else if (profile.anchors.empty()) {
    profile.anchors = listed;
    from = kLists;
  }
  if (profile.servers.empty() && configured != nullptr) profile.servers = configured->servers;
  used.source.authorities = names_of(profile.anchors, from);
  used.source.servers = profile.servers;
}

// What a profile of the configuration lacks; its reader has neither menu nor phonectl at hand.
template <class Profile>
std::string lacks(const Profile& profile, const char* server, const char* authority) {
  if (profile.servers.empty()) {
    return absl::StrCat("the configuration has no ", server, ": the name in the RADIUS server's certificate");
  }
  if (profile.anchors.empty()) {
    return absl::StrCat("neither the configuration (", authority,
                        ") nor the trust lists have a CA for the RADIUS server's certificate");
  }
  return {};
}

bool says_anything(const EapProfile& own) {
  return !own.anchors.empty() || !own.servers.empty() || !own.password.empty();
}

ProfileInForce wire_in_force(const EapProfile& own, const AccessPolicy& policy,
                             const std::vector<std::string>& listed) {
  const EapProfile* const configured = policy.eap ? &policy.eap->profile : nullptr;
  ProfileInForce used{.profile = own, .source = {.profile = kMenu}};
  // Who switches it on says how; a profile of the menu counts where the user may decide.
  used.configured = configured != nullptr && (policy.enabled || !says_anything(own));
  if (used.configured) {
    used.source.profile = kConfiguration;
    used.profile = *configured;
    used.refused = policy.eap->refused;
  }
  auto& profile = std::get<EapProfile>(used.profile);
  profile.enabled = own.enabled;
  complete(profile, configured, listed, used);
  const bool by_configuration = used.configured || (policy.enabled && !says_anything(own));
  if (used.refused.empty() && by_configuration) used.refused = lacks(profile, "eapServer", "eapAuthority");
  if (!used.configured && !says_anything(own)) used.source.profile.clear();
  return used;
}

// Which profile it is that something was learned with. Another password is another profile.
std::string digest_of(const WlanProfile& profile) {
  crypto::DigestStream stream(crypto::Digest::kSha256);
  const auto add = [&](std::string_view part) {
    stream.add(absl::StrCat(part.size(), ":"));
    stream.add(part);
  };
  add(profile.ssid);
  add(absl::StrCat(static_cast<int>(profile.security), " ", static_cast<int>(profile.eap)));
  add(profile.key.view());
  add(profile.user);
  add(profile.password.view());
  for (const auto& der : profile.anchors) add(der);
  for (const auto& server : profile.servers) add(server);
  return stream.finish();
}

ProfileInForce wlan_of_configuration(const ConfiguredWlan& one, const WlanProfile& own,
                                     const std::vector<std::string>& listed) {
  ProfileInForce used{.profile = one.profile,
                      .configured = true,
                      .locked = one.locked,
                      .refused = one.refused,
                      .source = {.profile = kConfiguration, .locked = one.locked}};
  auto& profile = std::get<WlanProfile>(used.profile);
  profile.enabled = true;
  used.source.digest = digest_of(profile);
  const auto learned = std::ranges::find(own.remembered, used.source.digest, &RememberedWlan::profile);
  if (learned != own.remembered.end()) {
    profile.cleared = learned->cleared;
    profile.known = learned->known;
    if (!profile.cleared.empty()) profile.password = crypto::Secret();
  }
  if (!has_eap(profile)) return used;
  complete<WlanProfile>(profile, nullptr, listed, used);
  if (used.refused.empty()) used.refused = lacks(profile, "server in that wlanProfile", "authority");
  return used;
}

ProfileInForce wlan_of_menu(const WlanProfile& own, const std::vector<std::string>& listed) {
  ProfileInForce used{.profile = own, .source = {.profile = kMenu}};
  if (has_eap(own)) complete<WlanProfile>(std::get<WlanProfile>(used.profile), nullptr, listed, used);
  return used;
}

std::vector<ProfileInForce> wlans_in_force(const WlanProfile& own, const AccessPolicy& policy,
                                           const std::vector<std::string>& listed) {
  std::vector<ProfileInForce> candidates;
  const bool locked = std::ranges::any_of(policy.wlans, &ConfiguredWlan::locked);
  if (own.enabled && !locked) candidates.push_back(wlan_of_menu(own, listed));
  for (const ConfiguredWlan& one : policy.wlans) {
    if (locked ? one.locked : !own.switched_off) candidates.push_back(wlan_of_configuration(one, own, listed));
  }
  // One that cannot be used stays where there is no other, so that its reason is told.
  const auto usable = [](const ProfileInForce& one) {
    return one.refused.empty() && std::get<WlanProfile>(one.profile).cleared.empty();
  };
  if (std::ranges::any_of(candidates, usable)) std::erase_if(candidates, std::not_fn(usable));
  if (candidates.empty()) candidates.push_back(wlan_of_menu(own, listed));
  return candidates;
}

}  // namespace

std::vector<ProfileInForce> profiles_in_force(const AccessProfile& own, const AccessPolicy& policy,
                                              const std::vector<std::string>& listed) {
  if (const auto* const wlan = std::get_if<WlanProfile>(&own)) return wlans_in_force(*wlan, policy, listed);
  return {wire_in_force(std::get<EapProfile>(own), policy, listed)};
}

std::vector<ProfileChoice> choices(const std::vector<ProfileInForce>& candidates, std::size_t in_force,
                                   const AccessProfile& own, const AccessPolicy& policy) {
  const auto* const menu = std::get_if<WlanProfile>(&own);
  if (menu == nullptr) return {};
  std::vector<ProfileChoice> all;
  const auto add = [&](const WlanProfile& profile, const char* source, bool used, std::string refused) {
    if (profile.ssid.empty()) return;
    all.push_back({.ssid = profile.ssid,
                   .source = source,
                   .method = method_of(profile),
                   .in_force = used,
                   .refused = std::move(refused)});
  };
  const bool on = enabled(own, policy);
  const auto used = [&](const WlanProfile& profile) {
    const auto& now = candidates[in_force];
    return on && std::get<WlanProfile>(now.profile).ssid == profile.ssid;
  };
  const bool locked = std::ranges::any_of(policy.wlans, &ConfiguredWlan::locked);
  add(*menu, kMenu, !candidates[in_force].configured && used(*menu),
      locked          ? "the configuration has a locked profile"
      : menu->enabled ? ""
                      : "switched off");
  for (const ConfiguredWlan& one : policy.wlans) {
    const bool usable = one.locked || (!locked && !menu->switched_off);
    add(one.profile, kConfiguration, candidates[in_force].configured && used(one.profile),
        !usable ? (locked ? "another profile of the configuration is locked" : "switched off in the phone's menu")
                : one.refused);
  }
  std::ranges::stable_sort(all, std::greater(), &ProfileChoice::in_force);
  return all;
}

void remember(AccessProfile& own, const ProfileInForce& used) {
  auto* const wlan = std::get_if<WlanProfile>(&own);
  if (wlan == nullptr) return;
  const auto& now = std::get<WlanProfile>(used.profile);
  if (!used.configured) {
    wlan->known = now.known;
    if (std::exchange(wlan->cleared, now.cleared) != now.cleared) wlan->password = crypto::Secret();
    return;
  }
  std::erase_if(wlan->remembered, [&](const auto& one) { return one.profile == used.source.digest; });
  wlan->remembered.push_back({.profile = used.source.digest, .cleared = now.cleared, .known = now.known});
  if (wlan->remembered.size() > kMostRemembered) wlan->remembered.erase(wlan->remembered.begin());
}

std::string ended_authority(const AccessProfile& profile, absl::Time now) {
  // Where the server may choose EAP-FAST, a PAC may stand in for its certificate.
  if (keeps_pac(profile)) return {};
  std::string ended;
  for (const std::string& der : anchors_of(profile)) {
    const auto authority = crypto::Certificate::parse(der);
    if (!authority.ok() || now < authority->not_after()) return {};
    ended = text::printable(absl::StrCat(authority->subject(), " ended on ",
                                         absl::FormatTime("%Y-%m-%d", authority->not_after(), absl::UTCTimeZone())));
  }
  return ended;
}

}  // namespace phone::network
