// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/alarm.hpp"

#include "absl/strings/ascii.h"

namespace phone::policy {

bool same_report(const Alarm& left, Alarm right) {
  right.number = left.number;
  return left == right;
}

std::string signature_text(const ListFacts& list) {
  if (!list.installed || list.sha1.empty()) return "Not Installed";
  std::string text;
  for (std::size_t i = 0; i + 1 < list.sha1.size(); i += 2) {
    text += absl::ascii_toupper(static_cast<unsigned char>(list.sha1[i]));
    text += absl::ascii_toupper(static_cast<unsigned char>(list.sha1[i + 1]));
    text += ' ';
  }
  return text;
}

std::string server_text(const ListFacts& list) { return !list.installed || list.server.empty() ? "N/A" : list.server; }

Alarm alarm_of(const OfferAnswer& answer) {
  return Alarm{.code = answer.alarm,
               .ctl_signature = signature_text(answer.facts.ctl),
               .ctl_server = server_text(answer.facts.ctl),
               .itl_signature = signature_text(answer.facts.itl),
               .itl_server = server_text(answer.facts.itl)};
}

}  // namespace phone::policy
