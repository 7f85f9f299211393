// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

using FlowId = uint64_t;  // one per connection ever opened; 0 is none

enum class Severity : uint8_t { kInfo, kWarning, kError };
using Detail = std::map<std::string, std::string>;

// What each part of the user agent may ask of the rest of the process. Every call returns at once.
class SipPort {
 public:
  virtual ~SipPort() = default;
  virtual void send(FlowId flow, std::string bytes) = 0;
  virtual void report(std::string kind, Severity severity, std::string text, Detail detail) = 0;
  virtual std::string random_bytes(size_t count) = 0;
  virtual WallTime wall() = 0;
};

// Lower-case hex of `count` random bytes.
std::string random_token(SipPort& port, size_t count);

}  // namespace phone::signaling
