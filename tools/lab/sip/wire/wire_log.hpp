// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What crosses the wire between the call manager and phones under test, a message an event ("wire"), for tests that
// assert whole sequences. Keys of media are left out.
#pragma once

#include <string>

#include "tools/lab/devices.hpp"
#include "tools/lab/events.hpp"
#include "tools/lab/sip/sip_message.hpp"

namespace phone::lab {

class WireLog {
 public:
  WireLog(const Devices& devices, Events& events, bool on) : devices_(devices), events_(events), on_(on) {}
  void heard(const std::string& device, const SipMessage& message) const { note("phone", device, message); }
  void said(const std::string& device, const std::string& text) const;

 private:
  void note(const char* from, const std::string& device, const SipMessage& message) const;

  const Devices& devices_;
  Events& events_;
  const bool on_;
};

}  // namespace phone::lab
