// Server streams through a real socket: present value first, newest after it, bounded for slow readers, ended by cancel
// and shutdown.
#include <future>
#include <thread>

#include "common/mesh/follow.hpp"
#include "house.hpp"

namespace phone::mesh {
namespace {

constexpr auto kWatchEvents = "phone.signaling.v1.Signaling/WatchEvents";

SignalingState version(uint64_t number) {
  SignalingState state;
  state.set_version(number);
  return state;
}

struct Watch {
  explicit Watch(const House& house) : stub(Signaling::NewStub(open_channel(house.socket()))) {
    context.set_wait_for_ready(true);
    reader = stub->WatchState(&context, WatchStateRequest());
  }
  uint64_t read() {
    SignalingState state;
    return reader->Read(&state) ? state.version() : 0;
  }
  std::unique_ptr<Signaling::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<SignalingState>> reader;
};

TEST(Mesh_Stream, PresentValueComesFirstAndThenEveryChange) {
  House house;
  Latest<SignalingState> state(version(7));
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  Watch watch(house);
  EXPECT_EQ(watch.read(), 7u);
  state.set(version(8));
  EXPECT_EQ(watch.read(), 8u);
  watch.context.TryCancel();
  watch.reader->Finish();
  EXPECT_TRUE(eventually([&] { return state.subscribers() == 0; })) << "a cancelled subscriber leaves nothing behind";
  EXPECT_TRUE(eventually([&] { return house.router.load()->streams() == 0; }));
}

TEST(Mesh_Stream, NothingIsSentBeforeThereIsAValue) {
  House house;
  Latest<SignalingState> state;
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  Watch watch(house);
  ASSERT_TRUE(eventually([&] { return state.subscribers() == 1; }));
  state.set(version(1));
  EXPECT_EQ(watch.read(), 1u);
  watch.context.TryCancel();
  watch.reader->Finish();
}

TEST(Mesh_Stream, SlowReaderMissesValuesInBetweenButGetsTheNewest) {
  House house;
  SignalingState large = version(1);
  large.add_registration()->set_server(std::string(256 * 1024, 'x'));
  Latest<SignalingState> state(large);
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  Watch watch(house);
  EXPECT_EQ(watch.read(), 1u);
  constexpr uint64_t kLast = 400;  // 100 MB if every value were kept
  for (uint64_t i = 2; i <= kLast; ++i) {
    large.set_version(i);
    state.set(large);
  }
  int read = 0;
  uint64_t seen = 0;
  while (seen != kLast) {
    const uint64_t next = watch.read();
    ASSERT_GT(next, seen) << "never backwards";
    seen = next;
    ++read;
  }
  EXPECT_LT(read, 200);
  watch.context.TryCancel();
  watch.reader->Finish();
}

TEST(Mesh_Stream, SlowReaderOfEventsIsToldHowManyItLost) {
  House house;
  Journal journal("signaling", 16);
  house.router.events(kWatchEvents, journal);
  house.open();
  const auto stub = Signaling::NewStub(open_channel(house.socket()));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const auto reader = stub->WatchEvents(&context, v1::WatchEventsRequest());
  ASSERT_TRUE(eventually([&] { return journal.subscribers() == 1; }));
  constexpr uint64_t kEvents = 3000;
  v1::Event event;
  event.set_text(std::string(8 * 1024, 'e'));
  for (uint64_t i = 0; i < kEvents; ++i) journal.add(event);
  uint64_t got = 0, lost = 0, last = 0;
  while (last != kEvents) {
    ASSERT_TRUE(reader->Read(&event));
    EXPECT_EQ(event.sequence(), last + event.lost() + 1);
    last = event.sequence();
    lost += event.lost();
    ++got;
  }
  EXPECT_EQ(got + lost, kEvents);
  EXPECT_GT(lost, 0u);
  context.TryCancel();
  reader->Finish();
}

TEST(Mesh_Stream, ShutdownEndsStreamsAtOnce) {
  House house;
  Latest<SignalingState> state(version(1));
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  Watch watch(house);
  EXPECT_EQ(watch.read(), 1u);
  auto rest = std::async(std::launch::async, [&] {
    watch.read();
    return watch.reader->Finish().error_code();
  });
  const absl::Time before = absl::Now();
  house.close(absl::Seconds(20));
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
  EXPECT_EQ(rest.get(), grpc::StatusCode::UNAVAILABLE);
}

TEST(Mesh_Stream, ValuesMaySetFromManyThreads) {
  House house;
  Latest<SignalingState> state(version(1));
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 4; ++i) watches.push_back(std::make_unique<Watch>(house));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (uint64_t i = 2; i < 300; ++i) state.set(version(i));
    });
  }
  for (auto& thread : threads) thread.join();
  state.set(version(1000));
  for (const auto& watch : watches) {
    while (watch->read() != 1000) {
    }
    watch->context.TryCancel();
    watch->reader->Finish();
  }
}

