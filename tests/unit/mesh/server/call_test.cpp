// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Unary calls through a real socket: what the caller sees of every way a call can go.
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "common/mesh/guard/role_quarantine.hpp"
#include "phone/trust/v1/trust_store.grpc.pb.h"
#include "tests/unit/mesh/house.hpp"

namespace phone::mesh {
namespace {

absl::StatusOr<CallReply> call(const House& house, const std::string& number, absl::Duration timeout = kSoon) {
  return house.peer().once(&Signaling::Stub::Dial, dial(number), timeout);
}

TEST(Mesh_Call, AnswerArrives) {
  House house;
  house.router.unary<DialRequest, CallReply>(kDial, [](const DialRequest& request, const Reply<CallReply>& reply) {
    EXPECT_EQ(reply.info().caller, v1::ROLE_GATEWAY);
    EXPECT_EQ(reply.info().method, kDial);
    EXPECT_LT(reply.info().deadline, absl::Now() + kSoon);
    EXPECT_GT(reply.info().deadline, absl::Now());
    reply.ok(answer(request.number()));
  });
  house.open();
  const auto reply = call(house, "4711");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->call().call(), "4711");
}

TEST(Mesh_Call, AnswerFromAnotherThreadArrives) {
  House house;
  std::vector<std::thread> threads;
  house.router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest& request, Reply<CallReply> reply) {
    threads.emplace_back([reply, number = request.number()] { reply.ok(answer(number)); });
  });
  house.open();
  EXPECT_EQ(call(house, "1")->call().call(), "1");
  EXPECT_EQ(call(house, std::string(60'000, '2'))->call().call().size(), 60'000u);
  house.close();
  for (auto& thread : threads) thread.join();
}

TEST(Mesh_Call, FailureArrivesWithCodeAndText) {
  House house;
  house.router.unary<DialRequest, CallReply>(kDial, [](const DialRequest&, const Reply<CallReply>& reply) {
    reply.fail(absl::FailedPreconditionError("not registered"));
  });
  house.open();
  EXPECT_EQ(call(house, "1").status(), absl::FailedPreconditionError("not registered"));
}

TEST(Mesh_Call, FailureWithoutReasonIsInternal) {
  House house;
  house.router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest&, const Reply<CallReply>& reply) { reply.fail(absl::OkStatus()); });
  house.open();
  EXPECT_EQ(call(house, "1").status().code(), absl::StatusCode::kInternal);
}

TEST(Mesh_Call, DroppedReplyIsUnavailable) {
  House house;
  house.router.unary<DialRequest, CallReply>(kDial, [](const DialRequest&, const Reply<CallReply>&) {});
  house.open();
  EXPECT_EQ(call(house, "1").status().code(), absl::StatusCode::kUnavailable);
}

TEST(Mesh_Call, FirstAnswerCounts) {
  House house;
  house.router.unary<DialRequest, CallReply>(kDial, [](const DialRequest&, const Reply<CallReply>& reply) {
    reply.ok(answer("first"));
    reply.ok(answer("second"));
    reply.fail(absl::InternalError("third"));
  });
  house.open();
  EXPECT_EQ(call(house, "1")->call().call(), "first");
}

TEST(Mesh_Call, DeadlinePassesAndTheLateAnswerIsDropped) {
  House house;
  std::mutex mutex;
  std::vector<Reply<CallReply>> late;
  house.router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest&, const Reply<CallReply>& reply) {
    const std::lock_guard lock(mutex);
    late.push_back(reply);
  });
  house.open();
  EXPECT_EQ(call(house, "1", absl::Milliseconds(50)).status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(house.router.load()->unary(), 1) << "what waits in a handler still counts";
  {
    const std::lock_guard lock(mutex);
    ASSERT_EQ(late.size(), 1u);
    late.front().ok(answer("too late"));
    late.clear();
  }
  EXPECT_EQ(house.router.load()->unary(), 0);
}

TEST(Mesh_Call, AnswerAfterTheServerHasGoneIsDropped) {
  auto house = std::make_unique<House>();
  std::vector<Reply<CallReply>> late;
  std::atomic<bool> arrived = false;
  house->router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest&, const Reply<CallReply>& reply) {
    late.push_back(reply);
    arrived = true;
  });
  house->open();
  auto caller = std::async(std::launch::async,
                           [&, peer = house->peer()] { return peer.once(&Signaling::Stub::Dial, dial("1"), kSoon); });
  ASSERT_TRUE(eventually([&] { return arrived.load(); }));
  house->close(absl::Milliseconds(20));
  EXPECT_FALSE(caller.get().ok());
  house.reset();
  late.front().ok(answer("much too late"));
}

