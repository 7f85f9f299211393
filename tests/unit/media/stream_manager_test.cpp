// The book with the real tick and real sockets on loopback.
#include "services/media/stream_manager.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "services/media/device/device_file.hpp"

namespace phone::media {
namespace {

class MemoryKeeper final : public Keeper {
 public:
  void keep(const std::string& name, int fd) override { held[name] = dup(fd); }
  void forget(const std::string& name) override {
    if (held.contains(name)) ::close(held[name]);
    held.erase(name);
  }
  std::map<std::string, int> held;
};

struct Phone {
  explicit Phone(MemoryKeeper& keeper)
      : engine(std::make_unique<Engine>(device, nullptr)), book(*engine, keeper, "null") {
    engine->start();
  }
  ~Phone() { engine->stop(); }
  NullDevice device;
  std::unique_ptr<Engine> engine;
  StreamBook book;
};

int64_t now() { return tick_time_now().now_us; }

StreamOrder order(const std::string& stream, uint16_t port, char transmit, char receive) {
  StreamOrder made{
      .stream = stream, .remote_address = "127.0.0.1", .remote_port = port, .codec = "PCMU", .clock_rate = 8000};
  made.direction = 3;
  made.transmit = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, transmit)), .tag = 1};
  made.receive = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, receive)), .tag = 1};
  return made;
}

// Polls with a deadline; nothing here depends on how fast the machine is.
template <class Condition>
bool soon(Phone& phone, Condition condition) {
  for (int i = 0; i < 500; ++i) {
    phone.book.tidy(now());
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(F20_StreamBook, TwoPhonesTalkSrtpOverLoopback) {
  MemoryKeeper keeper;
  Phone a(keeper), b(keeper);
  const auto port_a = a.book.open("a", "127.0.0.1"), port_b = b.book.open("b", "127.0.0.1");
  ASSERT_TRUE(port_a.ok() && port_b.ok());
  EXPECT_EQ(*port_a % 2, 0);
  EXPECT_EQ(a.book.open("a", "127.0.0.1").value_or(0), *port_a) << "the same stream answers the same port";
  ASSERT_TRUE(a.book.configure(order("a", *port_b, 'x', 'y'), now()).ok());
  ASSERT_TRUE(b.book.configure(order("b", *port_a, 'y', 'x'), now()).ok());
  const auto report = [&] { return a.book.report(now()).streams[0]; };
  ASSERT_TRUE(soon(a, [&] { return report().packets_received > 30; }));
  EXPECT_TRUE(report().sending_encrypted && report().receiving_encrypted && report().sending && report().receiving);
  EXPECT_EQ(report().authentication_failures, 0U);
  EXPECT_GT(report().mos, 3.0);

  // Level-triggered: the same order again changes nothing.
  const uint32_t ssrc = report().ssrc_sent;
  ASSERT_TRUE(a.book.configure(order("a", *port_b, 'x', 'y'), now()).ok());
  const uint64_t sent = report().packets_sent;
  ASSERT_TRUE(soon(a, [&] { return report().packets_sent > sent + 5; }));
  EXPECT_EQ(report().ssrc_sent, ssrc);

  const auto recovered = a.book.recover();
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].order.transmit.key_salt.view(), std::string(44, 'x'));
  EXPECT_EQ(recovered[0].port, *port_a);
  const auto last = a.book.close("a", now());
  ASSERT_TRUE(last.ok());
  EXPECT_GT(last->packets_sent, 30U);
  EXPECT_TRUE(a.book.recover().empty()) << "no key is kept past its stream";
}

// Media holds it whatever signaling orders.
TEST(F20_StreamBook, AKeyThatOneFarEndKnowsIsNotUsedTowardsAnother) {
  MemoryKeeper keeper;
  Phone phone(keeper);
  ASSERT_TRUE(phone.book.open("a", "127.0.0.1").ok());
  ASSERT_TRUE(phone.book.configure(order("a", 30000, 'x', 'y'), now()).ok());
  const absl::Status refused = phone.book.configure(order("a", 30002, 'x', 'z'), now());
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.message(), "transmit: this key is known at another address");
  EXPECT_EQ(phone.book.recover()[0].order.remote_port, 30000U) << "the old order holds";
  // Nor by way of a hold that names no address.
  StreamOrder held = order("a", 0, 'x', 'y');
  held.remote_address.clear();
  held.direction = 0;
  ASSERT_TRUE(phone.book.configure(held, now()).ok());
  EXPECT_EQ(phone.book.configure(order("a", 30002, 'x', 'z'), now()).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(phone.book.configure(order("a", 30000, 'x', 'y'), now()).ok()) << "back to the same";
  EXPECT_TRUE(phone.book.configure(order("a", 30002, 'w', 'z'), now()).ok());
}

