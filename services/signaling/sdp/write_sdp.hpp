// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/signaling/sdp/sdp.hpp"

namespace phone::signaling {

// The audio line of a description of ours.
struct AudioLine {
  std::string protocol;
  std::vector<Format> formats;  // audio, then telephone-event and comfort noise
  std::vector<CryptoLine> crypto;
  Direction direction = Direction::kSendReceive;
  bool rtcp_mux = false;
};
// The whole description: `audio` at its place, the other lines refused.
std::string write_description(const LocalSession& local, const AudioLine& audio);

// What we offer to receive: `local.codecs`, and telephone-event for each of their clock rates.
std::vector<Format> offered_formats(const LocalSession& local);

// The o= line of a session's descriptions. Its version rises with each one that differs from the one before, and only
// then (RFC 3264 section 8).
class Origin {
 public:
  // `sdp` with the version that it would be sent with.
  std::string preview(const std::string& sdp) const;
  // The same, and it is the one before from now on.
  std::string said(const std::string& sdp);
  // The one that was sent last, by a process before this one. Without it, only its version is known.
  void resume(const std::string& sdp);
  void resume(uint64_t version) { version_ = version; }
  uint64_t version() const { return version_; }  // of the one before; 0: none yet

 private:
  uint64_t version_ = 0;
  std::string digest_;  // of all but its version; there are keys in it
};

}  // namespace phone::signaling
