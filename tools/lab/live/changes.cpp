// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/live/changes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

using nlohmann::json;

constexpr char kModeElement[] = "deviceSecurityMode", kEncryptedFile[] = "encrConfig";

std::filesystem::path file_of(const std::filesystem::path& directory) { return directory / "changes.json"; }

std::string json_text(const Changes& changes) {
  return json{{"elements", changes.elements},
              {"capf_mode", changes.capf_mode},
              {"capf_auth", changes.capf_auth},
              {"authentication_string", changes.authentication_string},
              {"capf_orders", changes.capf_orders}}
      .dump(1);
}

// What the call manager works out, and how it is changed instead; empty: it may be set.
std::string worked_out(const std::string& path) {
  if (path == "capfAuthMode" || path.starts_with("capfList"))
    return "it follows from --capf-mode and --capf-auth: use these";
  if (path == "certHash") return "it is that of the phone's certificate";
  if (path == "fullConfig") return "whether a file is whole follows from encrConfig";
  if (path == "transportLayerProtocol") return "it follows from deviceSecurityMode: set that";
  if (path == "versionStamp") return "it changes by itself with every change";
  return "";
}

absl::Status check_value(const std::string& path, const std::string& value) {
  if (path == kModeElement && value != "1" && value != "2" && value != "3") {
    return absl::InvalidArgumentError(
        absl::StrCat(kModeElement, " is 1 (nonsecure), 2 (authenticated) or 3 (encrypted), not ", value));
  }
  if (path == kEncryptedFile && value != "true" && value != "false")
    return absl::InvalidArgumentError(absl::StrCat(kEncryptedFile, " is true or false, not ", value));
  return absl::OkStatus();
}

bool is_path(const std::string& path) {
  if (path.empty() || path.front() == '/' || path.back() == '/' || path.find("//") != std::string::npos) return false;
  return std::all_of(path.begin(), path.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '/'; });
}

absl::Status apply_elements(const ChangeRequest& request, Changes& changes) {
  std::map<std::string, std::string> wanted;
  for (const std::string& assignment : request.set) {
    const size_t equals = assignment.find('=');
    const std::string path = assignment.substr(0, equals);
    if (equals == std::string::npos || !is_path(path))
      return absl::InvalidArgumentError(absl::StrCat("--set takes path/below/device=text, not ", assignment));
    const std::string value = assignment.substr(equals + 1);
    if (const std::string instead = worked_out(path); !instead.empty())
      return absl::InvalidArgumentError(absl::StrCat(path, " cannot be set: ", instead));
    if (absl::Status good = check_value(path, value); !good.ok()) return good;
    const auto [there, added] = wanted.emplace(path, value);
    if (!added && there->second != value)
      return absl::InvalidArgumentError(absl::StrCat(path, " is set to ", there->second, " and to ", value));
  }
  for (const std::string& path : request.unset) {
    if (wanted.contains(path)) return absl::InvalidArgumentError(absl::StrCat(path, " is both set and unset"));
    if (changes.elements.erase(path) == 0)
      return absl::NotFoundError(absl::StrCat(path, " was not set by configure; what was: phone-lab configure"));
  }
  for (const auto& [path, value] : wanted) changes.elements[path] = value;
  return absl::OkStatus();
}

absl::Status apply_capf(const ChangeRequest& request, Changes& changes) {
  const bool by_string = request.capf_auth == "string";
  if (request.capf_mode.empty()) {
    return request.authentication_string.empty()
               ? absl::OkStatus()
               : absl::InvalidArgumentError("an authentication string is for a CAPF operation: name it by --capf-mode");
  }
  if (by_string == request.authentication_string.empty()) {
    return absl::InvalidArgumentError(by_string ? "--capf-auth string needs the string: --auth-string-file"
                                                : "an authentication string is for --capf-auth string only");
  }
  changes.capf_mode = request.capf_mode;
  changes.capf_auth = request.capf_auth;
  changes.authentication_string = request.authentication_string;
  ++changes.capf_orders;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Changes> read_changes(const std::filesystem::path& directory) {
  const auto text = read_file(file_of(directory));
  if (!text.ok()) return Changes();
  const json read = json::parse(*text, nullptr, false);
  if (!read.is_object()) return absl::DataLossError(absl::StrCat(file_of(directory).string(), " is damaged"));
  Changes changes;
  changes.elements = read.value("elements", changes.elements);
  changes.capf_mode = read.value("capf_mode", "");
  changes.capf_auth = read.value("capf_auth", "");
  changes.authentication_string = read.value("authentication_string", "");
  changes.capf_orders = read.value("capf_orders", 0U);
  return changes;
}

absl::Status write_changes(const std::filesystem::path& directory, const Changes& changes) {
  return write_file(file_of(directory), json_text(changes), true);
}

absl::Status apply(const ChangeRequest& request, Changes& changes) {
  Changes changed = changes;
  if (absl::Status done = apply_elements(request, changed); !done.ok()) return done;
  if (absl::Status done = apply_capf(request, changed); !done.ok()) return done;
  changes = std::move(changed);
  return absl::OkStatus();
}

Plan with_changes(Plan plan, const Changes& changes) {
  if (changes == Changes()) return plan;
  for (const auto& [path, value] : changes.elements) {
    if (path == kModeElement)
      plan.security_mode = static_cast<SecurityMode>(value[0] - '0');
    else if (path == kEncryptedFile)
      plan.encrypted = value == "true";
    else
      plan.extra[path] = value;
  }
  plan.version_stamp = absl::StrCat("{lab-", hex(digest(EVP_sha1(), json_text(changes))).substr(0, 12), "}");
  return plan;
}

}  // namespace phone::lab
