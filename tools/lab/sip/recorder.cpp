// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/recorder.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "tools/lab/sip/srtp_gcm.hpp"

namespace phone::lab {

Recorder::~Recorder() {
  if (socket_ >= 0) ::close(socket_);
}

Recorder::Recorder(Recorder&& other) noexcept { *this = std::move(other); }

Recorder& Recorder::operator=(Recorder&& other) noexcept {
  std::swap(socket_, other.socket_);
  port_ = other.port_;
  key_salt_ = other.key_salt_;
  packets_ = other.packets_;
  authentic_ = other.authentic_;
  samples_ = other.samples_;
  count_ = other.count_;
  return *this;
}

uint16_t Recorder::open(const std::string& host) {
  socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  if (socket_ < 0 || inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 ||
      bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  return port_ = ntohs(address.sin_port);
}

void Recorder::read() {
  std::array<uint8_t, 2048> packet;
  for (;;) {
    const ssize_t got = recv(socket_, packet.data(), packet.size(), 0);
    if (got <= 0) return;
    const auto size = static_cast<size_t>(got);
    // Reports have types from 200 on (RFC 5761).
    if (size < kRtpHeader || (packet[1] >= 192 && packet[1] <= 223)) continue;
    ++packets_;
    if (decode(packet.data(), size)) ++authentic_;
  }
}

bool Recorder::decode(const uint8_t* packet, size_t size) {
  std::vector<uint8_t> payload;
  if (key_salt_.size() == kSrtpKeySalt) {
    payload = srtp_opened(key_salt_, packet, size);
  } else if (key_salt_.empty()) {
    payload.assign(packet + kRtpHeader, packet + size);
  }
  for (const uint8_t octet : payload) samples_[count_++ % kKept] = ulaw_decoded(octet);
  return !payload.empty();
}

double Recorder::share_of(int hertz) const {
  const size_t kept = std::min(count_, kKept);
  double sine = 0, cosine = 0, all = 0;
  for (size_t i = 0; i < kept; ++i) {
    // Oldest first, so that the tone is in one piece.
    const double sample = samples_[(count_ - kept + i) % kKept];
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 8000;
    sine += sample * std::sin(angle);
    cosine += sample * std::cos(angle);
    all += sample * sample;
  }
  return all == 0 ? 0 : 2 * (sine * sine + cosine * cosine) / (static_cast<double>(kept) * all);
}

}  // namespace phone::lab
