// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The tokens of SIP OAuth: who has which, and until when. Its interface to phones is the project's own
// (cucm-calls.md 11 and U).
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"

namespace phone::lab {

struct TokenSettings {
  std::chrono::seconds lifetime{3600};
  std::string activation_code;  // good once
  bool refuse_refresh = false;
};

class TokenService {
 public:
  using Clock = std::chrono::steady_clock;
  explicit TokenService(TokenSettings settings) : settings_(std::move(settings)), code_(settings_.activation_code) {}

  struct Answer {
    int status = 200;
    std::string body;   // JSON
    std::string grant;  // what was asked for, for the event
    std::string device;
  };
  // `form` is the body of the POST.
  Answer answer(const std::string& form, Clock::time_point now);
  // Whose access token it is; why it is not good.
  absl::StatusOr<std::string> device_of(const std::string& token, Clock::time_point now) const;

 private:
  struct Given {
    std::string device;
    Clock::time_point until;
  };
  Answer give(const std::string& grant, const std::string& device, Clock::time_point now);

  const TokenSettings settings_;
  mutable std::mutex mutex_;
  std::string code_;
  std::map<std::string, Given> access_;
  std::map<std::string, std::string> refresh_;  // token -> device
};

}  // namespace phone::lab
