// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/rig/phone.hpp"

namespace phone::rig {

// An independent phone: baresip from Debian, registered to the lab over mutual TLS, SRTP mandatory. It answers
// automatically, sends a tone and records what it hears.
struct FarEndOptions {
  std::string number = "1002";
  std::string address = "10.77.0.2";  // added to the far side of the cable; of IPv6 all of it is
  std::string registrar = "10.77.0.1:5061";
  std::string certificate;  // PEM of key and certificate
  std::string authorities;  // PEM of what may sign the registrar
  std::string tone;         // wav it sends, 8 kHz mono
  bool answers = true;
  bool records = true;  // what it hears; a bench of its processor time goes without
};

class FarEnd {
 public:
  static absl::StatusOr<FarEnd> start(const Stage& stage, const Phone& phone, const FarEndOptions& options);
  // A baresip command ("dial", "hangup", "callstat"); its answer.
  absl::StatusOr<std::string> command(const std::string& command, const std::string& parameters = "");
  // Of baresip itself, as we see it; 0 when it has ended.
  pid_t pid() const { return process_.pid(); }
  // The newest recording of decoded received audio; NOT_FOUND before there is one.
  absl::StatusOr<std::string> recording() const;

 private:
  std::string directory_, address_;
  std::vector<std::string> beside_;
  Process process_;
};

}  // namespace phone::rig
