// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/phone_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/mesh/call/settings.hpp"

namespace phone::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PhoneStatusModel complete_status() {
  PhoneStatusModel phone_status;
  phone_status.update(phone::network::v1::NetworkFacts{});
  phone_status.update(phone::policy::v1::ProvisioningStatus{});
  phone_status.update(PolicyFacts{.version = 3});
  phone_status.update(phone::trust::v1::TrustLists{});
  phone_status.update(phone::signaling::v1::SignalingState{});
  phone_status.update(phone::media::v1::StreamFacts{});
  phone_status.update(phone::certificates::v1::CertificateState{});
  return phone_status;
}

TEST(GatewayPicture, NoServiceHasAnsweredYet) {
  PhoneStatusModel phone_status;
  EXPECT_THAT(phone_status.status().unreachable(),
              ElementsAre("trust_store", "certificate_manager", "policy", "network_access", "signaling", "media"));
}

TEST(GatewayPicture, EverybodyAnswers) { EXPECT_THAT(complete_status().status().unreachable(), IsEmpty()); }

TEST(GatewayPicture, SilentServiceIsNamedAndItsOldFactsAreNotShown) {
  PhoneStatusModel phone_status = complete_status();
  phone::signaling::v1::SignalingState state;
  state.set_registered(true);
  phone_status.update(state);
  EXPECT_TRUE(phone_status.status().signaling().registered());

  phone_status.silent(Source::kSignaling);
  EXPECT_THAT(phone_status.status().unreachable(), ElementsAre("signaling"));
  EXPECT_FALSE(phone_status.status().has_signaling());
  EXPECT_TRUE(phone_status.status().has_media());

  phone_status.answered(Source::kSignaling);
  EXPECT_THAT(phone_status.status().unreachable(), IsEmpty());
  EXPECT_TRUE(phone_status.status().signaling().registered());
}

// "network_access vendorConfig/garp 3": service, element, state.
std::vector<std::string> settings_of(PhoneStatusModel& model) {
  std::vector<std::string> all;
  for (const auto& one : model.status().security().setting()) {
    all.push_back(one.service() + " " + one.element() + " " + std::to_string(one.state()) +
                  (one.note().empty() ? "" : ": " + one.note()));
  }
  return all;
}

TEST(F46_SettingsInForce, AreThoseOfTheEnforcersAndUnknownWhileOneIsSilent) {
  PhoneStatusModel model = complete_status();
  phone::network::v1::NetworkFacts network;
  phone::mesh::add_switch(network.mutable_setting(), "vendorConfig/garp", true);
  phone::mesh::add_switch(network.mutable_setting(), "vendorConfig/pcPort", std::nullopt);
  model.update(network);
  phone::media::v1::StreamFacts media;
  phone::mesh::add_switch(media.mutable_setting(), "vendorConfig/disableSpeaker", false);
  phone::mesh::add_value(media.mutable_setting(), "sipProfile/startMediaPort", "17000");
  model.update(media);
  EXPECT_THAT(settings_of(model),
              ElementsAre("network_access vendorConfig/garp 3", "network_access vendorConfig/pcPort 1",
                          "media vendorConfig/disableSpeaker 2", "media sipProfile/startMediaPort 0"));
  model.silent(Source::kMedia);
  EXPECT_THAT(settings_of(model),
              ElementsAre("network_access vendorConfig/garp 3", "network_access vendorConfig/pcPort 1",
                          "media vendorConfig/disableSpeaker 1: the service does not answer",
                          "media sipProfile/startMediaPort 1: the service does not answer"));
}

TEST(F24_SettingsInForce, WebAccessIsWhatThePortSaysAndAbsentWhileNobodyKnows) {
  PhoneStatusModel model = complete_status();
  EXPECT_FALSE(model.status().security().has_web_access());
  for (const std::optional<bool> listens : {std::optional(true), std::optional(false), std::optional<bool>()}) {
    phone::policy::v1::ProvisioningStatus provisioning;
    phone::mesh::add_switch(provisioning.mutable_setting(), "vendorConfig/webAccess", listens, "why");
    model.update(provisioning);
    EXPECT_EQ(model.status().security().has_web_access(), listens.has_value());
    EXPECT_EQ(model.status().security().web_access(), listens.value_or(false));
    EXPECT_THAT(settings_of(model), testing::Contains(testing::StartsWith("policy vendorConfig/webAccess ")));
  }
  model.silent(Source::kPolicy);
  EXPECT_FALSE(model.status().security().has_web_access());
}

TEST(F46_SettingsInForce, TheDiagnosticsPortIsOnWhenItListens) {
  PhoneStatusModel model = complete_status();
  model.update(DoorState{.open = true, .port = 8443, .why_not = {}});
  EXPECT_THAT(settings_of(model), testing::Contains("gateway vendorConfig/remoteDiagnostics 3"));
  EXPECT_EQ(model.status().security().setting(1).value(), "8443");
  model.update(DoorState{.open = false, .port = 8443, .why_not = "no certificate"});
  EXPECT_THAT(settings_of(model), testing::Contains("gateway vendorConfig/remoteDiagnostics 2: no certificate"));
}

