// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A registrar and a call router with phones that are only text: what is sent to each is kept.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/lab/sip/calls.hpp"
#include "tools/lab/sip/registrar.hpp"

namespace phone::lab {

class SipWorld {
 public:
  SipWorld();
  ~SipWorld();

  void connect(uint64_t flow, const std::string& device, bool mic = false);
  void lose(uint64_t flow) { registrar_.closed(flow); }
  void receive(uint64_t flow, const std::string& text);

  // Removes and gives the oldest message sent on the flow; nothing kept: an empty message of status 0.
  SipMessage take(uint64_t flow);
  bool quiet(uint64_t flow) const;
  size_t count(const std::string& event);         // lines of this event
  nlohmann::json last(const std::string& event);  // null when there is none

  void tick(Clock::time_point now) { calls_.tick(now); }

  Devices& devices() { return devices_; }
  SipSettings& settings() { return settings_; }
  Registrar& registrar() { return registrar_; }
  Calls& calls() { return calls_; }

 private:
  Pki pki_;
  Devices devices_;
  Events events_;
  SipSettings settings_;
  std::map<uint64_t, std::vector<std::string>> sent_;
  Registrar registrar_;
  Calls calls_;
};

// Texts a phone would send.
std::string register_text(const std::string& number, const std::string& device, const std::string& extra = "");
struct Dialog {
  std::string call_id, from, to, target;  // From and To with their tags, as this phone writes them
};
std::string request_text(const std::string& method, const Dialog& dialog, unsigned cseq, const std::string& body = "",
                         const std::string& headers = "");
std::string answer_text(const SipMessage& request, int status, const std::string& tag, const std::string& body = "");
std::string srtp_sdp(const std::string& suite);
std::string rtp_sdp();

}  // namespace phone::lab
