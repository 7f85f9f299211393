// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/request/route.hpp"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

namespace phone::gateway::web {
namespace {

using absl::StatusCode;

constexpr std::string_view kUnaryType = "application/json";
constexpr std::string_view kStreamType = "application/connect+json";

// A field that decides something may stand there once only.
struct Fields {
  const RequestHead& head;
  std::string twice;  // the first that stands there more than once

  std::optional<std::string_view> find(std::string_view name) {
    std::optional<std::string_view> found;
    for (const auto& [field, value] : head.fields) {
      if (!absl::EqualsIgnoreCase(absl::string_view(field.data(), field.size()),
                                  absl::string_view(name.data(), name.size())))
        continue;
      if (found && twice.empty()) twice = std::string(name);
      found = value;
    }
    return found;
  }
};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-' || c == '/';
}

// No escapes, no empty step and none that begins with a dot.
bool is_plain_path(std::string_view path) {
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), is_plain) &&
         path.find("//") == std::string_view::npos && path.find("/.") == std::string_view::npos;
}

Route refused(unsigned http_status, StatusCode code, std::string reason) {
  return Refusal{http_status, code, std::move(reason)};
}

Route file_route(std::string_view path, const Door& door) {
  if (door.administrator && path == "/metrics") return MetricsRoute{};
  if (path != "/") return FileRoute{std::string(path)};
  return FileRoute{door.administrator ? "/administrator.html" : "/index.html"};
}

// Connect: at most ten digits.
std::optional<std::chrono::milliseconds> milliseconds(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.size() > 10 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) ||
      !absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &value)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(value);
}

bool is_identity(const std::optional<std::string_view>& encoding) { return !encoding || *encoding == "identity"; }

Route call_route(Fields& fields, std::string_view path, std::string_view host, const Door& door) {
  const auto origin = fields.find("Origin");
  if (!origin ||
      *origin != absl::StrCat(door.administrator ? "https://" : "http://", absl::string_view(host.data(), host.size())))
    return refused(403, StatusCode::kPermissionDenied, "a call needs the Origin of this screen");
  const auto version = fields.find("Connect-Protocol-Version");
  if (!version || *version != "1")
    return refused(400, StatusCode::kInvalidArgument, "Connect-Protocol-Version must be 1");
  const auto type = fields.find("Content-Type");
  if (!type || (*type != kUnaryType && *type != kStreamType))
    return refused(415, StatusCode::kInvalidArgument,
                   "Content-Type must be application/json or application/connect+json");
  if (!is_identity(fields.find("Content-Encoding")) || !is_identity(fields.find("Connect-Content-Encoding")))
    return refused(415, StatusCode::kUnimplemented, "compressed requests are not taken");
  if (!fields.find("Content-Length")) return refused(411, StatusCode::kInvalidArgument, "Content-Length is missing");

  CallRoute call;
  call.streams = *type == kStreamType;
  if (const auto timeout = fields.find("Connect-Timeout-Ms")) {
    call.timeout = milliseconds(*timeout);
    if (!call.timeout) return refused(400, StatusCode::kInvalidArgument, "Connect-Timeout-Ms is not a number");
    call.timeout = std::max(*call.timeout, kShortestCall);
  }
  if (!call.streams) call.timeout = std::min(call.timeout.value_or(kLongestCall), kLongestCall);
  const auto slash = path.rfind('/');
  call.service = std::string(path.substr(1, slash == 0 ? 0 : slash - 1));
  call.method = std::string(path.substr(slash + 1));
  return call;
}

}  // namespace

Route route(const RequestHead& head, const Door& door) {
  Fields fields{head, {}};
  if (head.version != 11) return refused(505, StatusCode::kUnimplemented, "only HTTP/1.1 is spoken here");
  const auto host = fields.find("Host");
  if (!host || std::find(door.hosts.begin(), door.hosts.end(), *host) == door.hosts.end())
    return refused(421, StatusCode::kPermissionDenied, "Host does not name this screen");
  if (fields.find("Upgrade") || fields.find("Expect") || fields.find("Transfer-Encoding"))
    return refused(501, StatusCode::kUnimplemented, "Upgrade, Expect and Transfer-Encoding are not supported");
  const auto site = fields.find("Sec-Fetch-Site");
  if (site && *site != "same-origin" && *site != "none")
    return refused(403, StatusCode::kPermissionDenied, "requests of other sites are refused");
  if (head.target.size() > kLongestTarget) return refused(414, StatusCode::kInvalidArgument, "the target is too long");
  if (!is_plain_path(head.target)) return refused(404, StatusCode::kNotFound, "there is no such file");

  Route asked = head.method == "GET"    ? file_route(head.target, door)
                : head.method == "POST" ? call_route(fields, head.target, *host, door)
                                        : refused(405, StatusCode::kUnimplemented, "only GET and POST are served");
  if (door.administrator) (void)fields.find("Authorization");
  if (!fields.twice.empty())
    return refused(400, StatusCode::kInvalidArgument, absl::StrCat(fields.twice, " is present twice"));
  return asked;
}

}  // namespace phone::gateway::web
