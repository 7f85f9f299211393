// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_status.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include "tools/phonectl/network/print_network.hpp"
#include "tools/phonectl/print_calls.hpp"
#include "tools/phonectl/print_events.hpp"
#include "tools/phonectl/print_memory.hpp"
#include "tools/phonectl/print_settings.hpp"
#include "tools/phonectl/print_sound.hpp"
#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using phone::gateway::v1::PhoneStatus;

// The field's service did not answer: unknown, which is not the same as no.
Cell known(const std::string& text) { return text.empty() ? Cell{"unknown", Tone::kDim} : Cell{text}; }

bool answers(const PhoneStatus& status, std::string_view service) {
  for (const auto& name : status.unreachable()) {
    if (name == service) return false;
  }
  return true;
}

void heading(const View& view, std::string_view text, std::string& out) {
  if (!out.empty()) out += "\n";
  absl::StrAppend(&out, paint(view, Tone::kStrong, text), "\n");
}

void indented(std::string_view text, std::string& out) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    out.append("  ").append(text.substr(start, end - start)).append("\n");
    start = end == std::string_view::npos ? text.size() : end + 1;
  }
}

std::string print_provisioning(const PhoneStatus& status, const View& view) {
  if (!status.has_provisioning()) return paint(view, Tone::kDim, "unknown") + "\n";
  const auto& provisioning = status.provisioning();
  Table facts;
  const bool complete = provisioning.stage() == phone::policy::v1::STAGE_COMPLETE;
  facts.row({{"stage"}, {word(provisioning.stage()), complete ? Tone::kGood : Tone::kPlain}});
  if (!provisioning.server().empty()) facts.row({{"server"}, {provisioning.server()}});
  if (!provisioning.doing().empty()) facts.row({{"doing"}, {provisioning.doing()}});
  if (!provisioning.last_failure().empty()) facts.row({{"failure"}, {provisioning.last_failure(), Tone::kBad}});
  if (!provisioning.trial().empty()) facts.row({{"trial"}, {provisioning.trial(), Tone::kBad}});
  if (const auto& audit = provisioning.audit(); !audit.collector().empty()) {
    std::string text =
        absl::StrCat(audit.collector(), ", ", audit.delivered(), " events delivered, ", audit.waiting(), " waiting");
    if (audit.dropped() > 0) absl::StrAppend(&text, ", ", audit.dropped(), " dropped");
    if (!audit.failure().empty()) absl::StrAppend(&text, ": ", audit.failure());
    facts.row({{"audit"}, {text, audit.failure().empty() ? Tone::kPlain : Tone::kBad}});
  }
  for (const auto& remark : provisioning.remark()) facts.row({{"remark"}, {remark}});
  facts.row({{"policy"}, {absl::StrCat("version ", provisioning.policy_version())}});
  Table files;
  for (const auto& file : provisioning.file()) {
    const bool bad = file.state() == phone::policy::v1::FILE_STATE_REFUSED ||
                     file.state() == phone::policy::v1::FILE_STATE_UNREACHABLE;
    files.row({{file.name()},
               {word(file.state()), bad ? Tone::kBad : Tone::kPlain},
               {file.encrypted() ? "encrypted" : ""},
               {file.reason()}});
  }
  return facts.print(view) + files.print(view);
}

std::string print_enrolment(const phone::certificates::v1::EnrolmentReport& report) {
  std::string text = absl::StrCat("enrolment: ", word(report.phase()));
  if (!report.server().empty()) absl::StrAppend(&text, " at ", report.server());
  const std::string reason = enrolment_reason(report);
  if (!reason.empty()) absl::StrAppend(&text, ": ", reason);
  return text;
}

std::string print_certificate_lines(const PhoneStatus& status, const View& view) {
  if (!status.has_certificates()) return paint(view, Tone::kDim, "unknown") + "\n";
  Table table;
  for (const auto& certificate : status.certificates().certificate()) {
    table.row({{word(certificate.kind())},
               {certificate.subject()},
               {certificate.key()},
               {absl::StrCat("until ", date(view, certificate.not_after()))}});
  }
  std::string out = table.empty() ? "none\n" : table.print(view);
  const auto& report = status.certificates().enrolment();
  if (report.phase() != phone::certificates::v1::ENROLMENT_PHASE_UNSPECIFIED) {
    const bool failed = report.phase() == phone::certificates::v1::ENROLMENT_PHASE_FAILED;
    absl::StrAppend(&out, paint(view, failed ? Tone::kBad : Tone::kPlain, print_enrolment(report)), "\n");
  }
  return out;
}

}  // namespace

std::string print_unreachable(const PhoneStatus& status, const View& view) {
  if (status.unreachable().empty()) return "";
  return paint(view, Tone::kBad, absl::StrCat("not responding: ", absl::StrJoin(status.unreachable(), ", "))) + "\n";
}