TEST(Mesh_Call, CancelledCallIsForgotten) {
  House house;
  std::vector<Reply<CallReply>> held;
  std::atomic<bool> arrived = false;
  house.router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest&, const Reply<CallReply>& reply) {
    held.push_back(reply);
    arrived = true;
  });
  house.open();
  const auto stub = Signaling::NewStub(open_channel(house.socket()));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kSoon));
  context.set_wait_for_ready(true);
  auto caller = std::async(std::launch::async, [&] {
    CallReply reply;
    return stub->Dial(&context, dial("1"), &reply);
  });
  ASSERT_TRUE(eventually([&] { return arrived.load(); }));
  context.TryCancel();
  EXPECT_EQ(caller.get().error_code(), grpc::StatusCode::CANCELLED);
  held.front().ok(answer("nobody listens"));
}

TEST(Mesh_Call, NoDeadlineIsRefused) {
  House house;
  house.router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest&, const Reply<CallReply>& reply) { reply.ok(answer("1")); });
  house.open();
  const auto stub = Signaling::NewStub(open_channel(house.socket()));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  CallReply reply;
  EXPECT_EQ(stub->Dial(&context, dial("1"), &reply).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(Mesh_Call, MethodWithoutHandlerIsUnimplemented) {
  House house;
  house.router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest&, const Reply<CallReply>& reply) { reply.ok(answer("1")); });
  house.open();
  EXPECT_EQ(house.peer().once(&Signaling::Stub::HangUp, CallRequest(), kSoon).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(Mesh_Call, ServiceNotHereIsUnimplemented) {
  House house;
  house.open();
  EXPECT_EQ(call(house, "1").status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Mesh_Call, OversizedRequestNeverReachesTheHandler) {
  House house;
  std::atomic<int> reached = 0;
  house.router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest&, const Reply<CallReply>& reply) {
    ++reached;
    reply.ok(answer("1"));
  });
  house.open();
  EXPECT_FALSE(call(house, std::string(6 << 20, 'x')).ok());
  EXPECT_EQ(call(house, std::string(4 << 20, 'x')).status(),
            with_reason(absl::ResourceExhaustedError(
                            "the request has 4194309 bytes, and phone.signaling.v1.Signaling/Dial takes at most 65536"),
                        reason::kRequestTooLarge));
  EXPECT_EQ(reached, 0);
  EXPECT_TRUE(call(house, std::string(65'000, 'x')).ok());
}

using trust::v1::PreviewTrustListReply;
using trust::v1::PreviewTrustListRequest;
using trust::v1::TrustStore;
constexpr auto kPreview = "phone.trust.v1.TrustStore/PreviewTrustList";

struct Previews {
  explicit Previews(House& house) {
    house.router.unary<PreviewTrustListRequest, PreviewTrustListReply>(
        kPreview, [this](const PreviewTrustListRequest&, const Reply<PreviewTrustListReply>& reply) {
          const std::lock_guard lock(mutex);
          held.push_back(reply);
        });
    house.open();
  }
  size_t reached() {
    const std::lock_guard lock(mutex);
    return held.size();
  }
  // Asks `count` times at once with `size` bytes; what came of it, by code.
  void ask(const House& house, int count, size_t size) {
    const Peer<TrustStore> peer(house.socket());
    PreviewTrustListRequest request;
    request.set_content(std::string(size, 'l'));
    for (int i = 0; i < count; ++i) {
      peer.start_once(&TrustStore::Stub::PrepareAsyncPreviewTrustList, request, absl::Seconds(10),
                      [this](absl::StatusOr<PreviewTrustListReply> reply) {
                        const std::lock_guard lock(mutex);
                        answers.push_back(reply.status());
                      });
    }
  }
  std::vector<absl::Status> answered() {
    const std::lock_guard lock(mutex);
    return answers;
  }
  std::mutex mutex;
  std::vector<Reply<PreviewTrustListReply>> held;
  std::vector<absl::Status> answers;
};

// A method with a price: few under way, and the others are told so before their bytes are read.
TEST(Mesh_Call, DearMethodHasItsOwnLimitInFlight) {
  House house(v1::ROLE_GATEWAY);
  Previews previews(house);
  previews.ask(house, 64, 2 << 20);
  ASSERT_TRUE(eventually([&] { return previews.answered().size() == 62; }));
  EXPECT_EQ(previews.reached(), 2u);
  for (const auto& answer : previews.answered()) {
    EXPECT_EQ(
        answer,
        with_reason(absl::ResourceExhaustedError("too many calls of PreviewTrustList in progress: at most 2 at a time"),
                    reason::kTooManyCalls));
  }
  {
    const std::lock_guard lock(previews.mutex);
    for (const auto& reply : previews.held) reply.ok({});
    previews.held.clear();
  }
  ASSERT_TRUE(eventually([&] { return previews.answered().size() == 64; }));
  EXPECT_TRUE(previews.answered()[62].ok() && previews.answered()[63].ok());
  previews.ask(house, 1, 1000);
  EXPECT_TRUE(eventually([&] { return previews.reached() == 1; })) << "the places are given back";
  house.close();
  EXPECT_TRUE(eventually([&] { return previews.answered().size() == 65; })) << "nothing is owed when this goes";
}

// An attack as a client of gRPC does it: 64 at once, of 5 MiB.
TEST(Mesh_Call, SixtyFourRequestsOfFiveMebibytesAreRefusedByNameAndReachNobody) {
  House house(v1::ROLE_GATEWAY);
  Previews previews(house);
  previews.ask(house, 64, 5 * 1024 * 1024 - 1000);
  ASSERT_TRUE(eventually([&] { return previews.answered().size() == 64; }, absl::Seconds(30)));
  EXPECT_EQ(previews.reached(), 0u);
  for (const auto& answer : previews.answered()) EXPECT_TRUE(absl::IsResourceExhausted(answer)) << answer;
  EXPECT_TRUE(RoleQuarantine::instance().told().empty()) << "and nobody was cut off for it";
}

TEST(Mesh_Call, LargeRequestsOfOneRoleAreBoundedInASecond) {
  House house(v1::ROLE_GATEWAY);
  house.router.unary<PreviewTrustListRequest, PreviewTrustListReply>(
      kPreview, [](const PreviewTrustListRequest&, const Reply<PreviewTrustListReply>& reply) { reply.ok({}); });
  house.router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest& request, const Reply<CallReply>& reply) { reply.ok(answer(request.number())); });
  house.open();
  const Peer<TrustStore> peer(house.socket());
  PreviewTrustListRequest request;
  request.set_content(std::string(2 << 20, 'l'));
  absl::Status status;
  int passed = 0;
  const absl::Time begun = absl::Now();
  while (passed < 200 && status.ok()) {
    status = peer.once(&TrustStore::Stub::PreviewTrustList, request, kSoon).status();
    if (status.ok()) ++passed;
  }
  EXPECT_EQ(status, with_reason(absl::ResourceExhaustedError("too many large requests within a second"),
                                reason::kTooManyBytes));
  EXPECT_GE(passed, 11);
  EXPECT_LE(passed, 12 + 3 * absl::ToDoubleSeconds(absl::Now() - begun) + 2);
  EXPECT_TRUE(call(house, "1").ok()) << "what is small is served";
}

TEST(Mesh_Call, BeyondTheLimitInFlightIsResourceExhausted) {
  House house(v1::ROLE_GATEWAY, {.unary = 4, .unary_per_role = 3});
  std::mutex mutex;
  std::vector<Reply<CallReply>> held;
  house.router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest& request, const Reply<CallReply>& reply) {
    if (request.number() == "now") return reply.ok(answer("now"));
    const std::lock_guard lock(mutex);
    held.push_back(reply);
  });
  house.open();
  const auto peer = house.peer();
  std::vector<std::future<absl::StatusOr<CallReply>>> callers;
  for (int i = 0; i < 3; ++i) {
    callers.push_back(
        std::async(std::launch::async, [&] { return peer.once(&Signaling::Stub::Dial, dial("hold"), kSoon); }));
  }
  ASSERT_TRUE(eventually([&] { return house.router.load()->unary() == 3; }));
  EXPECT_EQ(call(house, "now").status().code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return held.size() == 3;
  }));
  for (const auto& reply : held) reply.ok(answer("held"));
  held.clear();
  for (auto& caller : callers) EXPECT_TRUE(caller.get().ok());
  EXPECT_TRUE(call(house, "now").ok());
}

