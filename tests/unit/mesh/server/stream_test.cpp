// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Server streams through a real socket: present value first, newest after it, bounded for slow readers, ended by cancel
// and shutdown.
#include <future>
#include <limits>
#include <mutex>
#include <set>
#include <thread>

#include "common/mesh/client/watcher.hpp"
#include "tests/unit/mesh/house.hpp"

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
  EventLog event_log("signaling", 16);
  house.router.events(kWatchEvents, event_log);
  house.open();
  const auto stub = Signaling::NewStub(open_channel(house.socket()));
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  const auto reader = stub->WatchEvents(&context, v1::WatchEventsRequest());
  ASSERT_TRUE(eventually([&] { return event_log.subscribers() == 1; }));
  constexpr uint64_t kEvents = 3000;
  v1::Event event;
  event.set_text(std::string(8 * 1024, 'e'));
  for (uint64_t i = 0; i < kEvents; ++i) event_log.add(event);
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
      kWatchState,
      [](const WatchStateRequest&, const CallInfo&, const Wake&) -> absl::StatusOr<std::unique_ptr<Stream>> {
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

TEST(Mesh_Watcher, SurvivesARestartOfThePeer) {
  TemporaryDirectory directory;
  const auto socket = directory.path() / "grpc.sock";
  Peer<Signaling> peer(socket);
  std::atomic<uint64_t> seen = 0;
  std::atomic<int> lost = 0;
  Watcher<Signaling, WatchStateRequest, SignalingState> watcher(
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
    os::EventLoop loop;
    loop.start("loop");
    Acceptor acceptor(loop, router, roles, *std::move(listening));
    EXPECT_TRUE(eventually([&] { return seen == incarnation; })) << incarnation;
  }
  EXPECT_TRUE(eventually([&] { return lost >= 3; }));
  watcher.stop();
}

v1::Event numbered(uint64_t sequence, std::string text) {
  v1::Event event;
  event.set_sequence(sequence);
  event.set_text(std::move(text));  // protobuf writes what is not UTF-8, and reads it never
  return event;
}

// What a service that was taken over sends; its event log does not clean anything.
class RawEventLog final : public Stream {
 public:
  RawEventLog(const std::vector<v1::Event>& events, uint64_t after) : events_(events) {
    next_ = after == 0 ? events.size() : after <= events.size() ? after : 0;
  }
  std::shared_ptr<const google::protobuf::Message> next() override {
    return next_ < events_.size() ? std::make_shared<v1::Event>(events_[next_++]) : nullptr;
  }

 private:
  const std::vector<v1::Event>& events_;
  size_t next_ = 0;
};

std::set<uint64_t> followed(const std::vector<v1::Event>& events, size_t wanted) {
  House house;
  std::atomic<int> opened = 0;
  house.router.stream<v1::WatchEventsRequest, v1::Event>(
      kWatchEvents, [&](const v1::WatchEventsRequest& request, const CallInfo&, const Wake&) {
        ++opened;
        return std::make_unique<RawEventLog>(events, request.after_sequence());
      });
  house.open();
  Peer<Signaling> peer(house.socket());
  std::mutex mutex;
  std::set<uint64_t> seen;
  std::vector<absl::Status> lost;
  v1::WatchEventsRequest everything;
  everything.set_after_sequence(std::numeric_limits<uint64_t>::max());
  Watcher<Signaling, v1::WatchEventsRequest, v1::Event> watcher(
      peer, &Signaling::Stub::WatchEvents, everything,
      [&](const v1::Event& event) {
        const std::lock_guard lock(mutex);
        seen.insert(event.sequence());
      },
      [&](const absl::Status& status) {
        const std::lock_guard lock(mutex);
        lost.push_back(status);
      });
  EXPECT_TRUE(eventually(
      [&] {
        const std::lock_guard lock(mutex);
        return seen.size() >= wanted;
      },
      absl::Seconds(30)));
  watcher.stop();
  EXPECT_FALSE(lost.empty());
  for (const auto& status : lost) EXPECT_EQ(status, absl::DataLossError("a message of the stream cannot be parsed"));
  EXPECT_LE(opened, static_cast<int>(lost.size()) + 1);
  return seen;
}

TEST(Mesh_Watcher, EventThatDoesNotParseCostsItselfAlone) {
  EXPECT_EQ(
      followed({numbered(1, "a"), numbered(2, "\xff"), numbered(3, "\xe9"), numbered(4, "d"), numbered(5, "e")}, 3),
      (std::set<uint64_t>{1, 4, 5}));
}

TEST(Mesh_Watcher, JournalThatBeginsWithWhatDoesNotParseIsReadAllTheSame) {
  EXPECT_EQ(followed({numbered(1, "\xff"), numbered(2, "\xff"), numbered(3, "c")}, 1), (std::set<uint64_t>{3}));
}

// A state that does not parse is followed by the next one, and stop() does not wait for a stream that stands still.
TEST(Mesh_Watcher, StateThatDoesNotParseDoesNotEndTheWatch) {
  House house;
  SignalingState broken = version(2);
  broken.add_registration()->set_server("\xff");
  Latest<SignalingState> state(version(1));
  house.router.state<WatchStateRequest>(kWatchState, state);
  house.open();
  Peer<Signaling> peer(house.socket());
  std::atomic<uint64_t> seen = 0;
  std::atomic<int> lost = 0;
  Watcher<Signaling, WatchStateRequest, SignalingState> watcher(
      peer, &Signaling::Stub::WatchState, WatchStateRequest(), [&](const SignalingState& now) { seen = now.version(); },
      [&](const absl::Status&) { ++lost; });
  ASSERT_TRUE(eventually([&] { return seen == 1; }));
  state.set(broken);
  ASSERT_TRUE(eventually([&] { return lost >= 2; }));
  EXPECT_EQ(seen, 1u);
  state.set(version(3));
  EXPECT_TRUE(eventually([&] { return seen == 3; }));
  state.set(broken);
  const int before = lost;
  ASSERT_TRUE(eventually([&] { return lost > before; }));
  const absl::Time stopping = absl::Now();
  watcher.stop();
  EXPECT_LT(absl::Now() - stopping, absl::Seconds(5));
}

// Mailboxes behind a watcher have no bound: a sender without end is read at a pace.
TEST(Mesh_Watcher, SenderWithoutEndIsReadAtAPace) {
  class Endless final : public Stream {
   public:
    std::shared_ptr<const google::protobuf::Message> next() override {
      return std::make_shared<SignalingState>(version(1));
    }
  };
  House house;
  house.router.stream<WatchStateRequest, SignalingState>(
      kWatchState, [](const WatchStateRequest&, const CallInfo&, const Wake&) { return std::make_unique<Endless>(); });
  house.open();
  Peer<Signaling> peer(house.socket());
  std::atomic<int> seen = 0;
  const absl::Time begun = absl::Now();
  Watcher<Signaling, WatchStateRequest, SignalingState> watcher(peer, &Signaling::Stub::WatchState, WatchStateRequest(),
                                                                [&](const SignalingState&) { ++seen; });
  ASSERT_TRUE(eventually([&] { return seen >= 1200; }));
  watcher.stop();
  EXPECT_LE(seen, 1010 + 200 * absl::ToDoubleSeconds(absl::Now() - begun));
}

TEST(Mesh_Peer, RestartOfThePeerIsLatencyNotFailure) {
  TemporaryDirectory directory;
  const auto socket = directory.path() / "grpc.sock";
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
    os::EventLoop loop;
    loop.start("loop");
    Acceptor acceptor(loop, router, roles, *std::move(listening));
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
  TemporaryDirectory directory;
  const Peer<Signaling> peer(directory.path() / "grpc.sock");
  const auto reply = peer.call(&Signaling::Stub::Dial, dial("1"), absl::Milliseconds(100));
  EXPECT_TRUE(absl::IsDeadlineExceeded(reply.status()) || absl::IsUnavailable(reply.status())) << reply.status();
  std::promise<absl::Status> heard;
  peer.start<DialRequest, CallReply>(&Signaling::Stub::PrepareAsyncDial, dial("1"), absl::Milliseconds(100),
                                     [&](const absl::StatusOr<CallReply>& later) { heard.set_value(later.status()); });
  EXPECT_FALSE(heard.get_future().get().ok());
}

}  // namespace
}  // namespace phone::mesh