// Beside those above; as the services say that enforce them.
void setting_rows(const phone::gateway::v1::SecuritySettings& security, Table& table) {
  static constexpr struct {
    const char* element;
    const char* label;
  } kRows[] = {{"vendorConfig/webAccess", "web access"},
               {"vendorConfig/settingsAccess", "settings access"},
               {"vendorConfig/protectedDevice", "protected device"},
               {"vendorConfig/playSecureIndicationTone", "secure indication tone"},
               {"vendorConfig/secureModeWithoutCtl", "secure mode without a CTL"},
               {"vendorConfig/eapAuthentication", "802.1X"},
               {"vendorConfig/pcPort", "PC port"},
               {"vendorConfig/voiceVlanAccess", "voice VLAN access of the PC"},
               {"vendorConfig/voiceVlan", "voice VLAN"},
               {"vendorConfig/garp", "gratuitous ARP"},
               {"vendorConfig/enableCdpSwPort", "CDP on the switch port"},
               {"vendorConfig/enableCdpPcPort", "CDP on the PC port"},
               {"vendorConfig/enableLldpSwPort", "LLDP on the switch port"},
               {"vendorConfig/enableLldpPcPort", "LLDP on the PC port"},
               {"vendorConfig/wifi", "WLAN"},
               {"vendorConfig/lscForWlan", "LSC used in WLAN"},
               {"vendorConfig/remoteDiagnostics", "remote diagnostics"}};
  for (const auto& row : kRows) {
    for (const auto& setting : security.setting()) {
      if (setting.element() != row.element) continue;
      table.row({{row.label}, in_force(setting)});
      break;
    }
  }
}

std::string print_security(const PhoneStatus& status, const View& view) {
  const auto& security = status.security();
  const bool policy = answers(status, "policy");
  const auto yes_no = [](bool known_at_all, bool value) {
    return known_at_all ? Cell{value ? "on" : "off"} : Cell{"unknown", Tone::kDim};
  };
  Table table;
  table.row({{"security mode"}, known(security.security_mode())});
  table.row({{"LSC"}, known(security.lsc())});
  table.row({{"CTL signature"}, known(security.ctl_signature())});
  table.row({{"ITL signature"}, known(security.itl_signature())});
  table.row({{"signed files"},
             answers(status, "trust_store") ? Cell{security.signed_files_required() ? "required" : "not required"}
                                            : Cell{"unknown", Tone::kDim}});
  table.row({{"configuration signature"}, known(security.trust_list().signed_configuration())});
  for (const auto& server : security.trust_list().server()) {
    table.row({{server.role()},
               {absl::StrCat(server.address(), server.certificate() ? ", certificate installed" : ", no certificate",
                             server.subject().empty() ? "" : " ", server.subject())}});
  }
  table.row({{"FIPS mode"}, yes_no(policy, security.fips())});
  table.row({{"TLS minimum"}, known(security.tls_minimum())});
  if (!security.tls_server_minimum().empty() && security.tls_server_minimum() != security.tls_minimum()) {
    table.row({{"TLS minimum, diagnostics port"}, known(security.tls_server_minimum())});
  }
  setting_rows(security, table);
  return table.print(view);
}

std::string print_status(const PhoneStatus& status, const View& view) {
  std::string out;
  if (!status.certificates().device_name().empty()) {
    absl::StrAppend(&out, paint(view, Tone::kStrong, status.certificates().device_name()), "\n");
  }
  if (!status.unreachable().empty()) out += print_unreachable(status, view);
  if (!status.signaling().display_text().empty()) {
    absl::StrAppend(&out, paint(view, Tone::kBad, status.signaling().display_text()), "\n");
  }
  if (!status.signaling().pending().empty()) {
    absl::StrAppend(&out, paint(view, Tone::kStrong, status.signaling().pending()), "\n");
  }
  heading(view, "Network", out);
  indented(print_network_facts(status, view), out);
  heading(view, "Provisioning", out);
  indented(print_provisioning(status, view), out);
  heading(view, "Security", out);
  indented(print_security(status, view), out);
  heading(view, "Certificates", out);
  indented(print_certificate_lines(status, view), out);
  heading(view, "Registration", out);
  if (!status.signaling().line().empty()) indented(print_lines(status.signaling(), view), out);
  indented(status.has_signaling() ? print_registrations(status.signaling(), view)
                                  : paint(view, Tone::kDim, "unknown") + "\n",
           out);
  if (status.has_media()) {
    heading(view, "Sound", out);
    indented(print_sound(status.media(), view), out);
  }
  if (!status.signaling().call().empty()) {
    heading(view, "Calls", out);
    indented(print_calls(status.signaling(), status.media(),
                         as_on_phone(view, status.signaling().time_zone(), status.signaling().date_template())),
             out);
  }
  if (!status.incident().empty()) {
    heading(view, "Incidents", out);
    std::string lines;
    for (const auto& incident : status.incident()) lines += print_event(incident, view);
    indented(lines, out);
  }
  return out;
}

}  // namespace phone::phonectl
