// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The digest user of a line (RFC 3261 section 22, RFC 8760): challenges with nonces that live as servers let them live.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {

class DigestGuard {
 public:
  using Clock = std::chrono::steady_clock;
  DigestGuard(Nonces nonces, std::string password) : nonces_(nonces), password_(std::move(password)) {}

  // The 401 that the request gets; nothing when it may pass.
  std::optional<SipMessage> challenge(uint64_t flow, const SipMessage& request, Clock::time_point now);
  // Nonces shown over another connection than their own.
  unsigned misplaced() const { return misplaced_; }
  bool asks() const { return nonces_ != Nonces::kNone; }

 private:
  struct Given {
    uint64_t flow = 0;
    Clock::time_point at;
  };
  bool passes(uint64_t flow, const SipMessage& request, Clock::time_point now);

  const Nonces nonces_;
  const std::string password_;
  std::map<std::string, Given> given_;  // good ones
  std::map<std::string, uint64_t> flow_of_;
  unsigned misplaced_ = 0;
};

// The response of RFC 7616 with SHA-256 and qop=auth.
std::string digest_response(const std::string& user, const std::string& realm, const std::string& password,
                            const std::string& method, const std::string& uri, const std::string& nonce,
                            const std::string& count, const std::string& cnonce);

}  // namespace phone::lab
