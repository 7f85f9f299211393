// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/policy/files/ports.hpp"

// What is reported to the call manager about the trust lists (cisco-formats.md A5, G5).
namespace phone::policy {

struct Alarm {
  std::uint64_t number = 0;  // grows with each alarm, survives restarts
  std::uint32_t code = 0;    // 0: nothing to report
  std::string ctl_signature;
  std::string ctl_server;
  std::string itl_signature;
  std::string itl_server;
  friend bool operator==(const Alarm&, const Alarm&) = default;
};

// Equal but for the number.
bool same_report(const Alarm& left, Alarm right);

// Lower-case hex "1ba1" becomes "1B A1 ", a space after each byte; no list is "Not Installed".
std::string signature_text(const ListFacts& list);
// "N/A" when no list or no server is known.
std::string server_text(const ListFacts& list);

Alarm alarm_of(const OfferAnswer& answer);

}  // namespace phone::policy
