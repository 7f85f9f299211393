// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

// What led to the lease in force and what happened since, in order, as shown to users.
namespace phone::network {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class DhcpStepKind : std::uint8_t {
  kAsked,  // DISCOVER, or REQUEST for the previous address
  kOffered,
  kChosen,    // of the offers
  kNotTaken,  // an offer that is valid, and why another one is better
  kRefused,   // an answer that cannot be used, or a value of one
  kGranted,   // ACK
  kDenied,    // NAK
  kConflict,  // another device has the address (RFC 5227)
  kInForce,
  kRenewed,
  kNoAnswer,
  kLost,      // the lease ended
  kMissing,   // the kernel does not have what the lease says
  kRepaired,  // it has it again
  kFailed,    // the kernel refused it
  kLink,      // the cable came or went
};

struct DhcpStep {
  DhcpStepKind kind = DhcpStepKind::kAsked;
  SteadyTime at{};     // of the last time
  unsigned times = 1;  // in a row
  std::string server;  // that said it; empty: none
  std::string address;
  std::string text;  // one sentence
  friend bool operator==(const DhcpStep&, const DhcpStep&) = default;
};

class DhcpStory {
 public:
  static constexpr std::size_t kMostSteps = 48;

  // The same as the last one counts up.
  void add(DhcpStep step);
  const std::deque<DhcpStep>& steps() const { return steps_; }

 private:
  std::deque<DhcpStep> steps_;
};

}  // namespace phone::network
