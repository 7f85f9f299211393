// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/unsaved_state.hpp"

#include <utility>

namespace phone::certificates {

std::optional<absl::Status> UnsavedState::save(const std::filesystem::path& state, const Order& order,
                                               const std::optional<KeptPolicy>& policy) {
  absl::Status status;
  if (order_) {
    status = write_order(state, order);
    order_ = !status.ok();
  }
  if (policy_ && policy) {
    const absl::Status written = write_policy(state, *policy);
    policy_ = !written.ok();
    status.Update(written);
  }
  if (std::exchange(told_, !status.ok()) == !status.ok()) return std::nullopt;
  return status;
}

}  // namespace phone::certificates
