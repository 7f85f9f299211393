// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The gateway between services that answer, fall silent, die and come back.
#include <gmock/gmock.h>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "common/mesh/call/reason.hpp"
#include "tests/unit/gateway/fake_phone.hpp"

namespace phone::gateway {
namespace {

using phone::gateway::v1::GetStatusRequest;
using phone::gateway::v1::PhoneStatus;
using phone::mesh::Reply;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Stub = phone::gateway::v1::Gateway::Stub;

class GatewayAmongServices : public testing::Test {
 protected:
  GatewayAmongServices() {
    namespace trust = phone::trust::v1;
    namespace certificates = phone::certificates::v1;
    namespace policy = phone::policy::v1;
    namespace media = phone::media::v1;
    answer_with<trust::GetTrustListsRequest>(trust_, "phone.trust.v1.TrustStore/GetTrustLists", trust::TrustLists());
    trust_.router.events("phone.trust.v1.TrustStore/WatchEvents", trust_.events);
    answer_with<certificates::ListCertificatesRequest>(
        certificates_, "phone.certificates.v1.CertificateManager/ListCertificates", certificates::CertificateState());
    policy::ProvisioningStatus provisioning;
    provisioning.set_stage(policy::STAGE_COMPLETE);
    answer_with<policy::GetStatusRequest>(policy_, "phone.policy.v1.Policy/GetStatus", provisioning);
    policy_.router.events("phone.policy.v1.Policy/WatchEvents", policy_.events);
    policy_.router.state<policy::WatchPolicyRequest>("phone.policy.v1.Policy/WatchPolicy", effective_);
    network_.router.state<phone::network::v1::WatchNetworkRequest>("phone.network.v1.NetworkAccess/WatchNetwork",
                                                                   facts_);
    answer_with<media::WatchStreamsRequest>(media_, "phone.media.v1.Media/GetStreams", media::StreamFacts());
    signaling_.router.unary<phone::signaling::v1::WatchStateRequest, phone::signaling::v1::SignalingState>(
        "phone.signaling.v1.Signaling/GetState", [this](const auto&, const auto& reply) {
          if (hung_) return held_.push_back(reply);
          reply.ok(state_.get());
        });
    signaling_.router.state<phone::signaling::v1::WatchStateRequest>("phone.signaling.v1.Signaling/WatchState", state_);
    signaling_.router.unary<phone::signaling::v1::DialRequest, phone::signaling::v1::CallReply>(
        "phone.signaling.v1.Signaling/Dial", [this](const auto& request, const auto& reply) {
          ++dialled_;
          if (request.number() == "dies") return;  // dropped, as a process does that dies with the call in its hands
          if (request.number() == "bad")
            return reply.fail(
                phone::mesh::with_reason(absl::InvalidArgumentError("bad is not a number"), "NOT_A_NUMBER"));
          phone::signaling::v1::CallReply answer;
          answer.mutable_call()->set_remote_number(request.number());
          reply.ok(answer);
        });
    certificates_.router.unary<certificates::EnrolRequest, certificates::EnrolReply>(
        "phone.certificates.v1.CertificateManager/Enrol", [](const auto& request, const auto& reply) {
          if (request.server_size() != 1) return reply.fail(absl::InvalidArgumentError("one server is needed"));
          certificates::EnrolReply answer;
          answer.set_order(request.server(0).port());
          reply.ok(answer);
        });
    for (FakeService* service : all_) service->open();
  }

  absl::StatusOr<PhoneStatus> status() {
    return acceptor_.call(&Stub::GetStatus, GetStatusRequest(), absl::Seconds(5));
  }
  std::vector<std::string> unreachable() {
    const auto now = status();
    if (!now.ok()) return {now.status().ToString()};
    return {now->unreachable().begin(), now->unreachable().end()};
  }

  // How a thousand calls of one method at once were answered.
  struct Flood {
    std::mutex mutex;
    int answered = 0, refused = 0;
    std::set<std::string> reasons;
    bool over() {
      const std::lock_guard lock(mutex);
      return answered + refused == 1000;
    }
  };
  template <class Req, class Rep>
  std::shared_ptr<Flood> flood(std::unique_ptr<grpc::ClientAsyncResponseReader<Rep>> (Stub::*method)(
      grpc::ClientContext*, const Req&, grpc::CompletionQueue*)) {
    auto flood = std::make_shared<Flood>();
    for (int i = 0; i < 1000; ++i) {
      acceptor_.start_once(method, Req(), absl::Seconds(10), [flood](const absl::StatusOr<Rep>& reply) {
        const std::lock_guard lock(flood->mutex);
        ++(reply.ok() ? flood->answered : flood->refused);
        if (!reply.ok()) flood->reasons.insert(sentence(reply.status()).ToString());
      });
    }
    return flood;
  }
  absl::Status dialled() {
    phone::signaling::v1::DialRequest dial;
    dial.set_number("2001");
    return acceptor_.once(&Stub::Dial, dial, absl::Seconds(5)).status();
  }

