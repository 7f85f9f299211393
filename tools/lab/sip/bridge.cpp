// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/bridge.hpp"

#include <arpa/inet.h>
#include <openssl/rand.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <vector>

#include "tools/lab/sip/srtp_gcm.hpp"

namespace phone::lab {
namespace {

constexpr double kLoud = 8000;
constexpr size_t kMostWaiting = 5;  // frames

std::string new_key_salt() {
  std::string key(kSrtpKeySalt, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size()));
  return key;
}

bool address_of(const std::string& host, uint16_t port, sockaddr_in& address) {
  address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  return inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1;
}

}  // namespace

void Meter::add(double sample) { samples_[count_++ % kKept] = sample; }

double Meter::share_of(int hertz) const {
  const size_t kept = std::min(count_, kKept);
  double sine = 0, cosine = 0, all = 0;
  for (size_t i = 0; i < kept; ++i) {
    const double sample = samples_[(count_ - kept + i) % kKept];
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 8000;
    sine += sample * std::sin(angle);
    cosine += sample * std::cos(angle);
    all += sample * sample;
  }
  return all == 0 ? 0 : 2 * (sine * sine + cosine * cosine) / (static_cast<double>(kept) * all);
}

MediaEnd::~MediaEnd() {
  if (socket_ >= 0) ::close(socket_);
}

uint16_t MediaEnd::open(const std::string& host) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (socket_ < 0 || !address_of(host, 0, address) ||
      bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  RAND_bytes(reinterpret_cast<unsigned char*>(&ssrc_), sizeof ssrc_);
  return port_ = ntohs(address.sin_port);
}

void MediaEnd::send_to(const std::string& host, uint16_t port) {
  host_ = host;
  remote_port_ = port;
}

void MediaEnd::set_keys(const std::string& sent, const std::string& received) {
  sent_key_ = sent;
  received_key_ = received;
}

void MediaEnd::forget() {
  packets_ = authentic_ = 0;
  heard.forget();
  tapped.forget();
}

void MediaEnd::send(const Frame& frame) {
  sockaddr_in address{};
  if (socket_ < 0 || remote_port_ == 0 || !address_of(host_, remote_port_, address)) return;
  ++sequence_;
  timestamp_ += static_cast<uint32_t>(frame.size());
  std::array<uint8_t, kRtpHeader> header{0x80, 0};
  const uint16_t sequence = htons(sequence_);
  const uint32_t timestamp = htonl(timestamp_);
  std::copy_n(reinterpret_cast<const uint8_t*>(&sequence), 2, header.begin() + 2);
  std::copy_n(reinterpret_cast<const uint8_t*>(&timestamp), 4, header.begin() + 4);
  std::copy_n(reinterpret_cast<const uint8_t*>(&ssrc_), 4, header.begin() + 8);
  std::vector<uint8_t> payload;
  for (const double sample : frame) payload.push_back(ulaw_encoded(sample));
  std::vector<uint8_t> packet(header.begin(), header.end());
  if (sent_key_.empty())
    packet.insert(packet.end(), payload.begin(), payload.end());
  else
    packet = srtp_sealed(sent_key_, header.data(), payload);
  ::sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

void MediaEnd::drain() {
  std::array<uint8_t, 2048> packet{};
  for (;;) {
    const ssize_t got = recv(socket_, packet.data(), packet.size(), 0);
    if (got <= 0) return;
    const auto size = static_cast<size_t>(got);
    // Reports have types from 200 on (RFC 5761); only G.711 is mixed.
    if (size <= kRtpHeader || (packet[1] & 0x7fU) != 0) continue;
    ++packets_;
    for (size_t i = kRtpHeader; i < size; ++i) tapped.add(ulaw_decoded(packet[i]));
    std::vector<uint8_t> payload;
    if (received_key_.size() == kSrtpKeySalt)
      payload = srtp_opened(received_key_, packet.data(), size);
    else
      payload.assign(packet.data() + kRtpHeader, packet.data() + size);
    if (payload.size() != Frame().size()) continue;
    ++authentic_;
    Frame frame{};
    for (size_t i = 0; i < payload.size(); ++i) heard.add(frame[i] = ulaw_decoded(payload[i]));
    if (frames_.size() < kMostWaiting) frames_.push_back(frame);
  }
}

MediaEnd::Frame MediaEnd::next() {
  drain();
  if (frames_.empty()) return {};
  const Frame frame = frames_.front();
  frames_.pop_front();
  return frame;
}

Bridge::~Bridge() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Bridge::begin() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

uint16_t Bridge::open_leg(unsigned leg) {
  const std::lock_guard lock(mutex_);
  begin();
  auto made = std::make_unique<Leg>();
  const uint16_t port = made->end.open(host_);
  legs_[leg] = std::move(made);
  return port;
}

void Bridge::connect_leg(unsigned leg, const std::string& host, uint16_t port, const std::string& sent,
                         const std::string& received, bool silent) {
  const std::lock_guard lock(mutex_);
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return;
  found->second->end.send_to(host, port);
  found->second->end.set_keys(sent, received);
  found->second->silent = silent;
}

void Bridge::close_leg(unsigned leg) {
  const std::lock_guard lock(mutex_);
  legs_.erase(leg);
}

unsigned Bridge::add_party(int hertz, bool encrypted) {
  const std::lock_guard lock(mutex_);
  begin();
  auto party = std::make_unique<Party>();
  party->hertz = hertz;
  const uint16_t here = party->here.end.open(host_), there = party->there.open(host_);
  party->here.end.send_to(host_, there);
  party->there.send_to(host_, here);
  if (encrypted) {
    const std::string one = new_key_salt(), other = new_key_salt();
    party->here.end.set_keys(one, other);
    party->there.set_keys(other, one);
  }
  parties_[++last_party_] = std::move(party);
  return last_party_;
}

void Bridge::remove_party(unsigned party) {
  const std::lock_guard lock(mutex_);
  parties_.erase(party);
}

void Bridge::mute_party(unsigned party, bool muted) {
  const std::lock_guard lock(mutex_);
  if (const auto found = parties_.find(party); found != parties_.end()) found->second->muted = muted;
}

void Bridge::put_leg(unsigned leg, unsigned conference) {
  const std::lock_guard lock(mutex_);
  if (const auto found = legs_.find(leg); found != legs_.end()) found->second->conference = conference;
}

void Bridge::put_party(unsigned party, unsigned conference) {
  const std::lock_guard lock(mutex_);
  if (const auto found = parties_.find(party); found != parties_.end()) found->second->here.conference = conference;
}

void Bridge::forget() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, leg] : legs_) leg->end.forget();
  for (auto& [id, party] : parties_) {
    party->here.end.forget();
    party->there.forget();
  }
}

