#pragma once

#include <map>
#include <optional>
#include <string>

#include "phone/mesh/v1/process.pb.h"

namespace phone::gateway {

// What each service counted, by its name; nothing: it did not answer.
using Counted = std::map<std::string, std::optional<phone::mesh::v1::Metrics>>;

// The Prometheus text exposition format, version 0.0.4.
std::string metrics_text(const Counted& counted);

}  // namespace phone::gateway
