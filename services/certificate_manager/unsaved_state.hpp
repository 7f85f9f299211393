// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <optional>

#include "absl/status/status.h"
#include "services/certificate_manager/state_record.hpp"

namespace phone::certificates {

// Which of the order and the policy have found no room on flash: they are written with the next try.
class UnsavedState {
 public:
  void order_changed() { order_ = true; }
  void policy_changed() { policy_ = true; }
  // What is to be told: that it could not be saved, once, and that it has been. Nothing while nothing changes.
  std::optional<absl::Status> save(const std::filesystem::path& state, const Order& order,
                                   const std::optional<KeptPolicy>& policy);

 private:
  bool order_ = false, policy_ = false, told_ = false;
};

}  // namespace phone::certificates
