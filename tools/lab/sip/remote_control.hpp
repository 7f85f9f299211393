// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The call manager's hand: orders that a test gives as lines of a file become NOTIFYs and REFERs to a phone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/lab/events.hpp"
#include "tools/lab/sip/calls.hpp"
#include "tools/lab/sip/registrar.hpp"
#include "tools/lab/sip/remote_bodies.hpp"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {

class RemoteControl {
 public:
  // Calls that the call manager answers itself.
  struct Hosted {
    std::function<bool(const std::string& line)> obeys;  // an order that is for them
    std::function<std::optional<PhoneDialog>(const std::string& device)> dialog_of;
  };
  RemoteControl(Registrar& registrar, Calls& calls, Events& events, const SipSettings& settings, SendOnFlow send,
                Hosted hosted)
      : registrar_(registrar),
        calls_(calls),
        events_(events),
        settings_(settings),
        send_(std::move(send)),
        hosted_(std::move(hosted)) {
    lines_read_ = lines().size();  // what is there was for another server
  }

  // Lines of settings.control_file that were not there the last time, and those of settings.more_orders.
  void tick();
  // One order, as a line of the file.
  void obey(const std::string& line);
  // Answers to what was sent; false for others.
  bool response(const SipMessage& message);
  // A NOTIFY of the subscription that a REFER has made; false for others.
  bool request(uint64_t flow, const SipMessage& message);

 private:
  std::vector<std::string> lines() const;
  void send(const std::string& line, const Registrar::Binding& phone, SipMessage message);

  Registrar& registrar_;
  Calls& calls_;
  Events& events_;
  const SipSettings& settings_;
  SendOnFlow send_;
  Hosted hosted_;
  size_t lines_read_ = 0;
  SipMessage last_;
  std::map<std::string, std::string> sent_;  // the line, by Call-ID
};

}  // namespace phone::lab
