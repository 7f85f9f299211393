// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Session descriptions as the call manager changes them: it has no media of its own, so every description it sends is
// made of what the two phones have sent.
#pragma once

#include <string>
#include <vector>

namespace phone::lab {

std::vector<std::string> sdp_lines(const std::string& sdp);

struct CryptoLine {
  std::string tag, suite, key;
};
std::vector<CryptoLine> crypto_lines(const std::string& sdp);

// "sendrecv", "sendonly", "recvonly" or "inactive", as the audio has it.
std::string direction_of(const std::string& sdp);

// How a call is put on hold (cucm-calls.md 2.1).
enum class HoldAs {
  kNone,
  kSendonly,
  kInactive,
  kZeroAddress,  // RFC 2543: c=IN IP4 0.0.0.0 and inactive
};
// The description with the direction of a hold, or of a resumed call for kNone. The version grows by `raise`, the
// session id stays.
std::string held(const std::string& sdp, HoldAs as, unsigned raise);

}  // namespace phone::lab
