// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F46: the table of elements is held against the code. An element that the table calls obeyed changes the policy, by
// the fields it names, and the services it names read those fields; any other element changes nothing.
#include "services/policy/configuration/elements.hpp"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/policy/configuration/configuration.hpp"
#include "services/policy/rpc/policy_message.hpp"
#include "services/policy/rpc/settings_message.hpp"

namespace phone::policy {
namespace {

// Valid, and not the default. Other elements get one by their type.
const std::map<std::string_view, const char*>& samples() {
  static const std::map<std::string_view, const char*> kSamples = {
      {"fullConfig", "false"},
      {"deviceProtocol", ""},
      {"ipAddressMode", "1"},
      {"deviceSecurityMode", "3"},
      {"transportLayerProtocol", "2"},
      {"certHash", "0a0b"},
      {"capfAuthMode", "4"},
      {"capfList/capf/phonePort", "4804"},
      {"devicePool/dateTimeSetting/timeZone", "India Standard Time"},
      {"devicePool/dateTimeSetting/olsonTimeZone", "Asia/Tokyo"},
      {"devicePool/srstInfo/srstOption", "Disable"},
      {"devicePool/srstInfo/srstCertificate", "TUlJ"},
      {"sipProfile/kpml", "3"},
      {"sipProfile/sipStack/timerRegisterExpires", "1800"},
      {"sipProfile/dscpForAudio", "160"},
      {"dscpForCm2Dvce", "160"},
      {"sipProfile/autoAnswerTimer", "3"},
      {"sipProfile/sipLines/line/featureID", "2"},
      {"sipProfile/sipLines/line/autoAnswer/autoAnswerMode", "Auto Answer with Headset"},
      {"sipProfile/sipLines/line/callWaiting", "2"},
      {"sipProfile/sipLines/line/autoAnswer/autoAnswerEnabled", "2"},
      {"MissedCallLoggingOption", "0"},
      {"vendorConfig/settingsAccess", "2"},
      {"vendorConfig/eapAuthentication", "2"},
      {"vendorConfig/disableTLSCiphers", "2"},
      {"vendorConfig/tlsMinimumVersion", "1.3"},
      {"vendorConfig/tlsClientMinimumVersion", "1.3"},
      {"vendorConfig/tlsServerMinimumVersion", "1.3"},
      {"vendorConfig/srtpSuites", "AEAD_AES_128_GCM"},
      {"vendorConfig/codecs", "G722"},
      {"vendorConfig/emergencyNumbers", "112"},
      {"vendorConfig/scepServer", "ra2.lab"},
      {"vendorConfig/remoteDiagnosticsPort", "8443"},
      {"vendorConfig/pcPort", "1"},
      {"sipProfile/stopMediaPort", "31000"},
      {"sipProfile/startMediaPort", "17000"},
      {"vendorConfig/auditLogServer", "10.0.0.5"},
      {"vendorConfig/auditLogTransport", "udp"},
      {"vendorConfig/auditLogCertificate", "TUlJ"},
      {"vendorConfig/enableCdpSwPort", "0"},
      {"vendorConfig/enableLldpSwPort", "0"},
      {"devicePool/mlppDomainId", "00a0b1"},
      {"devicePool/mlppIndicationStatus", "On"},
      {"devicePool/preemption", "Forceful"},
      {"mlppDomainId", "00a0b1"},
      {"mlppIndicationStatus", "On"},
      {"preemption", "Forceful"},
      {"secureUDSUsersAccessURL", "https://cucm.lab:8443/cucm-uds/users"},
      {"vendorConfig/problemReportUploadURL", "https://reports.lab/upload"},
      {"sipProfile/sipStack/timerInviteExpires", "90"},
      {"sipProfile/sipStack/timerSubscribeExpires", "240"},
      {"sipProfile/sipLines/line/retrievalPrefix", "*8"},
      {"sipProfile/sipStack/sipRetx", "5"},
      {"sipProfile/sipStack/sipInviteRetx", "4"},
      {"executiveOverridePreemptable", "Yes"},
      {"devicePool/executiveOverridePreemptable", "Yes"},
      {"vendorConfig/sipOAuthServer", "https://tokens.lab:8444/token"},
      {"sipProfile/dscpForPriorityAudio", "160"},
      {"dscpForPriorityAudio", "160"},
      {"sipProfile/dscpForImmediateAudio", "160"},
      {"dscpForImmediateAudio", "160"},
      {"sipProfile/dscpForFlashAudio", "160"},
      {"dscpForFlashAudio", "160"},
      {"sipProfile/dscpForFlashOverrideAudio", "160"},
      {"dscpForFlashOverrideAudio", "160"},
      {"sipProfile/dscpForExecutiveOverrideAudio", "160"},
      {"dscpForExecutiveOverrideAudio", "160"},
      {"devicePool/dateTimeSetting/dateTemplate", "D/M/YA"},
      {"devicePool/dateTimeSetting/ntps/ntp/name", "10.0.0.9"},
      {"devicePool/dateTimeSetting/ntps/ntp/nameV6", "2001:db8::9"},
      {"vendorConfig/eapMethod", "fast"},
      {"vendorConfig/eapCertificate", "mic"},
      {"vendorConfig/eapServer", "radius.lab"},
      {"vendorConfig/eapAuthority", "TUlJ"},
      {"wlanProfiles/wlanProfile/security", "wpa3"},
      {"wlanProfiles/wlanProfile/eapMethod", "fast"},
      {"wlanProfiles/wlanProfile/authority", "TUlJ"},
      {"wlanProfiles/wlanProfile/server", "radius.lab"},
      {"wlanProfiles/wlanProfile/certificate", "user"},
      {"wlanProfiles/wlanProfile/band", "5"},
      {"wlanProfiles/wlanProfile/fastRoaming", "ds"},
      {"vendorConfig/wifi", "0"},
      {"vendorConfig/voiceVlan", "0"}};
  return kSamples;
}

std::string sample(const Element& element) {
  if (const auto found = samples().find(element.path); found != samples().end()) return found->second;
  switch (element.type) {
    case ElementType::kSwitch:
      return "1";
    case ElementType::kInverted:
      return "0";
    case ElementType::kLockable:
      return "3";
    case ElementType::kNumber:
      return "3600";
    default:
      return "sample";
  }
}

// What an element needs around it to mean something: a call manager, a line that answers by itself, SRST, CAPF, TVS,
// SCEP.
const std::map<std::string, std::string>& surroundings() {
  static const std::map<std::string, std::string> kSurroundings = {
      {"devicePool/callManagerGroup/members/member/callManager/processNodeName", "10.0.0.1"},
      {"devicePool/srstInfo/sipIpAddr1", "10.0.0.2"},
      {"devicePool/srstInfo/sipIpAddr2", "10.0.0.3"},
      {"devicePool/srstInfo/sipIpAddr3", "10.0.0.4"},
      {"capfList/capf/processNodeName", "10.0.0.1"},
      {"TVS/members/member/address", "10.0.0.1"},
      {"sipProfile/sipLines/line/name", "1001"},
      {"sipProfile/sipLines/line/autoAnswer/autoAnswerEnabled", "1"},
      {"sipProfile/sipLines/line/busyTrigger", "7"},
      {"vendorConfig/auditLogServer", "log.lab"},
      {"vendorConfig/auditLogTransport", "tls"},
      {"vendorConfig/scepServer", "ra.lab"},
      {"vendorConfig/scepRootFingerprint", "00"},
      {"wlanProfiles/wlanProfile/ssid", "Lab"},
      {"wlanProfiles/wlanProfile/user", "ada"}};
  return kSurroundings;
}

void put(std::string& into, const std::map<std::string, std::string>& values) {
  // Nested by their paths.
  std::map<std::string, std::map<std::string, std::string>> groups;
  for (const auto& [path, text] : values) {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos) {
      absl::StrAppend(&into, "<", path, ">", text, "</", path, ">");
    } else {
      groups[path.substr(0, slash)][path.substr(slash + 1)] = text;
    }
  }
  for (const auto& [name, inner] : groups) {
    absl::StrAppend(&into, "<", name, ">");
    put(into, inner);
    absl::StrAppend(&into, "</", name, ">");
  }
}

absl::StatusOr<Configuration> with(const std::map<std::string, std::string>& values, Remarks* remarks = nullptr) {
  std::string xml = "<device>";
  put(xml, values);
  return parse_configuration(xml + "</device>", remarks);
}

std::set<std::string> changed_fields(const Configuration& before, const Configuration& after) {
  const auto message = [](const Configuration& configuration) {
    return to_message(Policy{.stage = Stage::kComplete, .configuration = configuration});
  };
  const v1::EffectivePolicy one = message(before), two = message(after);
  std::set<std::string> changed;
  const auto* const type = v1::EffectivePolicy::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    google::protobuf::util::MessageDifferencer differ;
    if (!differ.CompareWithFields(one, two, {type->field(i)}, {type->field(i)})) changed.insert(type->field(i)->name());
  }
  return changed;
}

