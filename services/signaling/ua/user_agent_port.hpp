// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/crypto/secret.hpp"
#include "services/signaling/ua/settings.hpp"

namespace phone::signaling {

enum class Tone : uint8_t { kNone, kRingback, kBusy, kReorder, kSecure, kNonsecure, kRinging };

enum class Direction : uint8_t { kInactive = 0, kSendOnly = 1, kReceiveOnly = 2, kSendReceive = 3 };

struct SrtpKey {
  std::string suite;  // empty: no SRTP
  crypto::Secret key_salt;
  uint32_t tag = 0;
};

// What a stream shall do, level-triggered (media.proto ConfigureStream).
struct StreamSetting {
  std::string stream;
  std::string call;
  std::string remote_address;
  uint16_t remote_port = 0;
  std::string codec;
  uint8_t payload_type = 0;
  uint32_t clock_rate = 8000;
  uint8_t dtmf_payload_type = 0;
  Direction direction = Direction::kSendReceive;
  SrtpKey transmit, receive;
  uint32_t dscp = 46;
  std::string cookie;  // our own SDP with its keys, for a byte-identical offer after a restart
};

// What a stream really does (media.proto StreamFact).
struct StreamReport {
  std::string stream;
  bool sending_encrypted = false, receiving_encrypted = false;
  uint64_t packets_sent = 0, packets_received = 0;
  std::string transmit_suite, receive_suite, codec;
};

enum class Severity : uint8_t { kInfo, kWarning, kError };
using Detail = std::map<std::string, std::string>;

// What the user agent asks of the rest of the process. Every call returns at once; what comes of it arrives as an event
// on the user agent.
class UserAgentPort {
 public:
  virtual ~UserAgentPort() = default;
  virtual void open_flow(FlowId flow, const Target& target) = 0;
  virtual void close_flow(FlowId flow) = 0;
  virtual void send(FlowId flow, std::string bytes) = 0;
  virtual void open_stream(const std::string& stream, const std::string& local_address) = 0;
  virtual void configure_stream(const StreamSetting& setting) = 0;
  virtual void close_stream(const std::string& stream) = 0;
  virtual void play_tone(Tone tone, const std::string& stream) = 0;
  virtual void report(std::string kind, Severity severity, std::string text, Detail detail) = 0;
  // The state records (no secrets) for the state directory: the dialogs, and the alarm that was accepted last.
  virtual void save(std::string dialogs) = 0;
  virtual void save_alarm(std::string alarm) = 0;
  virtual std::string random_bytes(size_t count) = 0;
  virtual std::chrono::system_clock::time_point wall() = 0;
};

// Lower-case hex of `count` random bytes.
std::string random_token(UserAgentPort& ua_port, size_t count);

}  // namespace phone::signaling
