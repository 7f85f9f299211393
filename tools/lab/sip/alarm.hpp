// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Reads the trust-list alarm a phone sends and says what is wrong with it (cisco-formats.md G5, A5).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace phone::lab {

struct AlarmFacts {
  std::string device;
  std::string address;             // the phone's, as its flow shows it
  std::vector<unsigned> expected;  // codes that are right; empty: 1..9
  std::string ctl, itl;            // the cluster's own lists, byte for byte; empty: none served
};

struct Alarm {
  std::string name;  // "DeviceTLInfo", "LastOutOfServiceInformation"
  std::map<std::string, std::string> values;
  std::vector<std::string> problems;

  unsigned code() const;
};

Alarm read_alarm(const std::string& xml, const AlarmFacts& facts);

// "1B A1 C9 " of the SHA-1 of a list; "Not Installed" of none.
std::string list_signature(const std::string& list);

}  // namespace phone::lab
