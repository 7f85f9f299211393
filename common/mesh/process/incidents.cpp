// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/process/incidents.hpp"

#include <absl/strings/str_cat.h>

#include "common/log/log.hpp"
#include "common/mesh/guard/refused_callers.hpp"
#include "common/mesh/guard/role_quarantine.hpp"
#include "common/mesh/guard/wire_guard.hpp"
#include "common/os/steady_time.hpp"
#include "common/sandbox/sandbox.hpp"

namespace phone::mesh {
namespace {

constexpr char kLost[] = "incident.lost";
constexpr char kRefused[] = "incident.refused";

}  // namespace

void Incidents::served(ExitHistory& exit_history) {
  for (const auto& [cause, count] : exit_history.past().restarts) {
    metrics::counter(metrics::Sort::kRestart, cause, "restarts since power-on").add(count);
  }
  const std::string sentence = restart_sentence(service_, exit_history.past(), since_boot());
  exit_history.serving();
  if (sentence.empty() || event_log_ == nullptr) return;
  const ProcessExit& last = exit_history.past().since_served.back();
  const bool wanted = last.code == "exited" && last.status == "0";
  const absl::Duration took = since_boot() - exit_history.past().since_served.front().when;
  event_log_->add("process.restarted", wanted ? Severity::kInfo : Severity::kWarning, sentence,
                  {{"milliseconds", absl::StrCat(absl::ToInt64Milliseconds(took))},
                   {"result", last.result},
                   {"code", last.code},
                   {"status", last.status}},
                  true);
}

void Incidents::taken_over(absl::Time since) {
  if (event_log_ == nullptr) return;
  const auto took = absl::StrCat(absl::ToInt64Milliseconds(since_boot() - since));
  event_log_->add("process.replaced", Severity::kInfo,
                  absl::StrCat(service_, " was handed over to another process in ", took, " ms"),
                  {{"milliseconds", took}}, true);
}

void Incidents::tell_sandbox() {
  if (event_log_ == nullptr || sandbox::landlock_abi() > 0) return;
  event_log_->add("process.weaker_sandbox", Severity::kWarning,
                  "this kernel has no Landlock: files are protected only by the unit's sandbox and by uid", {}, true);
}

void Incidents::look() {
  wire_guard::look(os::steady_now());
  for (const std::string& sentence : RoleQuarantine::instance().told()) {
    if (event_log_ == nullptr) {
      log::warning(sentence);
    } else {
      event_log_->add("incident.caller_refused", Severity::kError, sentence, {}, true);
    }
  }
  for (const std::string& sentence : RefusedCallers::instance().told(os::steady_now())) {
    if (event_log_ == nullptr) {
      log::warning(sentence);
    } else {
      event_log_->add("caller.refused", Severity::kWarning, sentence, {}, true);
    }
  }
  for (const metrics::Notice& notice : flood_detector_.look(metrics::read(), os::steady_now())) {
    if (event_log_ == nullptr) continue;
    event_log_->add(notice.sort == metrics::Sort::kLoss ? kLost : kRefused, Severity::kWarning, notice.text,
                    {{"what", notice.what},
                     {"count", absl::StrCat(notice.count)},
                     {"milliseconds", absl::StrCat(absl::ToInt64Milliseconds(notice.lasted))},
                     {"over", notice.over ? "yes" : "no"}});
  }
}

}  // namespace phone::mesh
