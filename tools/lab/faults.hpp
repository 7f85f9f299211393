// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Faults on order: what a test asks the lab to do wrong, one line per thing ("itl=truncated").
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace phone::lab {

enum class Fault {
  kTruncated,
  kFlipped,   // one bit turned, the signature left as it was
  kStranger,  // signed, or served over TLS, by a certificate that is on no list
  kOversized,
  kWrongDevice,    // made for another device, or naming another one
  kSilent,         // accepted and never answered
  kGone,           // closed at once; a file is 404
  kHostile,        // of sip: messages that are costly to read, at the size a phone takes at most, without end
  kWeakKey,        // of capf: a key of RSA 512 is asked for
  kExpired,        // of capf: a certificate that is over
  kUnknownIssuer,  // of capf: a certificate by an authority that the call manager itself does not take
  kEndless,        // an answer that never ends, as fast as it is taken; of sip: requests without end
  kForeign,        // of sip: names, phrases and reasons that are no text
  kMutated,        // of sip: messages of the same connection and call again, changed at random
};

// ctl itl cnf sgn enc (files), http https tvs capf scep sip (listeners)
bool is_fault_target(const std::string& target);
std::optional<Fault> parse_fault(const std::string& word);

class Faults {
 public:
  absl::Status add(const std::string& assignment);  // "itl=truncated"
  // Lines of the same form in a file, read again at every question, so that a running lab can be turned bad and good.
  void follow(std::filesystem::path file) { file_ = std::move(file); }
  std::optional<Fault> of(const std::string& target) const;

 private:
  std::map<std::string, Fault> fixed_;
  std::filesystem::path file_;
};

// The byte faults on finished bytes; others leave them as they are.
std::string spoil(std::string bytes, std::optional<Fault> fault);
// The same of a message with a 16-bit length field there, the last of its header: oversized is then the longest that
// it can state.
std::string spoil_message(std::string message, std::optional<Fault> fault, size_t length_at);

}  // namespace phone::lab