std::string source_of(const std::string& service) {
  const std::filesystem::path root =
      std::filesystem::path(PHONE_SOURCE_DIR) / (service == "gateway" ? "gateway" : "services/" + service);
  std::string all;
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    const auto extension = file.path().extension();
    if (extension != ".cpp" && extension != ".hpp") continue;
    std::ifstream in(file.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

bool reads(const std::string& source, const std::string& field) {
  for (const char* form : {"(", "_size("}) {
    if (absl::StrContains(source, absl::StrCat(".", field, form))) return true;
  }
  if (absl::StrContains(source, absl::StrCat(".has_", field, "("))) return true;
  // common/tls reads these for every service.
  const bool of_tls = field == "fips" || field.starts_with("tls_");
  return of_tls && absl::StrContains(source, "tls::policy_of(");
}

TEST(F46_Elements, WhatTheTableCallsObeyedChangesThePolicyAndNothingElseDoes) {
  const auto before = with(surroundings());
  ASSERT_TRUE(before.ok()) << before.status();
  for (const Element& element : elements()) {
    if (element.type == ElementType::kGroup || element.path == "deviceProtocol") continue;
    SCOPED_TRACE(element.path);
    auto values = surroundings();
    values[std::string(element.path)] = sample(element);
    if (element.path == "sipProfile/sipLines/line/speedDialNumber") values["sipProfile/sipLines/line/featureID"] = "2";
    if (element.path == "sipProfile/sipLines/line/retrievalPrefix") {
      values["sipProfile/sipLines/line/featureID"] = "22";
      values["sipProfile/sipLines/line/speedDialNumber"] = "701";
    }
    if (element.path == "vendorConfig/remoteDiagnosticsPort") values["vendorConfig/remoteDiagnostics"] = "1";
    Remarks remarks;
    const auto after = with(values, &remarks);
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_TRUE(remarks.sentences.empty()) << absl::StrJoin(remarks.sentences, "; ");
    // Read into the policy, and obeyed by nobody yet: the table must not say that somebody does.
    static const std::set<std::string_view> kKept = {"loadInformation"};
    const bool kept = kKept.contains(element.path);
    const bool hashed = element.path == "commonProfile/phonePassword";
    EXPECT_EQ(*after != *before, (element.support == Support::kObeyed && !hashed) || kept)
        << "with " << sample(element);
    EXPECT_EQ(remarks.phone_password, hashed ? "sample" : "");
    if (element.field.empty()) continue;
    const std::set<std::string> named = absl::StrSplit(std::string(element.field), ' ');
    const std::set<std::string> changed = changed_fields(*before, *after);
    for (const std::string& field : named) {
      if (field == "settings_lock" || (element.path == "vendorConfig/eapAuthentication")) continue;
      EXPECT_TRUE(changed.contains(field)) << field << " is named, but changed is " << absl::StrJoin(changed, " ");
    }
  }
}

// Else each restart would find the configuration of the server to be another one than that in force.
TEST(F46_Elements, EachIsTheSameAfterARestart) {
  for (const Element& element : elements()) {
    // Those that only ask for another file; ProvisioningRun leaves them out of what comes into force.
    static const std::set<std::string_view> kPartial = {"fullConfig", "certHash", "encrConfig"};
    if (element.type == ElementType::kGroup || element.path == "deviceProtocol" || kPartial.contains(element.path))
      continue;
    SCOPED_TRACE(element.path);
    auto values = surroundings();
    values[std::string(element.path)] = sample(element);
    const auto configuration = with(values);
    ASSERT_TRUE(configuration.ok()) << configuration.status();
    State state;
    state.policy.stage = Stage::kComplete;
    state.policy.configuration = *configuration;
    EXPECT_TRUE(decode(encode(state)).value_or(State()).policy.configuration == *configuration);
  }
}

TEST(F46_Elements, EachServiceThatIsSaidToObeyReadsTheField) {
  std::map<std::string, std::string> sources;
  for (const Element& element : elements()) {
    if (element.support != Support::kObeyed) continue;
    SCOPED_TRACE(element.path);
    ASSERT_FALSE(element.by.empty());
    EXPECT_FALSE(element.otherwise.empty());
    EXPECT_FALSE(element.shown.empty());
    const std::vector<std::string> fields = absl::StrSplit(std::string(element.field), ' ', absl::SkipEmpty());
    const std::vector<std::string> services = absl::StrSplit(std::string(element.by), ' ');
    for (const std::string& service : services) {
      if (service == "policy") continue;
      auto [source, fresh] = sources.try_emplace(service);
      if (fresh) source->second = source_of(service);
      EXPECT_TRUE(std::ranges::any_of(fields, [&](const auto& field) { return reads(source->second, field); }))
          << service << " reads none of " << element.field;
    }
  }
}

TEST(F46_Elements, TheTestOfEachIsThere) {
  std::string tests;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(PHONE_SOURCE_DIR) / "tests")) {
    if (file.path().extension() != ".cpp") continue;
    std::ifstream in(file.path(), std::ios::binary);
    tests.append(std::istreambuf_iterator<char>(in), {});
  }
  std::set<std::string> paths;
  for (const Element& element : elements()) {
    EXPECT_TRUE(paths.insert(absl::AsciiStrToLower(std::string(element.path))).second)
        << element.path << " stands twice";
    if (element.support == Support::kNotSupported) {
      EXPECT_TRUE(element.by.empty() && element.field.empty()) << element.path;
      continue;
    }
    if (element.test.empty()) continue;
    const std::string suite(element.test);
    const bool there = absl::StrContains(tests, "TEST(" + suite + ",") ||
                       absl::StrContains(tests, "TEST_P(" + suite + ",") ||
                       absl::StrContains(tests, "TEST_F(" + suite + ",");
    EXPECT_TRUE(there) << element.path << " names the suite " << suite;
  }
}

