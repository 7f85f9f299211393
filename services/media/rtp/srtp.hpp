// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// srtp.hpp -- SRTP and SRTCP behind two small classes. Only srtp.cpp knows which engine does the work.
// The engine cannot restore a replay window or an SRTCP index (media.md section 0), so a new process always sends with
// a new SSRC, and a restored receiver refuses what is not above the last index it authenticated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/media/rtp/srtp_suite.hpp"

namespace phone::media {

inline constexpr size_t kMaxPacketOctets = 1500;
inline constexpr size_t kMaxTrailerOctets = 32;  // the longest tag plus the SRTCP index word
// SSRCs with one key. So many have a context, so that a peer cannot use up memory; the one that was silent longest
// makes room for another, and of so many such ones only the last index is kept: nothing of theirs is heard twice.
inline constexpr size_t kMaxSources = 8;
inline constexpr size_t kMaxRetiredSources = 1024;

// Starts the engine and every cipher, once; senders and receivers do it too. It loads code (NSS its cipher libraries),
// which a confined process may not, so call it before that.
absl::Status start_srtp();

struct TransmitState {
  uint32_t ssrc = 0;
  uint64_t index = 0;  // of the last packet protected, rollover counter in the upper 32 of 48 bits
  uint32_t rtcp_index = 0;
};

struct SourceState {
  uint32_t ssrc = 0;
  uint64_t index = 0;  // highest authenticated
  bool operator==(const SourceState&) const = default;
};

struct ReceiveState {
  std::array<SourceState, kMaxSources> source{};
  uint32_t sources = 0;
  uint32_t rtcp_index = 0;  // highest authenticated
  bool operator==(const ReceiveState&) const = default;
};

// What is known about a peer's rollover counter when a key comes into force.
enum class Continuity : uint8_t {
  kNone,      // a new context
  kRestored,  // the same key in a new process: indices at or below the snapshot are refused
  kRekeyed,   // a new key for the same call: peers differ in whether the counter goes on (media.md 4.1)
};

class SrtpSender {
 public:
  // `key_salt` must have exactly the suite's length. `first_index` matters to test vectors; a phone begins at rollover
  // 0.
  static absl::StatusOr<std::unique_ptr<SrtpSender>> create(Suite, std::string_view key_salt, uint32_t ssrc,
                                                            uint64_t first_index = 0);
  ~SrtpSender();
  SrtpSender(const SrtpSender&) = delete;
  SrtpSender& operator=(const SrtpSender&) = delete;

  // The index that protect() will use for this sequence number, to be recorded before the packet leaves.
  uint64_t index_of(uint16_t sequence) const;
  // In place; `packet` has kMaxTrailerOctets of room behind `size`. False when the engine refuses or the key is used
  // up.
  bool protect(uint8_t* packet, size_t& size);
  bool protect_rtcp(uint8_t* packet, size_t& size);
  const TransmitState& state() const;

 private:
  struct Engine;
  explicit SrtpSender(std::unique_ptr<Engine>);
  std::unique_ptr<Engine> engine_;
};

inline constexpr size_t kMaxMkiOctets = 128;  // RFC 4568 section 9.2

enum class Verdict : uint8_t {
  kOk,
  kMalformed,
  kReplay,          // seen before, or not above the last index of the process before us
  kUnauthentic,     // wrong key or MKI, altered, or unencrypted
  kTooManySources,  // with this key, more than any call has
};

class SrtpReceiver {
 public:
  // With an `mki` each packet must bear it: in front of the tag, behind it with AEAD; of SRTCP with AEAD behind the
  // index (RFC 3711 sections 3.1 and 3.4, RFC 7714 sections 8.1 and 9.1). It is no part of what is authenticated.
  static absl::StatusOr<std::unique_ptr<SrtpReceiver>> create(Suite, std::string_view key_salt,
                                                              Continuity = Continuity::kNone,
                                                              const ReceiveState& before = {},
                                                              std::string_view mki = {});
  ~SrtpReceiver();
  SrtpReceiver(const SrtpReceiver&) = delete;
  SrtpReceiver& operator=(const SrtpReceiver&) = delete;

  // Works on a copy in `out` (a failed AEAD check destroys its buffer); `out` must hold in.size() octets.
  Verdict unprotect(std::span<const uint8_t> in, std::span<uint8_t> out, size_t& size);
  Verdict unprotect_rtcp(std::span<const uint8_t> in, std::span<uint8_t> out, size_t& size);
  const ReceiveState& state() const;

 private:
  struct Engine;
  explicit SrtpReceiver(std::unique_ptr<Engine>);
  std::unique_ptr<Engine> engine_;
};

}  // namespace phone::media
