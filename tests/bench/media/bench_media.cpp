// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Per packet: protect and unprotect by suite, and what OpenSSL alone needs for the same octets. Per call: one tick of a
// G.711 and of an Opus call, both directions. The tick's lateness is real time, so its figure is for this machine under
// its present load.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "services/media/device/device_file.hpp"
#include "services/media/engine.hpp"
#include "services/media/rtp/srtp.hpp"
#include "services/media/state_record.hpp"
#include "services/media/stream.hpp"

namespace phone::media {
namespace {

std::string key_of(Suite suite) { return std::string(shape_of(suite).key_salt_octets(), 'k'); }

void protect(benchmark::State& state) {
  const auto suite = static_cast<Suite>(state.range(0));
  const auto sender = *SrtpSender::create(suite, key_of(suite), 1);
  std::array<uint8_t, 512> packet{};
  uint16_t sequence = 0;
  for (auto _ : state) {
    write_rtp_header({.sequence = ++sequence, .ssrc = 1}, packet.data());
    size_t size = 172;
    benchmark::DoNotOptimize(sender->protect(packet.data(), size));
  }
  state.SetLabel(std::string(shape_of(suite).name));
}
BENCHMARK(protect)->DenseRange(0, 3);

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// The cipher and the tag of one packet with a context that is kept: the least that any SRTP on OpenSSL costs. Divide
// `protect` of the same suite by it.
void openssl_alone(benchmark::State& state) {
  const SuiteShape& shape = shape_of(static_cast<Suite>(state.range(0)));
  const std::string key(shape.key_octets, 'k'), salt(16, 's');
  const EVP_CIPHER* cipher = !shape.aead              ? EVP_aes_128_ctr()
                             : shape.key_octets == 32 ? EVP_aes_256_gcm()
                                                      : EVP_aes_128_gcm();
  const auto octets = [](const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  EVP_EncryptInit_ex(context.get(), cipher, nullptr, octets(key), nullptr);
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> mac(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);
  char sha1[] = "SHA1";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", sha1, 0), OSSL_PARAM_construct_end()};
  EVP_MAC_init(mac.get(), octets(std::string(20, 'a')), 20, parameters);
  std::array<uint8_t, 512> packet{};
  std::array<uint8_t, 20> tag{};
  int length = 0;
  for (auto _ : state) {
    EVP_EncryptInit_ex(context.get(), nullptr, nullptr, nullptr, octets(salt));
    if (shape.aead) EVP_EncryptUpdate(context.get(), nullptr, &length, packet.data(), 12);
    EVP_EncryptUpdate(context.get(), packet.data() + 12, &length, packet.data() + 12, 160);
    if (shape.aead) {
      EVP_EncryptFinal_ex(context.get(), packet.data() + 172, &length);
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, packet.data() + 172);
    } else {
      size_t written = 0;
      EVP_MAC_init(mac.get(), nullptr, 0, nullptr);
      EVP_MAC_update(mac.get(), packet.data(), 176);
      EVP_MAC_final(mac.get(), tag.data(), &written, tag.size());
    }
    benchmark::DoNotOptimize(packet);
    benchmark::DoNotOptimize(tag);
  }
  state.SetLabel(std::string(shape.name));
}
BENCHMARK(openssl_alone)->DenseRange(0, 3);

void protect_and_unprotect(benchmark::State& state) {
  const auto suite = static_cast<Suite>(state.range(0));
  const auto sender = *SrtpSender::create(suite, key_of(suite), 1);
  const auto receiver = *SrtpReceiver::create(suite, key_of(suite));
  std::array<uint8_t, 512> packet{}, out{};
  uint16_t sequence = 0;
  for (auto _ : state) {
    write_rtp_header({.sequence = ++sequence, .ssrc = 1}, packet.data());
    size_t size = 172, plain = 0;
    sender->protect(packet.data(), size);
    if (receiver->unprotect(std::span(packet).first(size), out, plain) != Verdict::kOk) state.SkipWithError("refused");
  }
  state.SetLabel(std::string(shape_of(suite).name));
}
BENCHMARK(protect_and_unprotect)->DenseRange(0, 3);

// Hears itself: what it sends is what it receives.
class EchoPort final : public PacketPort {
 public:
  size_t receive(std::span<uint8_t> into, Endpoint& from, int64_t& arrival_us) override {
    if (size_ == 0) return 0;
    std::copy(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(size_), into.begin());
    from = *parse_endpoint("127.0.0.1", 4000);
    arrival_us = now_us;
    return std::exchange(size_, 0);
  }
  bool send(std::span<const uint8_t> packet, const Endpoint&) override {
    std::copy(packet.begin(), packet.end(), held_.begin());
    size_ = packet.size();
    return true;
  }
  int64_t now_us = 0;

 private:
  std::array<uint8_t, 2048> held_;
  size_t size_ = 0;
};

void one_tick_of_a_call(benchmark::State& state) {
  const auto codec = static_cast<CodecKind>(state.range(0));
  EchoPort rtp, rtcp;
  auto record = *StateRecord::create("bench", 4000);
  Stream stream(rtp, rtcp, record.get(), "bench");
  StreamSetup setup;
  setup.remote = *parse_endpoint("127.0.0.1", 4000);
  setup.direction = Direction::kSendReceive;
  setup.replace_sender = setup.replace_receiver = true;
  set_codec(codec, false, setup).IgnoreError();
  setup.receive.add({.payload_type = 0, .codec = codec, .clock_rate = setup.clock_rate});
  set_decoders({}, setup).IgnoreError();
  setup.jitter = std::make_unique<JitterBuffer>(setup.clock_rate);
  setup.sender = *SrtpSender::create(Suite::kAeadAes256Gcm, key_of(Suite::kAeadAes256Gcm), 1);
  setup.receiver = *SrtpReceiver::create(Suite::kAeadAes256Gcm, key_of(Suite::kAeadAes256Gcm));
  stream.apply(setup, 1'000'000);
  std::array<int16_t, kFrameSamples> captured, mix{};
  for (size_t i = 0; i < captured.size(); ++i) captured[i] = static_cast<int16_t>(i * 37 % 8000);
  TickTime time{.now_us = 1'000'000};
  for (auto _ : state) {
    rtp.now_us = time.now_us += 20'000;
    stream.receive(time);
    stream.play(time, mix);
    stream.send(time, captured);
  }
  state.SetLabel(std::string(shape_of(codec).name) + ", AEAD_AES_256_GCM, without the kernel's part");
}
BENCHMARK(one_tick_of_a_call)->DenseRange(0, 3)->Unit(benchmark::kMicrosecond);

void tick_lateness(benchmark::State& state) {
  NullDevice device;
  os::EventLoop loop;
  loop.start("loop");
  Engine engine(device, nullptr);
  engine.start(loop);
  engine.submit(StartTone{kIdleSlot, Tone::kDial});
  for (auto _ : state) {
    const uint64_t end = engine.ticks() + 100;
    while (engine.ticks() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  state.counters["worst_us"] = static_cast<double>(engine.worst_lateness_us());
  state.SetLabel(engine.realtime() ? "SCHED_FIFO" : "SCHED_OTHER, timer slack 1 ns");
}
BENCHMARK(tick_lateness)->Iterations(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace phone::media