  TemporaryDirectory directory_;
  phone::mesh::Paths paths_{.socket_dir = directory_.path()};
  phone::mesh::Latest<phone::policy::v1::EffectivePolicy> effective_{phone::policy::v1::EffectivePolicy()};
  phone::mesh::Latest<phone::network::v1::NetworkFacts> facts_{phone::network::v1::NetworkFacts()};
  phone::mesh::Latest<phone::signaling::v1::SignalingState> state_{phone::signaling::v1::SignalingState()};
  std::atomic<bool> hung_ = false;
  std::atomic<int> dialled_ = 0;
  std::vector<Reply<phone::signaling::v1::SignalingState>> held_;
  FakeService trust_{paths_, "trust_store"}, certificates_{paths_, "certificate_manager"}, policy_{paths_, "policy"},
      network_{paths_, "network_access"}, signaling_{paths_, "signaling"}, media_{paths_, "media"};
  const std::vector<FakeService*> all_{&trust_, &certificates_, &policy_, &network_, &signaling_, &media_};
  RunningGateway gateway_{paths_, phone::mesh::v1::ROLE_UI};
  phone::mesh::Peer<phone::gateway::v1::Gateway> acceptor_{socket_of(paths_, "gateway")};
};

TEST_F(GatewayAmongServices, EveryServiceHasItsPartInTheStatus) {
  phone::network::v1::NetworkFacts facts;
  facts.set_link_up(true);
  facts_.set(facts);
  ASSERT_TRUE(eventually([&] { return status()->network().link_up(); }));
  const auto now = status();
  EXPECT_THAT(now->unreachable(), IsEmpty());
  EXPECT_EQ(now->provisioning().stage(), phone::policy::v1::STAGE_COMPLETE);
  EXPECT_TRUE(now->has_signaling());
  EXPECT_EQ(now->security().itl_signature(), "Not installed");
}

TEST_F(GatewayAmongServices, DeadServiceIsUnreachableAndTheRestAnswersWithinItsSecond) {
  media_.close();
  const absl::Time asked = absl::Now();
  EXPECT_THAT(unreachable(), ElementsAre("media"));
  EXPECT_LT(absl::Now() - asked, absl::Milliseconds(1500));
  media_.open();
  EXPECT_TRUE(eventually([&] { return unreachable().empty(); }));
}

// Each status takes its second, because media is down; nothing else may have to wait for that.
TEST_F(GatewayAmongServices, AThousandStatusQuestionsAtOnceHinderNoCall) {
  media_.close();
  const auto questions = flood<GetStatusRequest, PhoneStatus>(&Stub::PrepareAsyncGetStatus);
  EXPECT_EQ(dialled(), absl::OkStatus());
  ASSERT_TRUE(eventually([&] { return questions->over(); }));
  EXPECT_GE(questions->answered, 8);
  EXPECT_THAT(questions->reasons,
              ElementsAre("RESOURCE_EXHAUSTED: too many calls of GetStatus in progress: at most 8 at a time"));
  EXPECT_THAT(unreachable(), ElementsAre("media")) << "and it is answered again";
}

TEST_F(GatewayAmongServices, AThousandMetricsQuestionsAtOnceHinderNoCall) {
  media_.close();
  const auto questions =
      flood<phone::gateway::v1::GetMetricsTextRequest, phone::gateway::v1::MetricsText>(&Stub::PrepareAsyncGetMetrics);
  EXPECT_EQ(dialled(), absl::OkStatus());
  ASSERT_TRUE(eventually([&] { return questions->over(); }));
  EXPECT_GE(questions->answered, 4);
  EXPECT_THAT(questions->reasons,
              ElementsAre("RESOURCE_EXHAUSTED: too many calls of GetMetrics in progress: at most 4 at a time"));
}

TEST_F(GatewayAmongServices, HungServiceIsUnreachableThoughItsStreamIsOpen) {
  hung_ = true;
  EXPECT_THAT(unreachable(), ElementsAre("signaling"));
  EXPECT_FALSE(status()->has_signaling());
  hung_ = false;
  EXPECT_TRUE(eventually([&] { return unreachable().empty(); }));
}

TEST_F(GatewayAmongServices, CallsArePassedOnWithTheServicesOwnAnswer) {
  phone::signaling::v1::DialRequest dial;
  dial.set_number("2001");
  const auto call = acceptor_.call(&Stub::Dial, dial, absl::Seconds(2));
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->call().remote_number(), "2001");
  dial.set_number("bad");
  const auto refused = acceptor_.call(&Stub::Dial, dial, absl::Seconds(2)).status();
  EXPECT_EQ(refused, phone::mesh::with_reason(absl::InvalidArgumentError("bad is not a number"), "NOT_A_NUMBER",
                                              {{"service", "signaling"}}))
      << "the service's own reason, and whose it is";
}

TEST_F(GatewayAmongServices, NoCallIsPlacedTwiceWhenSignalingDiesWithIt) {
  phone::signaling::v1::DialRequest dial;
  dial.set_number("dies");
  const absl::Time asked = absl::Now();
  const auto refused = acceptor_.once(&Stub::Dial, dial, absl::Seconds(5)).status();
  EXPECT_EQ(sentence(refused), absl::UnavailableError("signaling does not respond"));
  EXPECT_LT(absl::Now() - asked, absl::Seconds(4)) << "it was waited for a second chance";
  EXPECT_EQ(dialled_, 1);
}

TEST_F(GatewayAmongServices, CallToASignalingThatIsBeingStartedAgainIsPlacedOnceItIsThere) {
  signaling_.close();
  std::thread starting([this] {
    absl::SleepFor(absl::Milliseconds(300));  // the time a process takes to start
    signaling_.open();
  });
  phone::signaling::v1::DialRequest dial;
  dial.set_number("2001");
  const auto call = acceptor_.once(&Stub::Dial, dial, absl::Seconds(5));
  starting.join();
  EXPECT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(dialled_, 1);
}

TEST_F(GatewayAmongServices, EnrolmentGoesToTheServersOfThePolicy) {
  phone::policy::v1::EffectivePolicy policy;
  auto* server = policy.add_capf();
  server->set_address("192.0.2.1");
  server->set_port(3804);
  effective_.set(policy);
  const auto ordered = [&] {
    return acceptor_.call(&Stub::Enrol, phone::certificates::v1::EnrolRequest(), absl::Seconds(2));
  };
  ASSERT_TRUE(eventually([&] { return ordered().ok(); })) << ordered().status();
  EXPECT_EQ(ordered()->order(), 3804U);
}

TEST_F(GatewayAmongServices, CallForADeadServiceSaysWhoIsMissing) {
  signaling_.close();
  const auto refused =
      acceptor_.once(&Stub::Dial, phone::signaling::v1::DialRequest(), absl::Milliseconds(400)).status();
  EXPECT_EQ(sentence(refused), absl::UnavailableError("signaling does not respond"));
}

TEST_F(GatewayAmongServices, WatchersSeeAChangeWithoutAsking) {
  phone::mesh::Latest<PhoneStatus> seen;
  phone::mesh::Watcher<phone::gateway::v1::Gateway, GetStatusRequest, PhoneStatus> watcher(
      acceptor_, &Stub::WatchStatus, GetStatusRequest(), [&](const PhoneStatus& now) { seen.set(now); });
  ASSERT_TRUE(eventually([&] { return seen.get().version() > 0 && seen.get().unreachable().empty(); }));
  phone::signaling::v1::SignalingState state;
  state.set_registered(true);
  state_.set(state);
  EXPECT_TRUE(eventually([&] { return seen.get().signaling().registered(); }));
  media_.close();
  EXPECT_TRUE(eventually([&] { return seen.get().unreachable_size() == 1; }));
}

TEST_F(GatewayAmongServices, EventsOfAllServicesAreOneStreamAndComeOnce) {
  trust_.events.add("first", phone::mesh::Severity::kInfo, "one");
  policy_.events.add("second", phone::mesh::Severity::kInfo, "two");
  std::mutex mutex;
  std::vector<phone::mesh::v1::Event> seen;
  phone::mesh::v1::WatchEventsRequest all;
  all.set_after_sequence(~std::uint64_t{0});
  phone::mesh::Watcher<phone::gateway::v1::Gateway, phone::mesh::v1::WatchEventsRequest, phone::mesh::v1::Event>
      watcher(acceptor_, &Stub::WatchEvents, all, [&](const phone::mesh::v1::Event& event) {
        const std::lock_guard lock(mutex);
        seen.push_back(event);
      });
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return seen.size();
  };
  ASSERT_TRUE(eventually([&] { return count() == 2; }));
  trust_.close();  // the same event log, sent again to clients that reconnect
  trust_.open();
  trust_.events.add("third", phone::mesh::Severity::kWarning, "three");
  ASSERT_TRUE(eventually([&] { return count() >= 3; }));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(seen.size(), 3U);
  std::set<std::string> services{seen[0].service(), seen[1].service()};
  EXPECT_THAT(services, UnorderedElementsAre("trust_store", "policy"));
  EXPECT_EQ(seen[2].text(), "three");
  EXPECT_EQ(seen[2].service(), "trust_store");
  EXPECT_EQ(seen[2].sequence(), 3U);
}

}  // namespace
}  // namespace phone::gateway
