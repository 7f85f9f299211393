// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <string>

#include "common/crypto/secret.hpp"

namespace phone::gateway::web {

// What the administrator's pages ask besides. Callbacks run on another thread, once each.
class AdminPort {
 public:
  struct Verdict {
    bool right = false;
    std::string reason;            // why not, one sentence
    std::chrono::seconds wait{0};  // no password is looked at before
  };

  virtual ~AdminPort() = default;
  // `from`: the client's address, for the record.
  virtual void check_password(const crypto::Secret& password, const std::string& from,
                              std::function<void(absl::StatusOr<Verdict>)> done) = 0;
  // In Prometheus' text format.
  virtual void metrics(std::function<void(absl::StatusOr<std::string>)> done) = 0;
};

}  // namespace phone::gateway::web
