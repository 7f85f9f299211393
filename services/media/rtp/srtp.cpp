// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/srtp.hpp"

#include <netinet/in.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/media/rtp/bytes.hpp"

namespace phone::media {
namespace {

constexpr size_t kReplayWindow = 1024;  // packets; RFC 3711 asks for 64 at least

void set_suite(Suite suite, srtp_policy_t& policy) {
  switch (suite) {
    case Suite::kAeadAes256Gcm:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
      return;
    case Suite::kAeadAes128Gcm:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
      return;
    case Suite::kAesCm128HmacSha1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
      return;
    case Suite::kAesCm128HmacSha1_32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);  // RFC 4568 6.2.2: SRTCP keeps 80 bits
      return;
  }
}

// One libsrtp session. The key is copied into the engine; our copy lives only during the call.
struct Session {
  srtp_t handle = nullptr;

  ~Session() {
    if (handle != nullptr) srtp_dealloc(handle);
  }

  static srtp_policy_t policy(Suite suite, std::string_view key_salt, srtp_ssrc_type_t type, uint32_t ssrc) {
    srtp_policy_t made{};
    set_suite(suite, made);
    made.ssrc.type = type;
    made.ssrc.value = ssrc;
    made.key = reinterpret_cast<unsigned char*>(const_cast<char*>(key_salt.data()));
    made.window_size = kReplayWindow;
    made.allow_repeat_tx = 0;
    return made;
  }
};

absl::Status check_key(Suite suite, std::string_view key_salt) {
  const size_t wanted = shape_of(suite).key_salt_octets();
  if (key_salt.size() != wanted) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(shape_of(suite).name), " takes ", wanted,
                                                   " octets of key and salt, expected ", key_salt.size()));
  }
  return start_srtp();
}

}  // namespace

struct SrtpSender::Engine : Session {
  TransmitState state;
  bool sent = false;
};