TEST(F46_Elements, NamesAreFoundInAnyCaseAndAtEveryLevel) {
  for (const char* path :
       {"vendorConfig/garp", "VENDORCONFIG/Garp", "commonConfig/garp", "enterpriseConfig/vendorConfig/GARP"}) {
    const Element* const found = find_element(path);
    ASSERT_NE(found, nullptr) << path;
    EXPECT_EQ(found->path, "vendorConfig/garp");
  }
  EXPECT_EQ(find_element("garp"), nullptr);
  EXPECT_EQ(find_element("vendorConfig/vendorConfig/garp"), nullptr);
}

TEST(F46_Elements, TheListOfSettingsNamesThoseThatNobodyObeysAndThoseThatNobodyKnows) {
  const auto reply =
      to_settings({{.element = "vendorConfig/bluetooth", .text = "1", .level = Level::kCommon},
                   {.element = "sipProfile/sipLines/line/callWaiting", .text = "3"},
                   {.element = "vendorConfig/gapr", .text = {}, .level = Level::kDevice, .unknown = true}});
  const auto of = [&](const std::string& element) {
    for (const v1::Setting& one : reply.setting()) {
      if (one.element() == element) return one;
    }
    ADD_FAILURE() << element;
    return v1::Setting();
  };
  EXPECT_EQ(of("vendorConfig/bluetooth").support(), v1::SETTING_SUPPORT_NOT_SUPPORTED);
  EXPECT_EQ(of("vendorConfig/bluetooth").configured(), "1");
  EXPECT_EQ(of("vendorConfig/bluetooth").level(), v1::SETTING_LEVEL_COMMON);
  EXPECT_TRUE(of("sipProfile/sipLines/line/callWaiting").locked());
  EXPECT_EQ(of("vendorConfig/gapr").support(), v1::SETTING_SUPPORT_UNKNOWN);
  EXPECT_EQ(of("vendorConfig/gapr").meant(), "vendorConfig/garp");
  EXPECT_EQ(of("vendorConfig/pcPort").obeyed_by(0), "network_access");
  EXPECT_EQ(of("vendorConfig/pcPort").level(), v1::SETTING_LEVEL_UNSPECIFIED);
  EXPECT_EQ(of("vendorConfig/tls12Only").support(), v1::SETTING_SUPPORT_NO_EFFECT);
  EXPECT_TRUE(of("vendorConfig/tlsMinimumVersion").ours());
}

