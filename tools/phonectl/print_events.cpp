// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_events.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <algorithm>

#include "tools/phonectl/print_calls.hpp"
#include "tools/phonectl/print_told.hpp"
#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using phone::gateway::v1::PhoneStatus;

std::string network_line(const PhoneStatus& status) {
  if (!status.has_network()) return "";
  const auto& network = status.network();
  return absl::StrCat("link ", network.link_up() ? "up" : "down",
                      network.address().empty() ? "" : absl::StrCat(", ", absl::StrJoin(network.address(), ", ")));
}

std::string provisioning_line(const PhoneStatus& status) {
  if (!status.has_provisioning()) return "";
  const auto& provisioning = status.provisioning();
  return absl::StrCat("provisioning ", word(provisioning.stage()), provisioning.doing().empty() ? "" : ": ",
                      provisioning.doing());
}

std::string certificates_line(const PhoneStatus& status) {
  if (!status.has_certificates()) return "";
  const auto& report = status.certificates().enrolment();
  std::string line = absl::StrCat("LSC ", status.security().lsc());
  if (report.phase() != phone::certificates::v1::ENROLMENT_PHASE_UNSPECIFIED) {
    const std::string reason = enrolment_reason(report);
    absl::StrAppend(&line, ", enrolment ", word(report.phase()), reason.empty() ? "" : ": ", reason);
  }
  return line;
}

std::string registration_line(const phone::signaling::v1::Registration& registration) {
  const std::string facts = join_known({registration.tls_version(), registration.cipher_suite()});
  const bool connected = registration.state() == phone::signaling::v1::REGISTRATION_STATE_REGISTERED ||
                         registration.state() == phone::signaling::v1::REGISTRATION_STATE_STANDBY;
  const std::string why = !connected ? registration.reason() : facts.empty() ? "TCP, not protected" : facts;
  return absl::StrCat(registration.server(), " ", registration_word(registration), why.empty() ? "" : ": ", why);
}

std::string unreachable_line(const PhoneStatus& status) {
  return status.unreachable().empty() ? "all services respond"
                                      : absl::StrCat("not responding: ", absl::StrJoin(status.unreachable(), ", "));
}

const phone::signaling::v1::Registration* find(const PhoneStatus& status, const std::string& server) {
  const auto& all = status.signaling().registration();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.server() == server; });
  return found == all.end() ? nullptr : &*found;
}

const phone::signaling::v1::Call* find_call(const PhoneStatus& status, const std::string& call) {
  const auto& all = status.signaling().call();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.call() == call; });
  return found == all.end() ? nullptr : &*found;
}

Tone tone_of(phone::mesh::v1::Severity severity) {
  return severity == phone::mesh::v1::SEVERITY_WARNING || severity == phone::mesh::v1::SEVERITY_ERROR ? Tone::kBad
                                                                                                      : Tone::kPlain;
}

}  // namespace

std::string print_event(const phone::mesh::v1::Event& event, const View& view) {
  std::string out;
  if (event.lost() > 0) {
    out = paint(view, Tone::kBad, absl::StrCat(event.lost(), event.lost() == 1 ? " event" : " events", " lost")) + "\n";
  }
  std::string time = when(view, event.time());
  if (!time.empty()) absl::StrAppendFormat(&time, ".%03d", event.time().nanos() / 1'000'000);
  // 19 columns fit the longest service name, so that lines printed one by one still align.
  return absl::StrCat(out, paint(view, Tone::kDim, time), "  ", absl::StrFormat("%-19s", plain(event.service())), "  ",
                      paint(view, tone_of(event.severity()), event.text().empty() ? event.kind() : event.text()), "\n");
}

std::vector<std::string> changes(const PhoneStatus& before, const PhoneStatus& after) {
  std::vector<std::string> lines;
  const auto note = [&](const std::string& old_line, const std::string& new_line) {
    if (!new_line.empty() && new_line != old_line) lines.push_back(plain(new_line));
  };
  note(unreachable_line(before), unreachable_line(after));
  note(network_line(before), network_line(after));
  note(provisioning_line(before), provisioning_line(after));
  note(certificates_line(before), certificates_line(after));
  note(before.signaling().display_text(), after.signaling().display_text());
  note(before.signaling().pending(), after.signaling().pending());
  for (const auto& line : after.signaling().line()) {
    const auto& old = before.signaling().line();
    const int index = static_cast<int>(line.line()) - 1;
    const std::string told = told_of(line), told_before = index < old.size() ? told_of(old[index]) : "";
    if (told != told_before) note("", absl::StrCat("line ", line.line(), ": ", told.empty() ? "nothing new" : told));
  }
  const std::vector<std::string> known = told_lines(before.signaling());
  for (const std::string& one : told_lines(after.signaling()))
    note(std::find(known.begin(), known.end(), one) == known.end() ? "" : one, one);
  for (const auto& registration : after.signaling().registration()) {
    const auto* old = find(before, registration.server());
    note(old != nullptr ? registration_line(*old) : "", registration_line(registration));
  }
  for (const auto& call : after.signaling().call()) {
    const auto* old = find_call(before, call.call());
    note(old != nullptr ? call_line(*old) : "", call_line(call));
  }
  return lines;
}

}  // namespace phone::phonectl
