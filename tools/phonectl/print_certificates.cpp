// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_certificates.hpp"

#include <absl/strings/str_cat.h>

#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using namespace phone::certificates::v1;

std::string print_one(const Certificate& certificate, const View& view) {
  Table table;
  table.row({{"subject"}, {certificate.subject()}});
  table.row({{"issuer"}, {certificate.issuer()}});
  table.row({{"serial"}, {certificate.serial()}});
  table.row({{"key"}, {certificate.key()}});
  table.row(
      {{"valid"}, {absl::StrCat(date(view, certificate.not_before()), " to ", date(view, certificate.not_after()))}});
  if (certificate.has_renew_from()) table.row({{"renewal from"}, {date(view, certificate.renew_from())}});
  table.row({{"SHA-256"}, {or_dash(certificate.sha256())}});
  table.row({{"MD5"}, {certificate.md5()}});
  return paint(view, Tone::kStrong, word(certificate.kind())) + "\n" + table.print(view, "  ");
}

}  // namespace

std::string print_certificates(const CertificateState& state, const View& view) {
  std::string out;
  for (const auto& certificate : state.certificate()) out += print_one(certificate, view);
  if (out.empty()) out = "no certificate is installed\n";
  if (!state.token_trouble().empty()) {
    Table table;
    table.row({{"token"},
               {state.token_trouble(), Tone::kBad},
               {"no key can be used; calls and sign-in with certificates fail"}});
    out += table.print(view);
  }
  const auto& report = state.enrolment();
  if (report.phase() == ENROLMENT_PHASE_UNSPECIFIED) return out;
  const Tone tone = report.phase() == ENROLMENT_PHASE_FAILED ? Tone::kBad : Tone::kPlain;
  Table table;
  table.row({{"last enrolment"},
             {word(report.phase()), tone},
             {join_known({report.server(), enrolment_reason(report), when(view, report.time())})}});
  return out + table.print(view);
}

}  // namespace phone::phonectl
