#include "gateway/phone_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Picture complete_picture() {
  Picture picture;
  picture.learn(phone::network::v1::NetworkFacts{});
  picture.learn(phone::policy::v1::ProvisioningStatus{});
  picture.learn(PolicyFacts{.version = 3});
  picture.learn(phone::trust::v1::TrustLists{});
  picture.learn(phone::signaling::v1::SignalingState{});
  picture.learn(phone::media::v1::StreamFacts{});
  picture.learn(phone::certificates::v1::CertificateState{});
  return picture;
}

TEST(GatewayPicture, NobodyHasAnsweredYet) {
  Picture picture;
  EXPECT_THAT(picture.status().unreachable(),
              ElementsAre("trust_store", "certificate_manager", "policy", "network_access", "signaling", "media"));
}

TEST(GatewayPicture, EverybodyAnswers) { EXPECT_THAT(complete_picture().status().unreachable(), IsEmpty()); }

TEST(GatewayPicture, SilentServiceIsNamedAndItsOldFactsAreNotShown) {
  Picture picture = complete_picture();
  phone::signaling::v1::SignalingState state;
  state.set_registered(true);
  picture.learn(state);
  EXPECT_TRUE(picture.status().signaling().registered());

  picture.silent(Source::kSignaling);
  EXPECT_THAT(picture.status().unreachable(), ElementsAre("signaling"));
  EXPECT_FALSE(picture.status().has_signaling());
  EXPECT_TRUE(picture.status().has_media());

  picture.answered(Source::kSignaling);
  EXPECT_THAT(picture.status().unreachable(), IsEmpty());
  EXPECT_TRUE(picture.status().signaling().registered());
}

TEST(GatewayPicture, VersionGrowsWithChangeAlone) {
  Picture picture = complete_picture();
  const auto first = picture.status().version();
  EXPECT_EQ(picture.status().version(), first);
  picture.learn(phone::signaling::v1::SignalingState{});
  EXPECT_EQ(picture.status().version(), first);

  phone::network::v1::NetworkFacts facts;
  facts.set_link_up(true);
  picture.learn(facts);
  EXPECT_EQ(picture.status().version(), first + 1);
}

TEST(GatewayPicture, PolicyOutlivesItsProcess) {
  Picture picture = complete_picture();
  picture.learn(PolicyFacts{.fips = true, .diagnostics_door = true});
  picture.silent(Source::kPolicy);
  EXPECT_TRUE(picture.status().security().fips());
  EXPECT_TRUE(picture.policy()->diagnostics_door);
  EXPECT_FALSE(picture.status().has_provisioning());
}

TEST(F33_SecuritySetupMenu, LinePasswordsNeverEnterThePicture) {
  phone::policy::v1::EffectivePolicy policy;
  policy.add_line()->set_auth_password("correct horse");
  policy.set_fips(true);
  Picture picture = complete_picture();
  picture.learn(facts_of(policy));
  EXPECT_EQ(picture.status().SerializeAsString().find("correct horse"), std::string::npos);
}

TEST(GatewayPicture, CertificatesAreShownWithoutTheirBytes) {
  phone::certificates::v1::CertificateState state;
  auto* certificate = state.add_certificate();
  certificate->set_subject("CN=SEP0A1B2C3D4E5F");
  certificate->set_der("0\x82");
  Picture picture;
  picture.learn(state);
  EXPECT_EQ(picture.status().certificates().certificate(0).subject(), "CN=SEP0A1B2C3D4E5F");
  EXPECT_TRUE(picture.status().certificates().certificate(0).der().empty());
}

TEST(GatewayPicture, AnswerWithAnErrorIsAnAnswer) {
  EXPECT_TRUE(did_not_answer(absl::UnavailableError("")));
  EXPECT_TRUE(did_not_answer(absl::DeadlineExceededError("")));
  EXPECT_TRUE(did_not_answer(absl::CancelledError("")));
  EXPECT_FALSE(did_not_answer(absl::UnimplementedError("")));
  EXPECT_FALSE(did_not_answer(absl::PermissionDeniedError("")));
}

// Whoever floods pushes out its own incidents: the one that names it stays.
TEST(GatewayPicture, FloodOfOneServicesIncidentsLeavesThoseOfOthers) {
  Picture picture;
  const auto tell = [&](const char* service, int number) {
    phone::mesh::v1::Event incident;
    incident.set_service(service);
    incident.set_kind("process.restarted");
    incident.set_text(std::to_string(number));
    picture.learn(incident);
  };
  tell("trust_store", 1);
  for (int i = 0; i < 500; ++i) tell("media", i);
  tell("signaling", 2);
  for (int i = 500; i < 1000; ++i) tell("media", i);
  const auto& told = picture.status().incident();
  ASSERT_EQ(told.size(), static_cast<int>(Picture::kMostIncidents));
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
  Picture picture;
  for (int i = 1; i <= 30; ++i) {
    event.set_sequence(static_cast<std::uint64_t>(i));
    picture.learn(event);
  }
  ASSERT_EQ(picture.status().incident_size(), static_cast<int>(Picture::kMostIncidents));
  EXPECT_EQ(picture.status().incident(0).sequence(), 7u);
}

}  // namespace
}  // namespace phone::gateway