TEST(Mesh_Call, ManyCallersAtOnceAllGetTheirOwnAnswer) {
  House house;
  house.router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest& request, const Reply<CallReply>& reply) { reply.ok(answer(request.number())); });
  house.open();
  const auto peer = house.peer();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        const std::string number = std::to_string(t * 1000 + i);
        const auto reply = peer.call(&Signaling::Stub::Dial, dial(number), kSoon);
        if (reply.ok() && reply->call().call() == number) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
}

TEST(Mesh_Call, ShutdownLetsCallsInFlightFinish) {
  House house;
  std::thread worker;
  std::atomic<bool> arrived = false, closing = false;
  house.router.unary<DialRequest, CallReply>(kDial, [&](const DialRequest&, Reply<CallReply> reply) {
    worker = std::thread([&, reply] {
      eventually([&] { return closing.load(); });
      reply.ok(answer("finished"));
    });
    arrived = true;
  });
  house.open();
  const auto peer = house.peer();
  auto caller = std::async(std::launch::async, [&] { return peer.once(&Signaling::Stub::Dial, dial("1"), kSoon); });
  ASSERT_TRUE(eventually([&] { return arrived.load(); }));
  closing = true;
  house.close(kSoon);
  const auto reply = caller.get();
  EXPECT_TRUE(reply.ok()) << reply.status();
  worker.join();
}

TEST(Mesh_Call, UnknownUidNeverReachesGrpc) {
  House house;
  Roles roles;
  roles.set(getuid() + 1, v1::ROLE_GATEWAY);
  house.router.unary<DialRequest, CallReply>(
      kDial, [](const DialRequest&, const Reply<CallReply>& reply) { reply.ok(answer("1")); });
  house.open(std::move(roles));
  EXPECT_FALSE(call(house, "1", absl::Milliseconds(200)).ok());
}

}  // namespace
}  // namespace phone::mesh
