// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "phone/mesh/v1/process.pb.h"

namespace phone::gateway {

// What each service counted, by its name; nothing: it did not answer.
using Counted = std::map<std::string, std::optional<phone::mesh::v1::Metrics>>;

// Of services that are not always there: how often they died, by cause.
using Deaths = std::map<std::string, std::map<std::string, std::uint64_t>>;

// The Prometheus text exposition format, version 0.0.4.
std::string metrics_text(const Counted& counted, const Deaths& deaths = {});

}  // namespace phone::gateway
