// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/configuration/calling.hpp"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/policy/configuration/levels.hpp"
#include "services/policy/configuration/own_names.hpp"

namespace phone::policy {
namespace {

// The configuration's own list of zones, in the world's names. Those without "Daylight" keep their time all year.
constexpr struct {
  const char* theirs;
  const char* olson;
} kZones[] = {
    {"GMT Standard/Daylight Time", "Europe/London"},
    {"Greenwich Standard Time", "Africa/Monrovia"},
    {"W. Europe Standard/Daylight Time", "Europe/Berlin"},
    {"Romance Standard/Daylight Time", "Europe/Paris"},
    {"Central Europe Standard/Daylight Time", "Europe/Prague"},
    {"GTB Standard/Daylight Time", "Europe/Athens"},
    {"E. Europe Standard/Daylight Time", "Europe/Bucharest"},
    {"Egypt Standard/Daylight Time", "Africa/Cairo"},
    {"South Africa Standard Time", "Africa/Johannesburg"},
    {"Jerusalem Standard/Daylight Time", "Asia/Jerusalem"},
    {"Saudi Arabia Standard Time", "Asia/Riyadh"},
    {"Russian Standard/Daylight Time", "Europe/Moscow"},
    {"Iran Standard/Daylight Time", "Asia/Tehran"},
    {"Arabian Standard Time", "Asia/Muscat"},
    {"Caucasus Standard/Daylight Time", "Asia/Yerevan"},
    {"Afghanistan Standard Time", "Asia/Kabul"},
    {"West Asia Standard Time", "Asia/Tashkent"},
    {"Ekaterinburg Standard Time", "Asia/Yekaterinburg"},
    {"India Standard Time", "Asia/Kolkata"},
    {"Central Asia Standard Time", "Asia/Almaty"},
    {"SE Asia Standard Time", "Asia/Bangkok"},
    {"China Standard/Daylight Time", "Asia/Shanghai"},
    {"Taipei Standard Time", "Asia/Taipei"},
    {"Tokyo Standard Time", "Asia/Tokyo"},
    {"AUS Central Standard Time", "Australia/Darwin"},
    {"Cen. Australia Standard/Daylight Time", "Australia/Adelaide"},
    {"E. Australia Standard Time", "Australia/Brisbane"},
    {"AUS Eastern Standard/Daylight Time", "Australia/Sydney"},
    {"Tasmania Standard/Daylight Time", "Australia/Hobart"},
    {"West Pacific Standard Time", "Pacific/Guam"},
    {"Central Pacific Standard Time", "Pacific/Guadalcanal"},
    {"Fiji Standard Time", "Pacific/Fiji"},
    {"New Zealand Standard/Daylight Time", "Pacific/Auckland"},
    {"Azores Standard/Daylight Time", "Atlantic/Azores"},
    {"South America Standard/Daylight Time", "America/Sao_Paulo"},
    {"SA Eastern Standard Time", "America/Argentina/Buenos_Aires"},
    {"Newfoundland Standard/Daylight Time", "America/St_Johns"},
    {"Atlantic Standard/Daylight Time", "America/Halifax"},
    {"SA Western Standard Time", "America/La_Paz"},
    {"Eastern Standard/Daylight Time", "America/New_York"},
    {"US Eastern Standard Time", "America/Indiana/Indianapolis"},
    {"SA Pacific Standard Time", "America/Bogota"},
    {"Central Standard/Daylight Time", "America/Chicago"},
    {"Mexico Standard/Daylight Time", "America/Mexico_City"},
    {"Canada Central Standard Time", "America/Regina"},
    {"Mountain Standard/Daylight Time", "America/Denver"},
    {"US Mountain Standard Time", "America/Phoenix"},
    {"Pacific Standard/Daylight Time", "America/Los_Angeles"},
    {"Alaskan Standard/Daylight Time", "America/Anchorage"},
    {"Hawaiian Standard Time", "Pacific/Honolulu"},
    {"Samoa Standard Time", "Pacific/Pago_Pago"},
};

// It becomes the name of a file: "America/Argentina/Buenos_Aires", nothing that leads elsewhere.
bool is_zone_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && absl::ascii_isalpha(static_cast<unsigned char>(name.front())) &&
         std::ranges::all_of(name, [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
         });
}

// The Olson name first, the other one otherwise. A zone that the phone does not know is no reason to refuse a file.
std::string time_zone_of(pugi::xml_node device, ElementReader& all) {
  ElementReader reader(device.child("devicePool").child("dateTimeSetting"), &all);
  if (std::string olson = reader.label("olsonTimeZone"); is_zone_name(olson)) return olson;
  const std::string theirs = reader.label("timeZone");
  for (const auto& zone : kZones) {
    if (absl::EqualsIgnoreCase(theirs, zone.theirs)) return zone.olson;
  }
  return {};
}

// The user part of "x-cisco-serviceuri-pickup" or "sip:x-cisco-serviceuri-pickup@host"; nothing that leads elsewhere.
std::string feature_uri(ElementReader& reader, const char* name) {
  constexpr std::size_t kLongest = 64;
  std::string uri = reader.label(name);
  if (absl::StartsWithIgnoreCase(uri, "sip:")) uri = uri.substr(4);
  uri = uri.substr(0, uri.find('@'));
  const bool fits = uri.size() <= kLongest && std::ranges::all_of(uri, [](unsigned char c) {
                      return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '*' || c == '+';
                    });
  return fits ? uri : std::string();
}

// cucm-calls.md 8.1; the list pickup is CUCM's "other" pickup.
FeatureUriEntry feature_uris_of(pugi::xml_node device, ElementReader& all) {
  ElementReader reader(device.child("sipProfile").child("sipCallFeatures"), &all);
  return {.forward_all = feature_uri(reader, "callForwardURI"),
          .pickup = feature_uri(reader, "callPickupURI"),
          .other_pickup = feature_uri(reader, "callPickupListURI"),
          .group_pickup = feature_uri(reader, "callPickupGroupURI"),
          .meet_me = feature_uri(reader, "meetMeServiceURI")};
}

bool is_number(const std::string& text) {
  return text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
           return absl::ascii_isdigit(c) || c == '*' || c == '#' || c == '+';
         });
}

}  // namespace

void read_calling(pugi::xml_node device, ElementReader& all, Configuration& into) {
  ElementReader profile(device.child("sipProfile"), &all);
  into.kpml = profile.number("kpml", 0, 0, 3);
  into.inter_digit_milliseconds = profile.number("T302Timer", 15000, 1000, 600000);
  into.off_hook_milliseconds = profile.number("offhookToFirstDigitTimer", 15000, 1000, 600000);
  into.auto_answer_seconds = profile.number("autoAnswerTimer", 1, 0, 3600);
  const Levels levels(device, all);
  into.emergency_numbers = list_of(levels.text(own::kEmergencyNumbers));
  for (const std::string& number : into.emergency_numbers) {
    if (is_number(number)) continue;
    all.doubt_path(absl::StrCat("vendorConfig/", own::kEmergencyNumbers), absl::StrCat("not a number: ", number),
                   "the rest");
  }
  std::erase_if(into.emergency_numbers, [](const std::string& number) { return !is_number(number); });
  into.hold_reversion_seconds = levels.number(own::kHoldReversion, 0, 0, 86400);
  into.hold_reversion_interval_seconds = levels.number(own::kHoldReversionInterval, 30, 5, 86400);
  into.time_zone = time_zone_of(device, all);
  into.feature_uris = feature_uris_of(device, all);
}

}  // namespace phone::policy