TEST(F3_F46_SettingsInForce, FipsIsOnOnlyWhenEveryEnforcerSaysSo) {
  PhoneStatusModel model = complete_status();
  model.update(PolicyFacts{.version = 4, .fips = true});
  EXPECT_TRUE(model.status().security().fips());
  phone::trust::v1::TrustLists lists;
  phone::mesh::add_switch(lists.mutable_setting(), "vendorConfig/fipsMode", false);
  model.update(lists);
  EXPECT_FALSE(model.status().security().fips());
}

TEST(GatewayPicture, VersionGrowsOnlyWithAChange) {
  PhoneStatusModel phone_status = complete_status();
  const auto first = phone_status.status().version();
  EXPECT_EQ(phone_status.status().version(), first);
  phone_status.update(phone::signaling::v1::SignalingState{});
  EXPECT_EQ(phone_status.status().version(), first);

  phone::network::v1::NetworkFacts facts;
  facts.set_link_up(true);
  phone_status.update(facts);
  EXPECT_EQ(phone_status.status().version(), first + 1);
}

TEST(GatewayPicture, PolicyOutlivesItsProcess) {
  PhoneStatusModel phone_status = complete_status();
  phone_status.update(PolicyFacts{.fips = true, .diagnostics_door = true});
  phone_status.silent(Source::kPolicy);
  EXPECT_TRUE(phone_status.status().security().fips());
  EXPECT_TRUE(phone_status.policy()->diagnostics_door);
  EXPECT_FALSE(phone_status.status().has_provisioning());
}

TEST(F33_SecuritySetupMenu, LinePasswordsNeverEnterThePicture) {
  phone::policy::v1::EffectivePolicy policy;
  policy.add_line()->set_auth_password("correct horse");
  policy.set_fips(true);
  PhoneStatusModel phone_status = complete_status();
  phone_status.update(facts_of(policy));
  EXPECT_EQ(phone_status.status().SerializeAsString().find("correct horse"), std::string::npos);
}

TEST(GatewayPicture, CertificatesAreShownWithoutTheirBytes) {
  phone::certificates::v1::CertificateState state;
  auto* certificate = state.add_certificate();
  certificate->set_subject("CN=SEP0A1B2C3D4E5F");
  certificate->set_der("0\x82");
  PhoneStatusModel phone_status;
  phone_status.update(state);
  EXPECT_EQ(phone_status.status().certificates().certificate(0).subject(), "CN=SEP0A1B2C3D4E5F");
  EXPECT_TRUE(phone_status.status().certificates().certificate(0).der().empty());
}

TEST(GatewayPicture, AnswerWithAnErrorIsAnAnswer) {
  EXPECT_TRUE(did_not_answer(absl::UnavailableError("")));
  EXPECT_TRUE(did_not_answer(absl::DeadlineExceededError("")));
  EXPECT_TRUE(did_not_answer(absl::CancelledError("")));
  EXPECT_FALSE(did_not_answer(absl::UnimplementedError("")));
  EXPECT_FALSE(did_not_answer(absl::PermissionDeniedError("")));
}

// A flood pushes out incidents of the same source only: the one that names it stays.
TEST(GatewayPicture, FloodOfOneServicesIncidentsLeavesThoseOfOthers) {
  PhoneStatusModel phone_status;
  const auto tell = [&](const char* service, int number) {
    phone::mesh::v1::Event incident;
    incident.set_service(service);
    incident.set_kind("process.restarted");
    incident.set_text(std::to_string(number));
    phone_status.update(incident);
  };
  tell("trust_store", 1);
  for (int i = 0; i < 500; ++i) tell("media", i);
  tell("signaling", 2);
  for (int i = 500; i < 1000; ++i) tell("media", i);
  const auto& told = phone_status.status().incident();
  ASSERT_EQ(told.size(), static_cast<int>(PhoneStatusModel::kMostIncidents));
  EXPECT_EQ(told.Get(0).service(), "trust_store");
  EXPECT_EQ(std::count_if(told.begin(), told.end(), [](const auto& one) { return one.service() == "signaling"; }), 1);
  EXPECT_EQ(told.Get(told.size() - 1).text(), "999");
}

TEST(GatewayPicture, KeepsTheNewestIncidentsAndNothingElse) {
  phone::mesh::v1::Event event;
  for (const char* kind : {"process.restarted", "incident.refused", "file.refused"}) {
    event.set_kind(kind);
    EXPECT_TRUE(is_incident(event)) << kind;
  }
  event.set_kind("file.accepted");
  EXPECT_FALSE(is_incident(event));
  PhoneStatusModel phone_status;
  for (int i = 1; i <= 30; ++i) {
    event.set_sequence(static_cast<std::uint64_t>(i));
    phone_status.update(event);
  }
  ASSERT_EQ(phone_status.status().incident_size(), static_cast<int>(PhoneStatusModel::kMostIncidents));
  EXPECT_EQ(phone_status.status().incident(0).sequence(), 7u);
}

}  // namespace
}  // namespace phone::gateway
