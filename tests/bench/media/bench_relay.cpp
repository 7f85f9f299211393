// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The media path under 200 paced G.711 flows, beside rtpengine as a relay of as many, in one run: microseconds of a
// processor for a packet that comes in and the one that leaves for it. Ours decrypts, buffers, decodes, encodes and
// encrypts; rtpengine (in userspace, one thread) decrypts and passes on. Without rtpengine-daemon only ours is told.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/media/rtp/srtp.hpp"
#include "services/media/rtp/udp_port.hpp"
#include "services/media/stream.hpp"

namespace phone::media {
namespace {

constexpr size_t kFlows = 200;
constexpr int kTickUs = 20'000, kTicks = 200, kRounds = 3;
constexpr size_t kPlainOctets = 172;
constexpr char kRelayAddress[] = "127.0.0.30";
constexpr uint16_t kControlPort = 2223;
const Suite kSuite = Suite::kAeadAes256Gcm;

int64_t now_us(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return int64_t{at.tv_sec} * 1'000'000 + at.tv_nsec / 1000;
}

void sleep_until(int64_t us) {
  const timespec until{.tv_sec = us / 1'000'000, .tv_nsec = us % 1'000'000 * 1000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

std::string key_of(size_t flow) {
  std::string key(shape_of(kSuite).key_salt_octets(), 'k');
  key[0] = static_cast<char>(flow);
  return key;
}

// The far ends: one socket and one key each; packets leave spread over the tick.
class FarEnds {
 public:
  FarEnds() {
    for (size_t i = 0; i < kFlows; ++i) {
      ports_.push_back(std::make_unique<UdpPort>(std::move(bind_pair("127.0.0.1", 40'000, 49'999)->rtp)));
      senders_.push_back(*SrtpSender::create(kSuite, key_of(i), static_cast<uint32_t>(i + 1)));
    }
    to_.resize(kFlows);
  }
  void send_to(size_t flow, Endpoint to) { to_[flow] = to; }
  Endpoint at(size_t flow) const { return *parse_endpoint("127.0.0.1", ports_[flow]->local_port()); }
  // What comes back is left in the sockets: nobody's time is spent on it.
  void play() {
    std::array<uint8_t, 512> packet{};
    const int64_t began = now_us(CLOCK_MONOTONIC);
    for (int tick = 0; tick < kTicks; ++tick) {
      for (size_t i = 0; i < kFlows; ++i) {
        if (i % 10 == 0)
          sleep_until(began + tick * kTickUs + static_cast<int64_t>(i) * kTickUs / static_cast<int64_t>(kFlows));
        ++sequence_[i];
        write_rtp_header(
            {.sequence = sequence_[i], .timestamp = sequence_[i] * 160U, .ssrc = static_cast<uint32_t>(i + 1)},
            packet.data());
        size_t size = kPlainOctets;
        if (senders_[i]->protect(packet.data(), size)) ports_[i]->send(std::span(packet).first(size), to_[i]);
      }
    }
  }

 private:
  std::vector<std::unique_ptr<UdpPort>> ports_;
  std::vector<std::unique_ptr<SrtpSender>> senders_;
  std::vector<Endpoint> to_;
  std::array<uint16_t, kFlows> sequence_{};
};

// As many streams of a phone as there are flows, in one tick.
class Ours {
 public:
  explicit Ours(FarEnds& far) {
    for (size_t i = 0; i < kFlows; ++i) {
      pairs_.push_back(std::make_unique<PortPair>(*bind_pair("127.0.0.1", 30'000, 39'999)));
      streams_.push_back(std::make_unique<Stream>(pairs_[i]->rtp, pairs_[i]->rtcp, nullptr, "bench"));
      StreamSetup setup;
      setup.remote = far.at(i);
      setup.direction = Direction::kSendReceive;
      setup.replace_sender = setup.replace_receiver = true;
      set_codec(CodecKind::kPcmu, false, setup).IgnoreError();
      setup.receive.add({.payload_type = 0, .codec = CodecKind::kPcmu, .clock_rate = setup.clock_rate});
      set_decoders({}, setup).IgnoreError();
      setup.jitter = std::make_unique<JitterBuffer>(setup.clock_rate);
      setup.ssrc = static_cast<uint32_t>(i + 1);
      setup.sender = *SrtpSender::create(kSuite, key_of(i), setup.ssrc);
      setup.receiver = *SrtpReceiver::create(kSuite, key_of(i));
      streams_[i]->apply(setup, now_us(CLOCK_MONOTONIC));
      far.send_to(i, *parse_endpoint("127.0.0.1", pairs_[i]->rtp.local_port()));
    }
  }
  void run() {
    std::array<int16_t, kFrameSamples> captured{}, mix{};
    for (size_t i = 0; i < captured.size(); ++i) captured[i] = static_cast<int16_t>(i * 37 % 8000);
    for (int64_t next = now_us(CLOCK_MONOTONIC); !stopping_; next += kTickUs) {
      sleep_until(next);
      const TickTime time{.now_us = now_us(CLOCK_MONOTONIC)};
      for (auto& stream : streams_) {
        stream->receive(time);
        stream->play(time, mix);
        stream->send(time, captured);
      }
    }
    used_us_ = now_us(CLOCK_THREAD_CPUTIME_ID);
  }
  void stop() { stopping_ = true; }
  int64_t used_us() const { return used_us_; }
  uint64_t heard() const {
    uint64_t sum = 0;
    for (const auto& stream : streams_) sum += stream->counters().packets_received;
    return sum;
  }

 private:
  std::vector<std::unique_ptr<PortPair>> pairs_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::atomic<bool> stopping_ = false;
  int64_t used_us_ = 0;
};

std::string bencoded(const std::vector<std::pair<std::string, std::string>>& sorted) {
  std::string all = "d";
  for (const auto& [key, value] : sorted) absl::StrAppend(&all, key.size(), ":", key, value.size(), ":", value);
  return all + "e";
}

// rtpengine with its ng control protocol: a cookie and a bencoded dictionary in a datagram.
class Relay {
 public:
  static std::optional<Relay> start() {
    Relay relay;
    relay.pid_ = fork();
    if (relay.pid_ == 0) {
      if (freopen("/dev/null", "w", stderr) == nullptr) _exit(127);
      execlp("rtpengine", "rtpengine", "--table=-1", "--foreground", "--log-stderr", "--interface=127.0.0.30",
             "--listen-ng=127.0.0.30:2223", "--port-min=20000", "--port-max=29999", "--num-threads=1", "--log-level=3",
             nullptr);
      _exit(127);
    }
    relay.control_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = 2, .tv_usec = 0};
    setsockopt(relay.control_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(kControlPort);
    inet_pton(AF_INET, kRelayAddress, &to.sin_addr);
    if (::connect(relay.control_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return std::nullopt;
    for (int i = 0; i < 25; ++i) {
      if (relay.ask({{"command", "ping"}}).find("pong") != std::string::npos) return relay;
      if (waitpid(relay.pid_, nullptr, WNOHANG) == relay.pid_) break;
      usleep(100'000);
    }
    return std::nullopt;
  }
  Relay(Relay&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), control_(std::exchange(other.control_, -1)), cookie_(other.cookie_) {}
  ~Relay() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    if (control_ >= 0) close(control_);
  }
  // The far end sends SRTP in, and RTP leaves for a socket nobody reads.
  bool connect(FarEnds& far, size_t flow, uint16_t sink) {
    const std::string call = absl::StrCat("flow", flow);
    const std::string crypto =
        absl::StrCat("a=crypto:1 AEAD_AES_256_GCM inline:", absl::Base64Escape(key_of(flow)), "\r\n");
    (void)ask({{"call-id", call},
               {"command", "offer"},
               {"from-tag", "a"},
               {"ICE", "remove"},
               {"sdp", sdp("RTP/SAVP", far.at(flow).port(), crypto)},
               {"transport-protocol", "RTP/AVP"}});
    const std::string answer = ask({{"call-id", call},
                                    {"command", "answer"},
                                    {"from-tag", "a"},
                                    {"ICE", "remove"},
                                    {"sdp", sdp("RTP/AVP", sink, "")},
                                    {"to-tag", "b"}});
    const size_t line = answer.find("m=audio ");
    int port = 0;
    if (line == std::string::npos) return false;
    if (!absl::SimpleAtoi(answer.substr(line + 8, answer.find(' ', line + 8) - line - 8), &port)) return false;
    far.send_to(flow, *parse_endpoint(kRelayAddress, static_cast<uint16_t>(port)));
    return true;
  }
  int64_t used_us() const {
    int64_t sum = 0;
    std::error_code error;
    for (const auto& thread : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid_, "/task"), error)) {
      std::ifstream in(thread.path() / "schedstat");
      int64_t nanoseconds = 0;
      if (in >> nanoseconds) sum += nanoseconds / 1000;
    }
    return sum;
  }

 private:
  Relay() = default;
  static std::string sdp(const char* protocol, uint16_t port, const std::string& more) {
    return absl::StrCat("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ", port, " ",
                        protocol, " 0\r\n", more);
  }
  std::string ask(std::vector<std::pair<std::string, std::string>> words) {
    std::sort(words.begin(), words.end());
    const std::string text = absl::StrCat(++cookie_, " ", bencoded(words));
    if (::send(control_, text.data(), text.size(), 0) < 0) return "";
    std::array<char, 8192> buffer{};
    const ssize_t got = recv(control_, buffer.data(), buffer.size(), 0);
    return got > 0 ? std::string(buffer.data(), static_cast<size_t>(got)) : "";
  }
  pid_t pid_ = 0;
  int control_ = -1;
  unsigned cookie_ = 0;
};

double ours() {
  FarEnds far;
  Ours phone(far);
  std::thread tick([&] { phone.run(); });
  far.play();
  phone.stop();
  tick.join();
  if (phone.heard() < kFlows * kTicks * 9 / 10) std::printf("only %lu packets were heard\n", phone.heard());
  return static_cast<double>(phone.used_us()) / static_cast<double>(kFlows * kTicks);
}

std::optional<double> theirs() {
  auto relay = Relay::start();
  if (!relay) return std::nullopt;
  FarEnds far;
  const auto sink = bind_pair("127.0.0.1", 50'000, 59'999);
  for (size_t i = 0; i < kFlows; ++i) {
    if (!relay->connect(far, i, sink->rtp.local_port())) return std::nullopt;
  }
  const int64_t before = relay->used_us();
  far.play();
  return static_cast<double>(relay->used_us() - before) / static_cast<double>(kFlows * kTicks);
}

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() / 2];
}

int bench() {
  std::vector<double> us, them;
  for (int i = 0; i < kRounds; ++i) {
    us.push_back(ours());
    if (const auto one = theirs()) them.push_back(*one);
  }
  std::printf("200 paced flows of G.711, AEAD_AES_256_GCM, microseconds a packet, median of %d\n", kRounds);
  std::printf("%-44s %8.1f\n", "the phone's media path, both directions", median(us));
  if (them.empty()) return std::printf("rtpengine is not here: nothing to compare with\n"), 0;
  std::printf("%-44s %8.1f   ratio %.2f\n", "rtpengine's relay, SRTP to RTP", median(them), median(us) / median(them));
  return 0;
}

}  // namespace
}  // namespace phone::media

int main() { return phone::media::bench(); }
