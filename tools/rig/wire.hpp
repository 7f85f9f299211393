// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tools/rig/phone.hpp"

namespace phone::rig {

// Captures what passes on the cable between the phone and its peers, with the kernel's own time stamps: what the
// far end really hears, not what the phone reports.
class Wire {
 public:
  enum class From : uint8_t { kPhone, kFarEnd };

  // Root, in the namespace beside the phone. `rtcp_tag` octets follow the SRTCP index of the suite in use
  // (10: AES_CM with HMAC-80; 0: AEAD, RFC 7714 section 9.2).
  static absl::StatusOr<std::unique_ptr<Wire>> tap(const Phone& phone, size_t rtcp_tag);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Packets of sound from one side since then.
  size_t packets(From, absl::Time since) const;
  // The longest time without one, from `since` until now.
  absl::Duration largest_gap(From, absl::Time since) const;
  // Sequence numbers that never came, of sources that sent since then.
  size_t missing(From, absl::Time since) const;
  // When the first packet after `then` came; infinite future when none has.
  absl::Time first_after(From, absl::Time then) const;
  size_t sources(From) const;
  // SRTP or SRTCP packets of a source with an index that this source had used before. Must always be 0.
  size_t repeated(From) const;

 private:
  struct Packet {
    absl::Time at;
    From from;
    bool rtcp;
    uint32_t ssrc;
    uint32_t index;  // sequence number, or SRTCP index
  };
  explicit Wire(int socket) : socket_(socket) {}
  void listen();
  void take(const uint8_t* bytes, size_t size, absl::Time at, bool to);

  const int socket_;
  size_t rtcp_tag_ = 0;
  std::atomic<bool> ends_ = false;
  mutable std::mutex mutex_;
  std::vector<Packet> packets_;
  std::thread thread_;
};

}  // namespace phone::rig
