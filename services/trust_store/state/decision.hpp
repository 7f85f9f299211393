// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One trust decision, as it is recorded.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace phone::trust {

struct Decision {
  std::uint64_t number = 0;
  absl::Time time;
  std::string what;    // "ITLSEP0A1B2C3D4E5F.tlv", "cucm-pub:5061"
  std::string kind;    // "list", "file", "peer", "release", "image", "act"
  std::string role;    // asked for
  std::string signer;  // subject of signer or peer
  std::string by;      // list or service that vouched
  bool accepted = false;
  std::string reason;
  std::string sha1;         // of the file, lower-case hex; empty for a peer
  std::string sha256;       // the same; empty where it was recorded by an older version
  std::uint32_t times = 1;  // within a minute of the last time each
  absl::Time last_time;
  std::uint32_t signed_at = 0;  // what the file says of itself, Unix seconds; 0: nothing proven
};

// Foreign text in it becomes valid UTF-8 of one line, each field bounded.
void make_clean(Decision& decision);

}  // namespace phone::trust
