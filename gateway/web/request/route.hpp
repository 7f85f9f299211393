// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// route.hpp -- what one HTTP request to the screen's port asks for, or why it is refused. Looks at the head only, so
// that a refused request costs no body.
#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace phone::gateway::web {

// Longer than any file or method of ours.
inline constexpr std::size_t kLongestTarget = 160;
// A unary call is answered or given up within this time, whatever the client asks for.
inline constexpr std::chrono::milliseconds kLongestCall{10'000};
// A shorter wish is lengthened: calls that are opened and given up in the same breath would have the gateway refuse the
// whole role for a while (common/mesh/guard).
inline constexpr std::chrono::milliseconds kShortestCall{1'000};

struct RequestHead {
  std::string_view method;  // "GET"
  std::string_view target;  // as sent: path and query
  unsigned version = 11;    // 10 * major + minor
  std::vector<std::pair<std::string_view, std::string_view>> fields;
};

// What this port calls itself, as in the Host field: "127.0.0.1", "127.0.0.1:8080".
struct Door {
  std::vector<std::string> hosts;
  // The administrator's: HTTPS, another first page, and figures for Prometheus.
  bool administrator = false;
};

struct FileRoute {
  std::string path;  // "/index.html"
};
struct CallRoute {
  std::string service;  // "phone.gateway.v1.Gateway"
  std::string method;   // "Dial"
  bool streams = false;
  std::optional<std::chrono::milliseconds> timeout;  // that the client asks for; at most kLongestCall of a unary call
};
struct MetricsRoute {};
struct Refusal {
  unsigned http_status = 400;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
  std::string reason;
};
using Route = std::variant<FileRoute, CallRoute, MetricsRoute, Refusal>;

// Host must be one of the door's (DNS rebinding); a call must come from a page of the same origin and carry
// Connect-Protocol-Version, which no form can send.
Route route(const RequestHead& head, const Door& door);

}  // namespace phone::gateway::web