Bridge::Report Bridge::leg(unsigned leg, int hertz) {
  const std::lock_guard lock(mutex_);
  const auto found = legs_.find(leg);
  if (found == legs_.end()) return {};
  MediaEnd& end = found->second->end;
  return {.encrypted = end.encrypted(),
          .packets = end.packets(),
          .authentic = end.authentic(),
          .heard = end.heard.share_of(hertz),
          .tapped = end.tapped.share_of(hertz)};
}

Bridge::Report Bridge::party(unsigned party, int hertz) {
  const std::lock_guard lock(mutex_);
  const auto found = parties_.find(party);
  if (found == parties_.end()) return {};
  MediaEnd& end = found->second->there;
  return {.encrypted = end.encrypted(),
          .packets = end.packets(),
          .authentic = end.authentic(),
          .heard = end.heard.share_of(hertz),
          .tapped = end.tapped.share_of(hertz)};
}

void Bridge::run() {
  auto next = std::chrono::steady_clock::now();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      mix();
    }
    next += std::chrono::milliseconds(20);
    std::this_thread::sleep_until(next);
  }
}

void Bridge::mix() {
  std::map<unsigned, MediaEnd::Frame> all;  // by conference
  const auto take = [&](Leg& leg) {
    leg.frame = leg.end.next();
    if (leg.conference == 0) return;
    MediaEnd::Frame& sum = all[leg.conference];
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += leg.frame[i];
  };
  for (auto& [id, party] : parties_) {
    MediaEnd::Frame tone{};
    for (double& sample : tone) {
      const double angle = 2 * std::numbers::pi * party->hertz * static_cast<double>(party->at++) / 8000;
      if (!party->muted) sample = kLoud * std::sin(angle);
    }
    party->there.send(tone);
    party->there.next();
    take(party->here);
  }
  for (auto& [id, leg] : legs_) take(*leg);
  const auto give = [&](Leg& leg) {
    if (leg.silent) return;
    MediaEnd::Frame frame = all[leg.conference];
    for (size_t i = 0; i < frame.size(); ++i)
      frame[i] = std::clamp(leg.conference == 0 ? 0.0 : frame[i] - leg.frame[i], -32000.0, 32000.0);
    leg.end.send(frame);
  };
  for (auto& [id, party] : parties_) give(party->here);
  for (auto& [id, leg] : legs_) give(*leg);
}

}  // namespace phone::lab