SrtpSender::SrtpSender(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
SrtpSender::~SrtpSender() = default;

absl::StatusOr<std::unique_ptr<SrtpSender>> SrtpSender::create(Suite suite, std::string_view key_salt, uint32_t ssrc,
                                                               uint64_t first_index) {
  if (absl::Status status = check_key(suite, key_salt); !status.ok()) return status;
  auto engine = std::make_unique<Engine>();
  const srtp_policy_t policy = Session::policy(suite, key_salt, ssrc_specific, ssrc);
  if (srtp_create(&engine->handle, &policy) != srtp_err_status_ok)
    return absl::InternalError("cannot create an SRTP sending context");
  const auto rollover = static_cast<uint32_t>(first_index >> 16);
  if (rollover > 0 && srtp_set_stream_roc(engine->handle, ssrc, rollover) != srtp_err_status_ok) {
    return absl::InternalError("cannot read the SRTP rollover counter");
  }
  engine->state = {.ssrc = ssrc, .index = first_index, .rtcp_index = 0};
  return std::unique_ptr<SrtpSender>(new SrtpSender(std::move(engine)));
}

uint64_t SrtpSender::index_of(uint16_t sequence) const {
  if (!engine_->sent) return (engine_->state.index & ~uint64_t{0xffff}) | sequence;
  return guess_index(engine_->state.index, sequence);
}

bool SrtpSender::protect(uint8_t* packet, size_t& size) {
  if (size < 12 || size > kMaxPacketOctets) return false;
  const uint64_t index = index_of(get16(packet + 2));
  if (engine_->sent && index <= engine_->state.index) return false;
  auto length = static_cast<int>(size);
  if (srtp_protect(engine_->handle, packet, &length) != srtp_err_status_ok) return false;
  engine_->state.index = index;
  engine_->sent = true;
  size = static_cast<size_t>(length);
  return true;
}

bool SrtpSender::protect_rtcp(uint8_t* packet, size_t& size) {
  if (size < 8 || size > kMaxPacketOctets || engine_->state.rtcp_index >= kLastRtcpIndex) return false;
  auto length = static_cast<int>(size);
  if (srtp_protect_rtcp(engine_->handle, packet, &length) != srtp_err_status_ok) return false;
  ++engine_->state.rtcp_index;
  size = static_cast<size_t>(length);
  return true;
}

const TransmitState& SrtpSender::state() const { return engine_->state; }

struct SrtpReceiver::Engine : Session {
  Suite suite{};
  std::string mki;
  std::array<uint8_t, kMaxPacketOctets> without_mki{};
  Continuity continuity = Continuity::kNone;
  ReceiveState state;
  std::array<bool, kMaxSources> settled{};  // its rollover counter is proven by an authentic packet
  // kRestored, or back from retirement: the engine's window is empty below, so nothing under this index is heard.
  std::array<uint64_t, kMaxSources> floor{};
  std::array<uint64_t, kMaxSources> heard{};  // when, in packets of this key
  uint64_t packets = 0;
  std::array<uint32_t, kMaxSources> reporters{};  // 0: none
  size_t next_reporter = 0;
  uint32_t retired_count = 0;
  std::unique_ptr<std::array<SourceState, kMaxRetiredSources>> retired =
      std::make_unique<std::array<SourceState, kMaxRetiredSources>>();  // index: the lowest that may be heard again

  // The packet without its MKI, which stands before the last `tag` octets; nothing when it is not the agreed one.
  std::optional<std::span<const uint8_t>> strip(std::span<const uint8_t> in, size_t tag) {
    if (mki.empty()) return in;
    if (in.size() < 12 + mki.size() + tag || in.size() > without_mki.size()) return std::nullopt;
    const size_t at = in.size() - tag - mki.size();
    if (std::memcmp(in.data() + at, mki.data(), mki.size()) != 0) return std::nullopt;
    std::memcpy(without_mki.data(), in.data(), at);
    std::memcpy(without_mki.data() + at, in.data() + at + mki.size(), tag);
    return std::span<const uint8_t>(without_mki.data(), at + tag);
  }

  size_t find(uint32_t ssrc) const {
    size_t at = 0;
    while (at < state.sources && state.source[at].ssrc != ssrc) ++at;
    return at;
  }

  SourceState* find_retired(uint32_t ssrc) const {
    auto* end = retired->data() + retired_count;
    auto* at = std::find_if(retired->data(), end, [&](const SourceState& one) { return one.ssrc == ssrc; });
    return at == end ? nullptr : at;
  }

  bool may_take_new(uint32_t ssrc) const {
    return state.sources < kMaxSources || retired_count < kMaxRetiredSources || find_retired(ssrc) != nullptr;
  }

  // A new source has proven itself: it gets a place, that of the longest silent one if need be.
  void take_new(uint32_t ssrc, uint64_t index, uint64_t lowest) {
    if (SourceState* before = find_retired(ssrc)) *before = (*retired)[--retired_count];
    size_t at = state.sources;
    if (at == kMaxSources) {
      at = static_cast<size_t>(std::min_element(heard.begin(), heard.end()) - heard.begin());
      srtp_remove_stream(handle, htonl(state.source[at].ssrc));
      // Of a source that another key was used for nothing was heard with this one.
      const bool used = settled[at] || continuity == Continuity::kRestored;
      (*retired)[retired_count++] = {.ssrc = state.source[at].ssrc,
                                     .index = used ? std::max(state.source[at].index + 1, floor[at]) : 0};
    } else {
      ++state.sources;
    }
    state.source[at] = {.ssrc = ssrc, .index = index};
    settled[at] = true;
    floor[at] = lowest;
    heard[at] = packets;
  }

  // The engine makes a context for every source of an authentic report: a few of those that send no RTP have one.
  void take_reporter(uint32_t ssrc) {
    if (find(ssrc) < state.sources || std::find(reporters.begin(), reporters.end(), ssrc) != reporters.end()) return;
    uint32_t& place = reporters[next_reporter];
    next_reporter = (next_reporter + 1) % reporters.size();
    if (place != 0 && find(place) == state.sources) srtp_remove_stream(handle, htonl(place));
    place = ssrc;
  }

  srtp_err_status_t attempt(std::span<const uint8_t> in, std::span<uint8_t> out, size_t& size) {
    std::memcpy(out.data(), in.data(), in.size());
    auto length = static_cast<int>(in.size());
    const srtp_err_status_t status = srtp_unprotect(handle, out.data(), &length);
    if (status == srtp_err_status_ok) size = static_cast<size_t>(length);
    return status;
  }

  // The rollover counters worth trying for the first packet of a source we know from before.
  std::array<uint64_t, 3> candidates(uint64_t before, uint16_t sequence) const {
    const uint64_t guess = guess_index(before, sequence);
    if (continuity == Continuity::kRestored) return {guess, guess + 0x10000, guess};
    return {guess, sequence, guess + 0x10000};
  }

  Verdict first_of_known(size_t at, std::span<const uint8_t> in, std::span<uint8_t> out, size_t& size) {
    const uint16_t sequence = get16(in.data() + 2);
    SourceState& source = state.source[at];
    bool replay = false;
    uint64_t tried = kLastRtpIndex + 1;
    for (const uint64_t index : candidates(source.index, sequence)) {
      if (index == tried || index > kLastRtpIndex) continue;
      tried = index;
      if (continuity == Continuity::kRestored && index <= source.index) {
        replay = true;
        continue;
      }
      if (srtp_set_stream_roc(handle, source.ssrc, static_cast<uint32_t>(index >> 16)) != srtp_err_status_ok) continue;
      if (attempt(in, out, size) != srtp_err_status_ok) continue;
      source.index = index;
      settled[at] = true;
      return Verdict::kOk;
    }
    return replay ? Verdict::kReplay : Verdict::kUnauthentic;
  }
};

SrtpReceiver::SrtpReceiver(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
SrtpReceiver::~SrtpReceiver() = default;

absl::StatusOr<std::unique_ptr<SrtpReceiver>> SrtpReceiver::create(Suite suite, std::string_view key_salt,
                                                                   Continuity continuity, const ReceiveState& before,
                                                                   std::string_view mki) {
  if (absl::Status status = check_key(suite, key_salt); !status.ok()) return status;
  if (mki.size() > kMaxMkiOctets) return absl::InvalidArgumentError("the MKI is too long");
  auto engine = std::make_unique<Engine>();
  const srtp_policy_t any = Session::policy(suite, key_salt, ssrc_any_inbound, 0);
  if (srtp_create(&engine->handle, &any) != srtp_err_status_ok)
    return absl::InternalError("cannot create an SRTP receiving context");
  engine->suite = suite;
  engine->mki = mki;
  engine->continuity = continuity;
  if (continuity != Continuity::kNone) {
    engine->state = before;
    engine->state.sources = std::min<uint32_t>(before.sources, kMaxSources);
    if (continuity == Continuity::kRekeyed) engine->state.rtcp_index = 0;
    for (size_t at = 0; at < engine->state.sources; ++at) {
      if (continuity == Continuity::kRestored) engine->floor[at] = before.source[at].index + 1;
      const srtp_policy_t one = Session::policy(suite, key_salt, ssrc_specific, before.source[at].ssrc);
      if (srtp_add_stream(engine->handle, &one) != srtp_err_status_ok) {
        return absl::InternalError("cannot restore the SRTP context of a source");
      }
    }
  }
  return std::unique_ptr<SrtpReceiver>(new SrtpReceiver(std::move(engine)));
}

Verdict SrtpReceiver::unprotect(std::span<const uint8_t> received, std::span<uint8_t> out, size_t& size) {
  Engine& engine = *engine_;
  const SuiteShape& shape = shape_of(engine.suite);
  const auto stripped = engine.strip(received, shape.aead ? 0 : shape.rtp_tag_octets);
  if (!stripped) return Verdict::kUnauthentic;
  const auto in = *stripped;
  if (in.size() < 12 + shape.rtp_tag_octets || in.size() > kMaxPacketOctets || out.size() < in.size()) {
    return Verdict::kMalformed;
  }
  const uint32_t ssrc = get32(in.data() + 8);
  const uint16_t sequence = get16(in.data() + 2);
  const size_t at = engine.find(ssrc);
  const bool known = at < engine.state.sources;
  ++engine.packets;
  if (known && !engine.settled[at]) {
    engine.heard[at] = engine.packets;
    return engine.first_of_known(at, in, out, size);
  }
  if (!known && !engine.may_take_new(ssrc)) return Verdict::kTooManySources;
  const SourceState* back = known ? nullptr : engine.find_retired(ssrc);
  const uint64_t lowest = known ? engine.floor[at] : back == nullptr ? 0 : back->index;
  const uint64_t index = known ? guess_index(engine.state.source[at].index, sequence) : sequence;
  if (index < lowest) return Verdict::kReplay;
  switch (engine.attempt(in, out, size)) {
    case srtp_err_status_ok:
      break;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return Verdict::kReplay;
    case srtp_err_status_parse_err:
    case srtp_err_status_bad_param:
      return Verdict::kMalformed;
    default:
      return Verdict::kUnauthentic;
  }
  if (known) {
    engine.state.source[at].index = std::max(engine.state.source[at].index, index);
    engine.heard[at] = engine.packets;
  } else {
    engine.take_new(ssrc, index, lowest);
  }
  return Verdict::kOk;
}

Verdict SrtpReceiver::unprotect_rtcp(std::span<const uint8_t> received, std::span<uint8_t> out, size_t& size) {
  Engine& engine = *engine_;
  const SuiteShape& shape = shape_of(engine.suite);
  const auto stripped = engine.strip(received, shape.aead ? 0 : shape.rtcp_tag_octets);
  if (!stripped) return Verdict::kUnauthentic;
  const auto in = *stripped;
  if (in.size() < 8 + 4 + shape.rtcp_tag_octets || in.size() > kMaxPacketOctets || out.size() < in.size()) {
    return Verdict::kMalformed;
  }
  // The index word: last of all with AEAD (RFC 7714 9.2), in front of the tag otherwise (RFC 3711 3.4).
  const uint32_t word = get32(in.data() + in.size() - 4 - (shape.aead ? 0 : shape.rtcp_tag_octets));
  if (word >> 31 == 0) return Verdict::kUnauthentic;  // E=0, UNENCRYPTED_SRTCP: never agreed to
  const uint32_t index = word & kLastRtcpIndex;
  if (engine.continuity == Continuity::kRestored && index <= engine.state.rtcp_index) return Verdict::kReplay;
  std::memcpy(out.data(), in.data(), in.size());
  auto length = static_cast<int>(in.size());
  switch (srtp_unprotect_rtcp(engine.handle, out.data(), &length)) {
    case srtp_err_status_ok:
      break;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return Verdict::kReplay;
    default:
      return Verdict::kUnauthentic;
  }
  engine.take_reporter(get32(in.data() + 4));
  engine.state.rtcp_index = std::max(engine.state.rtcp_index, index);
  size = static_cast<size_t>(length);
  return Verdict::kOk;
}

const ReceiveState& SrtpReceiver::state() const { return engine_->state; }

absl::Status start_srtp() {
  static std::once_flag once;
  static srtp_err_status_t started = srtp_err_status_fail;
  static constexpr Suite kKept[] = {Suite::kAeadAes256Gcm, Suite::kAesCm128HmacSha1_80};
  static std::array<Session*, std::size(kKept)> kept{};  // never freed: NSS unloads its code with the last session
  std::call_once(once, [] {
    started = srtp_init();
    const std::string unused_key(64, '\0');
    for (size_t i = 0; i < kept.size() && started == srtp_err_status_ok; ++i) {
      srtp_policy_t policy = Session::policy(kKept[i], unused_key, ssrc_specific, 1);
      kept[i] = new Session;
      started = srtp_create(&kept[i]->handle, &policy);
    }
  });
  if (started != srtp_err_status_ok) return absl::InternalError("libsrtp could not be initialised");
  return absl::OkStatus();
}

}  // namespace phone::media
