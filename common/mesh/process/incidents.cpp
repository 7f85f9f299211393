#include "common/mesh/process/incidents.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include "common/log/log.hpp"
#include "common/mesh/guard/role_quarantine.hpp"
#include "common/mesh/guard/wire_guard.hpp"
#include "common/sandbox/sandbox.hpp"

namespace phone::mesh {
namespace {

constexpr char kLost[] = "incident.lost";
constexpr char kRefused[] = "incident.refused";

}  // namespace

void Incidents::served(Endings& endings) {
  for (const auto& [cause, count] : endings.past().restarts) {
    metrics::counter(metrics::Sort::kRestart, cause, "restarts since power-on").add(count);
  }
  const std::string sentence = restart_sentence(service_, endings.past(), since_boot());
  endings.serving();
  if (sentence.empty() || journal_ == nullptr) return;
  const Ending& last = endings.past().since_served.back();
  const bool wanted = last.code == "exited" && last.status == "0";
  const absl::Duration took = since_boot() - endings.past().since_served.front().when;
  journal_->add("process.restarted", wanted ? Severity::kInfo : Severity::kWarning, sentence,
                {{"milliseconds", absl::StrCat(absl::ToInt64Milliseconds(took))},
                 {"result", last.result},
                 {"code", last.code},
                 {"status", last.status}},
                true);
}

void Incidents::taken_over(absl::Time since) {
  if (journal_ == nullptr) return;
  const auto took = absl::StrCat(absl::ToInt64Milliseconds(since_boot() - since));
  journal_->add("process.replaced", Severity::kInfo,
                absl::StrCat(service_, " was handed over to another program in ", took, " ms"),
                {{"milliseconds", took}}, true);
}

void Incidents::tell_sandbox() {
  if (journal_ == nullptr || sandbox::landlock_abi() > 0) return;
  journal_->add("process.weaker_sandbox", Severity::kWarning,
                "this kernel has no Landlock: files are guarded by the unit's sandbox and by uid alone", {}, true);
}

void Incidents::look() {
  wire_guard::look(absl::Now());
  for (const std::string& sentence : Visitors::instance().told()) {
    if (journal_ == nullptr) {
      log::warning(sentence);
    } else {
      journal_->add("incident.caller_refused", Severity::kError, sentence, {}, true);
    }
  }
  for (const metrics::Notice& notice : flood_detector_.look(metrics::read(), absl::Now())) {
    if (journal_ == nullptr) continue;
    journal_->add(notice.sort == metrics::Sort::kLoss ? kLost : kRefused, Severity::kWarning, notice.text,
                  {{"what", notice.what},
                   {"count", absl::StrCat(notice.count)},
                   {"milliseconds", absl::StrCat(absl::ToInt64Milliseconds(notice.lasted))},
                   {"over", notice.over ? "yes" : "no"}});
  }
}

}  // namespace phone::mesh