TEST(F24_Elements, WebAccessOpensThePagesAndTheProtocolIsHttpsWhateverIsConfigured) {
  const Element* const access = find_element("vendorConfig/webAccess");
  ASSERT_NE(access, nullptr);
  EXPECT_EQ(access->support, Support::kObeyed);
  const Element* const protocol = find_element("vendorConfig/webProtocol");
  ASSERT_NE(protocol, nullptr);
  EXPECT_EQ(protocol->support, Support::kNoEffect);
  EXPECT_EQ(protocol->otherwise, "HTTPS only");
}

TEST(F73_Elements, TheSwitchForWebAccessOfOldTlsVersionsChangesNothing) {
  const auto before = with(surroundings());
  auto values = surroundings();
  for (const char* value : {"0", "1"}) {
    values["vendorConfig/tls12Only"] = value;
    const auto after = with(values);
    ASSERT_TRUE(before.ok() && after.ok());
    EXPECT_TRUE(*before == *after);
  }
  EXPECT_EQ(find_element("vendorConfig/tls12Only")->support, Support::kNoEffect);
}

TEST(F45_Elements, EapAuthenticationHasThreeValues) {
  for (const auto& [text, on, off] :
       {std::tuple("0", false, false), std::tuple("1", false, true), std::tuple("2", true, false)}) {
    const auto read = with({{"vendorConfig/eapAuthentication", text}});
    ASSERT_TRUE(read.ok());
    const auto message = to_message(Policy{.configuration = *read});
    EXPECT_EQ(message.eap_authentication_enabled(), on) << text;
    EXPECT_EQ(message.eap_authentication_disabled(), off) << text;
  }
}

}  // namespace
}  // namespace phone::policy
