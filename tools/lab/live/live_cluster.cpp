// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/live/live_cluster.hpp"

#include <utility>

#include "absl/strings/str_cat.h"

namespace phone::lab {

LiveCluster::LiveCluster(std::filesystem::path directory, Devices& devices)
    : directory_(std::move(directory)), devices_(devices) {
  if (auto before = read_changes(directory_); before.ok()) changes_ = *std::move(before);
}

void LiveCluster::look() {
  auto now = read_changes(directory_);
  if (!now.ok() || *now == changes_) return;
  const bool ordered = now->capf_orders != changes_.capf_orders;
  changes_ = *std::move(now);
  if (ordered) {
    devices_.schedule_all(capf_operation(changes_.capf_mode), capf_auth(changes_.capf_auth),
                          changes_.authentication_string);
  }
  due_ = true;
}

Plan LiveCluster::changed(const Plan& plan) {
  const std::lock_guard lock(mutex_);
  look();
  return with_changes(plan, changes_);
}

std::vector<std::string> LiveCluster::orders(const Plan& plan) {
  const std::lock_guard lock(mutex_);
  look();
  std::vector<std::string> lines;
  if (!std::exchange(due_, false)) return lines;
  for (const std::string& number : devices_.numbers_of_phones()) {
    lines.push_back(absl::StrCat("notify -number=", number,
                                 " service-control action=apply-config result=config_applied config=",
                                 with_changes(plan, changes_).version_stamp));
  }
  return lines;
}

}  // namespace phone::lab
