// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The stream manager with the real tick and real sockets on loopback.
#include "services/media/stream_manager.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "services/media/device/device_file.hpp"
#include "services/media/stream_driver.hpp"

namespace phone::media {
namespace {

class MemoryDescriptorStore final : public DescriptorStore {
 public:
  void keep(const std::string& name, int fd) override { managed[name] = dup(fd); }
  void forget(const std::string& name) override {
    if (managed.contains(name)) ::close(managed[name]);
    managed.erase(name);
  }
  std::map<std::string, int> managed;
};

struct Phone {
  explicit Phone(MemoryDescriptorStore& descriptor_store)
      : engine(std::make_unique<Engine>(device, nullptr)), driver(*engine, descriptor_store), manager(driver) {
    loop.start("loop");
    engine->start(loop);
  }
  ~Phone() { engine->stop(); }
  os::EventLoop loop;
  NullDevice device;
  std::unique_ptr<Engine> engine;
  StreamDriver driver;
  StreamManager manager;
};

int64_t now() { return tick_time_now().now_us; }

StreamOrder order(const std::string& stream, uint16_t port, char transmit, char receive) {
  StreamOrder made{
      .stream = stream, .remote_address = "127.0.0.1", .remote_port = port, .codec = "PCMU", .clock_rate = 8000};
  made.direction = Direction::kSendReceive;
  made.transmit = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, transmit)), .tag = 1};
  made.receive = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, receive)), .tag = 1};
  return made;
}

// Polls with a deadline; nothing here depends on how fast the machine is.
template <class Condition>
bool soon(Phone& phone, Condition condition) {
  for (int i = 0; i < 500; ++i) {
    phone.manager.tidy(now());
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(F20_StreamManager, TwoPhonesTalkSrtpOverLoopback) {
  MemoryDescriptorStore descriptor_store;
  Phone a(descriptor_store), b(descriptor_store);
  const auto port_a = a.manager.open("a", "127.0.0.1"), port_b = b.manager.open("b", "127.0.0.1");
  ASSERT_TRUE(port_a.ok() && port_b.ok());
  EXPECT_EQ(*port_a % 2, 0);
  EXPECT_EQ(a.manager.open("a", "127.0.0.1").value_or(0), *port_a) << "the same stream answers the same port";
  ASSERT_TRUE(a.manager.configure(order("a", *port_b, 'x', 'y'), now()).ok());
  ASSERT_TRUE(b.manager.configure(order("b", *port_a, 'y', 'x'), now()).ok());
  const auto report = [&] { return a.manager.report(now()).streams[0]; };
  ASSERT_TRUE(soon(a, [&] { return report().packets_received > 30; }));
  EXPECT_TRUE(report().sending_encrypted && report().receiving_encrypted && report().sending && report().receiving);
  EXPECT_EQ(report().authentication_failures, 0U);
  EXPECT_GT(report().mos, 3.0);

  // Level-triggered: the same order again changes nothing.
  const uint32_t ssrc = report().ssrc_sent;
  ASSERT_TRUE(a.manager.configure(order("a", *port_b, 'x', 'y'), now()).ok());
  const uint64_t sent = report().packets_sent;
  ASSERT_TRUE(soon(a, [&] { return report().packets_sent > sent + 5; }));
  EXPECT_EQ(report().ssrc_sent, ssrc);

  const auto recovered = a.manager.recover();
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].order.transmit.key_salt.view(), std::string(44, 'x'));
  EXPECT_EQ(recovered[0].port, *port_a);
  const auto last = a.manager.close("a", now());
  ASSERT_TRUE(last.ok());
  EXPECT_GT(last->packets_sent, 30U);
  EXPECT_TRUE(a.manager.recover().empty()) << "no key is kept past its stream";
}

// Media enforces it whatever signaling orders.
TEST(F20_StreamManager, AKeyThatOneFarEndKnowsIsNotUsedTowardsAnother) {
  MemoryDescriptorStore descriptor_store;
  Phone phone(descriptor_store);
  ASSERT_TRUE(phone.manager.open("a", "127.0.0.1").ok());
  ASSERT_TRUE(phone.manager.configure(order("a", 30000, 'x', 'y'), now()).ok());
  const absl::Status refused = phone.manager.configure(order("a", 30002, 'x', 'z'), now());
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.message(), "transmit: this key is already used for another address");
  EXPECT_EQ(phone.manager.recover()[0].order.remote_port, 30000U) << "the old order holds";
  // Nor by way of a hold that names no address.
  StreamOrder managed = order("a", 0, 'x', 'y');
  managed.remote_address.clear();
  managed.direction = Direction::kInactive;
  ASSERT_TRUE(phone.manager.configure(managed, now()).ok());
  EXPECT_EQ(phone.manager.configure(order("a", 30002, 'x', 'z'), now()).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(phone.manager.configure(order("a", 30000, 'x', 'y'), now()).ok()) << "back to the same";
  EXPECT_TRUE(phone.manager.configure(order("a", 30002, 'w', 'z'), now()).ok());
}

