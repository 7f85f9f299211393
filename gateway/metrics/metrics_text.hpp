// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "gateway/metrics/exposition.hpp"
#include "phone/mesh/v1/process.pb.h"

namespace phone::gateway {

// What each service counted, by its name; nothing: it did not answer.
using Counted = std::map<std::string, std::optional<phone::mesh::v1::Metrics>>;

// Of services that are not always there.
struct OnDemandRecord {
  std::map<std::string, std::uint64_t> deaths;  // by cause
  bool last_run_failed = false;                 // and none has served since
};
using OnDemand = std::map<std::string, OnDemandRecord>;

// Whether other units run, by their names.
using UnitsUp = std::map<std::string, bool>;

// What processes say of themselves: up, version, start, sandbox, refusals, losses, restarts.
std::string metrics_text(const Counted& counted, const OnDemand& on_demand = {}, const UnitsUp& others = {});

}  // namespace phone::gateway
