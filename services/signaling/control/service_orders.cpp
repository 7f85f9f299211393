// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/control/service_orders.hpp"

#include "common/product/product.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

using Depth = RestartOrder::Depth;

ControlAnswer refused(int status, std::string cause) { return {.status = status, .cause = std::move(cause)}; }

}  // namespace

ControlAnswer ServiceOrders::take(std::string_view body, const ControlSource& source, TimePoint now) {
  if (!source.speaks_dialect) return refused(400, "this registration knows no service control");
  if (body.empty()) return refused(400, "the body is missing");
  const auto control = read_service_control(body);
  if (!control.ok()) return refused(400, cat(control.status().message()));
  if (!control->register_call_id.has_value() && !source.in_refer) return refused(400, "RegisterCallId is missing");
  if (control->register_call_id.has_value() && *control->register_call_id != source.register_call_id)
    return refused(400, "RegisterCallId is of another registration");
  const bool of_the_call = control->action == ServiceAction::kCallPreservation;
  if (of_the_call != source.in_call)
    return refused(400, cat(name_of(control->action), of_the_call ? " belongs to the dialog of a call"
                                                                  : " does not belong to the dialog of a call"));
  switch (control->action) {
    case ServiceAction::kReset:
      restart_.order({.depth = Depth::kEverything, .reason = LastReason::kResetReset, .cause = "reset"}, now);
      return {};
    case ServiceAction::kRestart:
      restart_.order({.depth = Depth::kEverything, .reason = LastReason::kResetRestart, .cause = "restart"}, now);
      return {};
    case ServiceAction::kCheckVersion:
      return check_version(control->stamps, now);
    case ServiceAction::kApplyConfig:
      return apply_config(*control, now);
    case ServiceAction::kCallPreservation:
      preserve_ = true;
      return {};
    case ServiceAction::kProblemReport:
      if (!takes_reports_)
        return refused(501, "prt-report: no receiver of problem reports is configured (problemReportUploadURL)");
      ++reports_ordered_;
      port_.report("report.ordered", Severity::kInfo, "the call manager asks for a problem report", {});
      return {};
  }
  return {};
}

// The first stamp that differs. The phone has no file of dial rules or soft keys, so those two are compared with what
// the server said before.
std::optional<RestartOrder> ServiceOrders::judge(const VersionStamps& stamps) const {
  struct Row {
    const std::string& theirs;
    const std::string& ours;
    LastReason reason;
    const char* what;
  };
  const Row rows[] = {
      {stamps.configuration, configuration_, LastReason::kConfigurationStamp, "check-version: another configuration"},
      {stamps.soft_keys, known_.soft_keys, LastReason::kSoftKeyStamp, "check-version: other soft keys"},
      {stamps.dial_plan, known_.dial_plan, LastReason::kDialPlanStamp, "check-version: another dial plan"}};
  for (const Row& row : rows) {
    const bool compared = !row.theirs.empty() && !row.ours.empty();
    if (is_zero_stamp(row.theirs) || (compared && row.theirs != row.ours))
      return RestartOrder{.depth = Depth::kRegistration, .reason = row.reason, .cause = row.what};
  }
  return std::nullopt;
}

ControlAnswer ServiceOrders::check_version(const VersionStamps& stamps, TimePoint now) {
  const auto due = judge(stamps);
  known_ = stamps;
  if (!due.has_value()) return {};
  if (acted_.has_value() && acted_->stamps == stamps && now < acted_->at + kSameStamps) {
    port_.report("control.stamps_again", Severity::kInfo,
                 cat(due->cause, ", once more: the phone has asked for it just now"), {});
    return {};
  }
  acted_ = {.stamps = stamps, .at = now};
  restart_.order(*due, now);
  return {};
}

ControlAnswer ServiceOrders::apply_config(const ServiceControl& control, TimePoint now) {
  if (!control.load.empty() && control.load != product::load())
    port_.report("control.load_not_taken", Severity::kInfo,
                 "the call manager wants another load; this phone takes none from it",
                 {{"load", text::printable(control.load, 64)}});
  known_.dial_plan = control.stamps.dial_plan;
  known_.soft_keys = control.stamps.soft_keys;
  switch (control.result) {
    case ConfigResult::kNoChange:
      port_.report("control.no_change", Severity::kInfo, "the call manager says that the configuration is the same",
                   {});
      return {};
    case ConfigResult::kApplied:
      restart_.order({.depth = Depth::kConfiguration, .reason = LastReason::kApplyConfig, .cause = "apply-config"},
                     now);
      return {};
    case ConfigResult::kReregister:
      restart_.order({.depth = Depth::kRegistration,
                      .reason = LastReason::kApplyConfig,
                      .cause = "apply-config with another registration"},
                     now);
      return {};
  }
  return {};
}

}  // namespace phone::signaling