TEST(Mesh_Stream, RefusedSubscriptionIsAStatus) {
  House house;
  house.router.stream<WatchStateRequest, SignalingState>(
      kWatchState, [](const WatchStateRequest&, const CallInfo&, const Wake&) -> absl::StatusOr<std::unique_ptr<Feed>> {
        return absl::FailedPreconditionError("not now");
      });
  house.open();
  Watch watch(house);
  EXPECT_EQ(watch.read(), 0u);
  EXPECT_EQ(watch.reader->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(Mesh_Stream, TooManySubscribersAreTurnedAway) {
  House house(v1::ROLE_GATEWAY, {.streams_per_role = 2});
  Latest<SignalingState> state(version(1));
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  Watch first(house), second(house);
  EXPECT_EQ(first.read() + second.read(), 2u);
  Watch third(house);
  EXPECT_EQ(third.read(), 0u);
  EXPECT_EQ(third.reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  for (auto* watch : {&first, &second}) {
    watch->context.TryCancel();
    watch->reader->Finish();
  }
}

TEST(Mesh_Follower, SurvivesARestartOfThePeer) {
  TemporaryFolder folder;
  const auto socket = folder.path() / "grpc.sock";
  Peer<Signaling> peer(socket);
  std::atomic<uint64_t> seen = 0;
  std::atomic<int> lost = 0;
  Follower<Signaling, WatchStateRequest, SignalingState> follower(
      peer, &Signaling::Stub::WatchState, WatchStateRequest(),
      [&](const SignalingState& state) { seen = state.version(); }, [&](const absl::Status&) { ++lost; });
  for (uint64_t incarnation = 1; incarnation <= 3; ++incarnation) {
    Router router;
    Latest<SignalingState> state(version(incarnation));
    router.state<WatchStateRequest>(kWatchState, state);
    Roles roles;
    roles.set(getuid(), v1::ROLE_GATEWAY);
    auto listening = listen_unix(socket);
    ASSERT_TRUE(listening.ok());
    Door door(router, roles, *std::move(listening));
    EXPECT_TRUE(eventually([&] { return seen == incarnation; })) << incarnation;
  }
  EXPECT_TRUE(eventually([&] { return lost >= 3; }));
  follower.stop();
}

TEST(Mesh_Peer, RestartOfThePeerIsLatencyNotFailure) {
  TemporaryFolder folder;
  const auto socket = folder.path() / "grpc.sock";
  const Peer<Signaling> peer(socket);
  std::atomic<bool> over = false;
  std::atomic<int> answered = 0, failed = 0, asynchronously = 0, asked = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 3; ++t) {
    callers.emplace_back([&] {
      while (!over) {
        const auto reply = peer.call(&Signaling::Stub::Dial, dial("1"), absl::Seconds(10));
        if (!reply.ok()) ADD_FAILURE() << reply.status();
        ++(reply.ok() ? answered : failed);
        ++asked;
        peer.start<DialRequest, CallReply>(
            &Signaling::Stub::PrepareAsyncDial, dial("2"), absl::Seconds(10),
            [&](absl::StatusOr<CallReply> later) { ++(later.ok() ? asynchronously : failed); });
      }
    });
  }
  for (int incarnation = 0; incarnation < 5; ++incarnation) {
    Router router;
    router.unary<DialRequest, CallReply>(
        kDial, [](const DialRequest& request, const Reply<CallReply>& reply) { reply.ok(answer(request.number())); });
    Roles roles;
    roles.set(getuid(), v1::ROLE_GATEWAY);
    auto listening = listen_unix(socket);
    ASSERT_TRUE(listening.ok());
    Door door(router, roles, *std::move(listening));
    const int before = answered;
    EXPECT_TRUE(eventually([&] { return answered > before + 20; }));
    if (incarnation == 4) {
      over = true;
      for (auto& caller : callers) caller.join();
      EXPECT_TRUE(eventually([&] { return asynchronously + failed >= asked; }));
    }
  }
  EXPECT_EQ(failed, 0);
}

TEST(Mesh_Peer, AbsentPeerIsDeadlineExceeded) {
  TemporaryFolder folder;
  const Peer<Signaling> peer(folder.path() / "grpc.sock");
  const auto reply = peer.call(&Signaling::Stub::Dial, dial("1"), absl::Milliseconds(100));
  EXPECT_TRUE(absl::IsDeadlineExceeded(reply.status()) || absl::IsUnavailable(reply.status())) << reply.status();
  std::promise<absl::Status> heard;
  peer.start<DialRequest, CallReply>(&Signaling::Stub::PrepareAsyncDial, dial("1"), absl::Milliseconds(100),
                                     [&](const absl::StatusOr<CallReply>& later) { heard.set_value(later.status()); });
  EXPECT_FALSE(heard.get_future().get().ok());
}

}  // namespace
}  // namespace phone::mesh