TEST(StreamBook, NothingIsSentToABroadcastAddressOfANetworkOrToThePhoneItself) {
  MemoryKeeper keeper;
  Phone phone(keeper);
  ASSERT_TRUE(phone.book.open("a", "127.0.0.1").ok());
  StreamOrder wrong = order("a", 30000, 'x', 'y');
  wrong.remote_address = "127.255.255.255";
  EXPECT_EQ(phone.book.configure(wrong, now()).message(), "remote_address: it is a broadcast address");

  ifaddrs* all = nullptr;
  ASSERT_EQ(getifaddrs(&all), 0);
  std::string own;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, text, sizeof text);
    if (!std::string_view(text).starts_with("127.")) own = text;
  }
  freeifaddrs(all);
  if (own.empty()) GTEST_SKIP() << "this machine has no address but loopback";
  ASSERT_TRUE(phone.book.open("b", own).ok());
  wrong = order("b", 30000, 'x', 'y');
  EXPECT_EQ(phone.book.configure(wrong, now()).message(), "remote_address: it is a loopback address");
  wrong.remote_address = own;
  EXPECT_EQ(phone.book.configure(wrong, now()).message(), "remote_address: it is this phone's own address");
}

TEST(F81_StreamBook, AStreamFromBeforeTheRestartComesBackWithItsPort) {
  MemoryKeeper keeper, far_keeper;
  Phone b(far_keeper);
  const auto port_b = b.book.open("b", "127.0.0.1");
  uint16_t port_a = 0;
  uint32_t ssrc = 0;
  {
    Phone a(keeper);
    port_a = a.book.open("a", "127.0.0.1").value_or(0);
    ASSERT_TRUE(a.book.configure(order("a", *port_b, 'x', 'y'), now()).ok());
    ASSERT_TRUE(b.book.configure(order("b", port_a, 'y', 'x'), now()).ok());
    ASSERT_TRUE(soon(a, [&] { return a.book.report(now()).streams[0].packets_received > 20; }));
    ssrc = a.book.report(now()).streams[0].ssrc_sent;
  }
  Phone a(keeper);
  ASSERT_TRUE(a.book.adopt({0, keeper.held["rtp.0"], keeper.held["rtcp.0"], keeper.held["record.0"]}).ok());
  const auto report = [&] { return a.book.report(now()).streams[0]; };
  EXPECT_TRUE(report().awaiting_keys);
  EXPECT_EQ(a.book.open("a", "127.0.0.1").value_or(0), port_a);
  ASSERT_TRUE(a.book.configure(order("a", *port_b, 'x', 'y'), now()).ok());
  ASSERT_TRUE(soon(a, [&] { return report().packets_received > 20; }));
  EXPECT_EQ(report().ssrc_sent, ssrc + 1) << "counted on, so that none ever comes twice with this key";
  EXPECT_EQ(report().authentication_failures, 0U);
  const uint64_t heard = b.book.report(now()).streams[0].packets_received;
  EXPECT_TRUE(soon(b, [&] { return b.book.report(now()).streams[0].packets_received > heard + 10; }));
  EXPECT_EQ(b.book.report(now()).streams[0].authentication_failures, 0U);
}

TEST(StreamBook, PortsAndStreamsAreBounded) {
  MemoryKeeper keeper;
  Phone phone(keeper);
  phone.book.follow({.port_first = 20000, .port_last = 20099});
  for (int i = 0; i < 4; ++i) {
    const auto port = phone.book.open(std::string("s") + static_cast<char>('0' + i), "127.0.0.1");
    ASSERT_TRUE(port.ok());
    EXPECT_GE(*port, 20000);
    EXPECT_LE(*port, 20098);
  }
  EXPECT_EQ(phone.book.open("fifth", "127.0.0.1").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(keeper.held.size(), 12U);
  ASSERT_TRUE(phone.book.close("s1", now()).ok());
  EXPECT_EQ(keeper.held.size(), 9U) << "the supervisor keeps nothing of a closed stream";
  EXPECT_TRUE(phone.book.open("fifth", "127.0.0.1").ok());
  EXPECT_EQ(phone.book.open("x", "192.0.2.1").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(phone.book.close("s1", now()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(phone.book.play_tone(Tone::kSecure, "s1").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(phone.book.send_digits("s0", "1").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(F38_Transducers, WhatPolicyTurnsOffIsRefusedEvenIfTheUiAsks) {
  MemoryKeeper keeper;
  Phone phone(keeper);
  EXPECT_TRUE(phone.book.select(Transducer::kSpeaker).ok());
  phone.book.follow({.speaker_disabled = true});
  EXPECT_EQ(phone.book.report(now()).transducer, Transducer::kHandset) << "one in use is left at once";
  EXPECT_EQ(phone.book.select(Transducer::kSpeaker).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(phone.book.select(Transducer::kHeadset).ok());
  phone.book.follow({.headset_disabled = true});
  EXPECT_EQ(phone.book.select(Transducer::kHeadset).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(phone.book.select(Transducer::kSpeaker).ok());
}

}  // namespace
}  // namespace phone::media