TEST(StreamManager, NothingIsSentToABroadcastAddressOfANetworkOrToThePhoneItself) {
  MemoryDescriptorStore descriptor_store;
  Phone phone(descriptor_store);
  ASSERT_TRUE(phone.manager.open("a", "127.0.0.1").ok());
  StreamOrder wrong = order("a", 30000, 'x', 'y');
  wrong.remote_address = "127.255.255.255";
  EXPECT_EQ(phone.manager.configure(wrong, now()).message(), "remote_address: it is a broadcast address");

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
  ASSERT_TRUE(phone.manager.open("b", own).ok());
  wrong = order("b", 30000, 'x', 'y');
  EXPECT_EQ(phone.manager.configure(wrong, now()).message(), "remote_address: it is a loopback address");
  wrong.remote_address = own;
  EXPECT_EQ(phone.manager.configure(wrong, now()).message(), "remote_address: it is this phone's own address");
}

TEST(F81_StreamManager, AStreamFromBeforeTheRestartComesBackWithItsPort) {
  MemoryDescriptorStore descriptor_store, far_store;
  Phone b(far_store);
  const auto port_b = b.manager.open("b", "127.0.0.1");
  uint16_t port_a = 0;
  uint32_t ssrc = 0;
  {
    Phone a(descriptor_store);
    port_a = a.manager.open("a", "127.0.0.1").value_or(0);
    ASSERT_TRUE(a.manager.configure(order("a", *port_b, 'x', 'y'), now()).ok());
    ASSERT_TRUE(b.manager.configure(order("b", port_a, 'y', 'x'), now()).ok());
    ASSERT_TRUE(soon(a, [&] { return a.manager.report(now()).streams[0].packets_received > 20; }));
    ssrc = a.manager.report(now()).streams[0].ssrc_sent;
  }
  Phone a(descriptor_store);
  ASSERT_TRUE(a.manager
                  .adopt({.slot = 0,
                          .rtp = descriptor_store.managed["rtp.0"],
                          .rtcp = descriptor_store.managed["rtcp.0"],
                          .record = descriptor_store.managed["record.0"]})
                  .ok());
  const auto report = [&] { return a.manager.report(now()).streams[0]; };
  EXPECT_TRUE(report().awaiting_keys);
  EXPECT_EQ(a.manager.open("a", "127.0.0.1").value_or(0), port_a);
  ASSERT_TRUE(a.manager.configure(order("a", *port_b, 'x', 'y'), now()).ok());
  ASSERT_TRUE(soon(a, [&] { return report().packets_received > 20; }));
  EXPECT_EQ(report().ssrc_sent, ssrc + 1) << "counted on, so that none ever comes twice with this key";
  EXPECT_EQ(report().authentication_failures, 0U);
  const uint64_t heard = b.manager.report(now()).streams[0].packets_received;
  EXPECT_TRUE(soon(b, [&] { return b.manager.report(now()).streams[0].packets_received > heard + 10; }));
  EXPECT_EQ(b.manager.report(now()).streams[0].authentication_failures, 0U);
}

TEST(StreamManager, PortsAndStreamsAreBounded) {
  MemoryDescriptorStore descriptor_store;
  Phone phone(descriptor_store);
  phone.manager.follow({.ports = {.first = 20000, .last = 20099}});
  for (size_t i = 0; i < kMaxStreams; ++i) {
    const auto port = phone.manager.open(std::string("s") + static_cast<char>('0' + i), "127.0.0.1");
    ASSERT_TRUE(port.ok());
    EXPECT_GE(*port, 20000);
    EXPECT_LE(*port, 20098);
  }
  EXPECT_EQ(phone.manager.open("more", "127.0.0.1").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(descriptor_store.managed.size(), 3 * kMaxStreams);
  ASSERT_TRUE(phone.manager.close("s1", now()).ok());
  EXPECT_EQ(descriptor_store.managed.size(), 3 * (kMaxStreams - 1))
      << "the supervisor keeps nothing of a closed stream";
  EXPECT_TRUE(phone.manager.open("more", "127.0.0.1").ok());
  EXPECT_EQ(phone.manager.open("x", "192.0.2.1").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(phone.manager.close("s1", now()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(phone.manager.play_tone(Tone::kSecure, "s1").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(phone.manager.send_digits("s0", "1").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(F38_Transducers, WhatPolicyTurnsOffIsRefusedEvenIfTheUiAsks) {
  MemoryDescriptorStore descriptor_store;
  Phone phone(descriptor_store);
  EXPECT_TRUE(phone.manager.select(Transducer::kSpeaker).ok());
  phone.manager.follow({.disabled = {.speaker = true}});
  EXPECT_EQ(phone.manager.report(now()).transducer, Transducer::kHandset) << "one in use is left at once";
  EXPECT_EQ(phone.manager.select(Transducer::kSpeaker).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(phone.manager.select(Transducer::kHeadset).ok());
  EXPECT_TRUE(phone.manager.report(0).disabled.speaker);
  phone.manager.follow({.disabled = {.headset = true}});
  EXPECT_FALSE(phone.manager.report(0).disabled.speaker);
  EXPECT_EQ(phone.manager.select(Transducer::kHeadset).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(phone.manager.select(Transducer::kSpeaker).ok());
}

}  // namespace
}  // namespace phone::media
