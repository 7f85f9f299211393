// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Calls that the lab's call manager answers itself, with its own bridge: parties, Meet-Me, barge, and the service URIs
// (cucm-calls.md 2); what soft keys do to them; codes before a call goes on (3.4). One phone at a time is what they are
// for.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/lab/events.hpp"
#include "tools/lab/sip/bridge.hpp"
#include "tools/lab/sip/call_security.hpp"
#include "tools/lab/sip/registrar.hpp"
#include "tools/lab/sip/remote_bodies.hpp"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {

class HostedCalls {
 public:
  // An order to a phone, in the words of the control file.
  using Order = std::function<void(const std::string& line)>;
  HostedCalls(Registrar& registrar, Events& events, const SipSettings& settings, SendOnFlow send, Order order)
      : registrar_(registrar),
        events_(events),
        settings_(settings),
        send_(std::move(send)),
        order_(std::move(order)),
        bridge_(settings.host),
        words_where_(settings.refusal_words) {}

  // False for what is not of these calls.
  bool request(const FlowFacts& flow, const SipMessage& message);
  bool response(const SipMessage& message);
  // A soft key, or a choice on a page; false for another REFER.
  bool softkey(const FlowFacts& flow, const SipMessage& refer);
  // "bridge join=6002 ..": false for an order that is not about the bridge.
  bool obey(const std::string& line);
  // The dialog that an order means: the one that is being spoken of, or the newest of the device.
  std::optional<PhoneDialog> dialog_of(const std::string& device) const;
  void device_gone(const std::string& device);
  // dialog-info of the shared line, all of it.
  std::string shared_document() const;

 private:
  struct Call {
    unsigned id = 0;
    std::string device, number;
    uint64_t flow = 0;
    std::string call_id, local_tag, remote_tag, local, remote, target;
    unsigned cseq = 0;
    unsigned conference = 0;
    uint16_t port = 0;  // of its leg
    std::string sdp;    // the phone's last
    std::string key;    // ours, octets
    SipMessage invite;
    bool connected = false, ended = false, named = false;
    bool rings = false;                                      // until an order answers it
    std::string told_level;                                  // of an order; empty: what the bridge knows
    bool update_due = false;                                 // once the phone has resumed it
    std::vector<std::pair<std::string, std::string>> codes;  // still to be asked for: kind and value
    std::string typed;
    std::string session, phone_session;  // Session-ID of either end
    unsigned prompts = 0;
  };
  using CallPtr = std::shared_ptr<Call>;
  struct Member {
    std::string number;
    bool encrypted = false, muted = false;
    unsigned conference = 0, party = 0;
    int hertz = 0;
  };

  void invite(const FlowFacts& flow, const SipMessage& message);
  bool in_dialog(const CallPtr& call, const SipMessage& message);
  void go_on(const CallPtr& call);  // no code is awaited any more
  void accept(const CallPtr& call, unsigned conference);
  bool rings_first(const CallPtr& call);  // until an order answers it
  void refuse(const CallPtr& call, int status, const std::string& reason, const std::string& words);
  std::string answer(const CallPtr& call, const SipMessage& offering);
  void hang_up(const CallPtr& call);
  void end(const CallPtr& call);
  SipMessage request_on(Call& call, const std::string& method) const;
  std::string call_info(const Call& call) const;
  std::string identity(const Call& call) const;
  SecurityLevel level(unsigned conference) const;
  SecurityLevel leg_of(const Call& call) const;
  void tell_level(Call& call);
  void tell_roster(Call& call, const std::string& line);
  static void name_session(const Call& call, SipMessage& message);
  void add_member(const std::string& number, bool encrypted, unsigned conference);
  void drop_member(const std::string& number);
  void merge(const CallPtr& from, const CallPtr& into);
  void report(const std::string& why);
  // "refer .. dialog=call" about this call.
  void order_about(const Call& call, const std::string& line);

  // hosted_features.cpp
  void press(const FlowFacts& flow, const SipMessage& refer, const std::string& key);
  void conference(const FlowFacts& flow, const SipMessage& refer, const CallPtr& first, const CallPtr& second);
  void join(const CallPtr& call);
  void list_members(const CallPtr& call);
  void choose(const std::string& choice);
  void park(const FlowFacts& flow, const SipMessage& refer, const CallPtr& call);
  void notify_refer(const FlowFacts& flow, const SipMessage& refer, const std::string& state, const std::string& type,
                    const std::string& body);
  std::string parked(const std::string& event) const;
  // hosted/ordered_calls.cpp
  bool obey_about_call(const std::string& line);
  bool key_request_refused(const CallPtr& call, const SipMessage& message);
  // hosted/directed_park.cpp
  void park_at(const CallPtr& call, const SipMessage& refer);
  void report_park(const CallPtr& call, int status);
  std::string slot_fetched_by(const std::string& called) const;
  bool fetch(const CallPtr& call);
  // hosted_codes.cpp
  bool is_beginning(const std::string& called) const;
  void ask_for_code(const CallPtr& call);
  void subscribe_keys(Call& call, bool on);
  void key_pressed(const CallPtr& call, const SipMessage& notify);

  CallPtr find(const std::string& call_id) const;
  CallPtr newest() const;
  CallPtr of_conference(unsigned conference) const;

  Registrar& registrar_;
  Events& events_;
  const SipSettings& settings_;
  SendOnFlow send_;
  Order order_;
  Bridge bridge_;
  std::map<unsigned, CallPtr> calls_;
  std::vector<Member> members_;
  std::vector<CallPtr> selected_;
  std::optional<PhoneDialog> focus_;
  std::string words_where_;                                    // of refusals, as --refusal-words has it
  std::optional<std::string> modal_;                           // "Remove" or "Mute", for the next participant
  std::string shared_call_id_, shared_local_, shared_remote_;  // of another device's call
  unsigned shared_conference_ = 0;
  std::string shared_party_;
  bool shared_held_ = false;
  struct Parked {
    FlowFacts flow;
    SipMessage refer;
    unsigned cseq = 0;
  };
  std::optional<Parked> parked_;
  std::map<std::string, std::string> at_slots_;  // who is parked at which number
  unsigned last_call_ = 0, last_conference_ = 0;
};

}  // namespace phone::lab
