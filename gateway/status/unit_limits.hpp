// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// unit_limits.hpp -- which limits of the shipped units the device's kernel does not keep
// (deploy/decisions/2026-11-30-control-groups-of-version-1.md).
#pragma once

#include <set>
#include <string>

namespace phone::gateway {

struct ControlGroups {
  bool version_two = false;
  std::set<std::string> controllers;  // that the phone's services are in
};

// As mounted at `root`, "/sys/fs/cgroup".
ControlGroups read_control_groups(const std::string& root);
// Empty: all are kept.
std::string limits_not_enforced(const ControlGroups& groups);

}  // namespace phone::gateway
