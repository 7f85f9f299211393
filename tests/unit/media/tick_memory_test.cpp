// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The tick allocates nothing, whatever codec it runs. Its own program, because it counts every malloc of the process;
// without SRTP, because NSS behind libsrtp2 allocates for each packet.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "services/media/engine.hpp"
#include "tests/unit/media/clear_far_end.hpp"

// A sanitizer has a malloc of its own, which may not be replaced.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PHONE_COUNTS_MALLOC 0
#else
#define PHONE_COUNTS_MALLOC 1
extern "C" void* __libc_malloc(size_t size);
#endif

namespace {
std::atomic<bool> counting = false;
std::atomic<int> allocations = 0;
}  // namespace

#if PHONE_COUNTS_MALLOC
extern "C" void* malloc(size_t size) {
  if (counting) ++allocations;
  return __libc_malloc(size);
}
#endif

namespace phone::media {
namespace {

using testing_far_end::ClearFarEnd;
using testing_far_end::payload_type_of;

// Hands out packets that were made beforehand, and keeps nothing of what is sent.
class PreparedPort final : public PacketPort {
 public:
  size_t receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) override {
    if (next == packets.size() || next_at > now_us) return 0;
    next_at += 20'000;
    const auto& packet = packets[next++];
    std::copy(packet.begin(), packet.end(), into.begin());
    from = remote;
    arrival_us = now_us;
    return packet.size();
  }
  bool send(std::span<const uint8_t>, const Endpoint&) override { return ++sent > 0; }

  Endpoint remote;
  std::vector<std::vector<uint8_t>> packets;
  size_t next = 0;
  int64_t next_at = 0, now_us = 0;
  int sent = 0;
};

class Silent final : public Device {
 public:
  std::string name() const override { return "silent"; }
  void capture(std::span<int16_t> frame) override { voice_.fill(frame); }
  void play(std::span<const int16_t>) override {}

 private:
  testing_sound::Sine voice_{300};
};

TEST(F93_Tick, AllocatesNothingInACallThatUsesEverything) {
  if (PHONE_COUNTS_MALLOC == 0) GTEST_SKIP() << "the sanitizer's malloc is not counted";
  ClearFarEnd far;
  PreparedPort rtp, rtcp;
  rtp.remote = far.remote;
  // A second of each codec, with a hole in each; then the same again.
  for (int second = 0; second < 8; ++second) {
    for (int i = 0; i < 50; ++i) far.speak(static_cast<CodecKind>(second % kCodecs));
    far.rtp.queue.pop_back();
  }
  while (!far.rtp.queue.empty()) {
    rtp.packets.push_back(far.rtp.queue.front().bytes);
    far.rtp.queue.pop_front();
  }
  auto record = *StateRecord::create("tick", 5000);
  Stream stream(rtp, rtcp, record.get(), "test");
  Silent device;
  Engine engine(device, nullptr);
  engine.set_sound({.gain = 0.5F, .hands_free = true});
  ASSERT_TRUE(engine.submit(AttachStream{0, &stream}));
  ASSERT_TRUE(engine.submit(ApplySetup{0, far.setup(CodecKind::kOpus).release()}));
  ASSERT_TRUE(engine.submit(StartTone{0, Tone::kCallWaiting}));
  ASSERT_TRUE(engine.submit(StartTone{0, Tone::kSecure}));
  ASSERT_TRUE(engine.submit(QueueDigit{0, '5'}));
  int64_t now_us = 1'000'000;
  const auto tick = [&] {
    rtp.now_us = rtcp.now_us = now_us;
    engine.tick({.now_us = now_us, .ntp = static_cast<uint64_t>(now_us) << 12});
    now_us += 20'000;
  };
  tick();
  counting = true;
  for (int i = 0; i < 500; ++i) tick();
  counting = false;
  EXPECT_EQ(allocations, 0);
  EXPECT_EQ(rtp.next, rtp.packets.size()) << "all of it was heard";
  EXPECT_GT(rtp.sent, 450);
  EXPECT_GT(rtcp.sent, 0);
  counting = true;
  delete new int(rtp.sent);
  counting = false;
  EXPECT_GT(allocations, 0) << "it does count";
  Command done;
  while (engine.collect(done)) {
    if (const auto* applied = std::get_if<ApplySetup>(&done)) delete applied->setup;
  }
}

}  // namespace
}  // namespace phone::media
