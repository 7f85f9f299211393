// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/report/problem_report.hpp"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <deque>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/text/foreign_text.hpp"
#include "gateway/status/redaction.hpp"

namespace phone::gateway {
namespace {

constexpr int kMostDecisions = 100;
constexpr std::size_t kMostEvents = 400;
constexpr char kLeftOut[] = "(left out)";

std::string json(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  std::string out;
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok()) return "{}\n";
  return absl::StrCat(out, absl::EndsWith(out, "\n") ? "" : "\n");
}

// A file that is cut is still read by people.
std::string bounded(std::string text) {
  if (text.size() <= kMostReportFile) return text;
  constexpr char kCut[] = "\n(the rest is left out)\n";
  text.resize(kMostReportFile - sizeof kCut);
  return text + kCut;
}

// The registrations and settings; calls, lines and history are left out.
phone::signaling::v1::SignalingState registration_only(const phone::signaling::v1::SignalingState& from) {
  phone::signaling::v1::SignalingState to;
  *to.mutable_registration() = from.registration();
  *to.mutable_setting() = from.setting();
  to.set_policy_version(from.policy_version());
  to.set_registered(from.registered());
  to.set_display_text(from.display_text());
  to.set_time_zone(from.time_zone());
  for (const auto& line : from.line()) {
    auto& one = *to.add_line();
    one.set_line(line.line());
    one.set_registered(line.registered());
  }
  return to;
}

// With what of an event is about the phone and not about a call.
bool tells_of_calls(const phone::mesh::v1::Event& event) {
  return event.service() == "signaling" && !absl::StartsWith(event.kind(), "process.") &&
         !absl::StartsWith(event.kind(), "registration.") && !absl::StartsWith(event.kind(), "alarm.") &&
         !absl::StartsWith(event.kind(), "policy.") && !absl::StartsWith(event.kind(), "report.");
}

phone::mesh::v1::Event redacted(const phone::mesh::v1::Event& event) {
  phone::mesh::v1::Event to;
  *to.mutable_time() = event.time();
  to.set_service(event.service());
  to.set_kind(event.kind());
  to.set_severity(event.severity());
  to.set_lost(event.lost());
  to.set_text(tells_of_calls(event) ? kLeftOut : event.text());  // details are never taken: each service has its own
  return to;
}

phone::gateway::v1::PhoneStatus redacted(const phone::gateway::v1::PhoneStatus& from) {
  phone::gateway::v1::PhoneStatus to;
  to.set_version(from.version());
  if (from.has_network()) *to.mutable_network() = from.network();
  if (from.has_provisioning()) *to.mutable_provisioning() = from.provisioning();
  if (from.has_security()) *to.mutable_security() = from.security();
  if (from.has_signaling()) *to.mutable_signaling() = registration_only(from.signaling());
  if (from.has_certificates()) *to.mutable_certificates() = from.certificates();
  *to.mutable_unreachable() = from.unreachable();
  for (const auto& incident : from.incident()) *to.add_incident() = redacted(incident);
  return to;
}

bool has_numbers(const std::string& element) {
  const std::string lower = absl::AsciiStrToLower(element);
  return absl::StrContains(lower, "sipline") || absl::StrContains(lower, "number") || absl::StrContains(lower, "uri") ||
         absl::StrContains(lower, "user") || absl::StrContains(lower, "owner") || absl::StrContains(lower, "secret") ||
         absl::StrContains(lower, "password") || absl::StrContains(lower, "challenge");
}

phone::policy::v1::ListSettingsReply redacted(const phone::policy::v1::ListSettingsReply& from) {
  phone::policy::v1::ListSettingsReply to;
  for (const auto& setting : from.setting()) {
    if (setting.level() == phone::policy::v1::SETTING_LEVEL_UNSPECIFIED) continue;
    auto& one = *to.add_setting();
    one = setting;
    const bool unknown = setting.support() == phone::policy::v1::SETTING_SUPPORT_UNKNOWN;
    if (!setting.configured().empty() && (unknown || is_personal(setting.element()) || has_numbers(setting.element())))
      one.set_configured("(set)");
  }
  return to;
}

std::string events(const std::vector<phone::mesh::v1::Event>& all) {
  std::deque<std::string> lines;
  std::size_t bytes = 0;
  for (auto event = all.rbegin(); event != all.rend() && lines.size() < kMostEvents; ++event) {
    std::string line = json(redacted(*event), false);
    bytes += line.size();
    if (bytes > kMostReportFile) break;
    lines.push_front(std::move(line));
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

}  // namespace

std::vector<ReportFile> report_files(const ReportParts& parts) {
  phone::trust::v1::ListDecisionsReply decisions;
  for (const auto& one : parts.decisions.decision()) {
    if (decisions.decision_size() < kMostDecisions) *decisions.add_decision() = one;
  }
  return {{"about.txt",
           absl::StrCat("Problem report of ", absl::FormatTime(absl::RFC3339_sec, parts.time, absl::UTCTimeZone()),
                        "\nSoftware: ", parts.load, "\nSystem: ", parts.system,
                        "\nReason: ", text::clean(parts.reason, 200), "\nSecrets, calls and numbers are left out.\n")},
          {"status.json", bounded(json(redacted(parts.status), true))},
          {"settings.json", bounded(json(redacted(parts.settings), true))},
          {"decisions.json", bounded(json(decisions, true))},
          {"events.json", events(parts.events)}};
}

}  // namespace phone::gateway
