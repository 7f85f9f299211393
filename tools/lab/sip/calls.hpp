// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Back-to-back user agent: every call is two dialogs, each bound to a device rather than to a connection, so that a
// phone whose connection came anew keeps its call.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/lab/sip/call_security.hpp"
#include "tools/lab/sip/recorder.hpp"
#include "tools/lab/sip/registrar.hpp"
#include "tools/lab/sip/remote_bodies.hpp"

namespace phone::lab {

class Calls {
 public:
  Calls(Registrar& registrar, Events& events, const SipSettings& settings, SendOnFlow send)
      : registrar_(registrar), events_(events), settings_(settings), send_(std::move(send)) {}

  void request(uint64_t flow, const SipMessage& message);
  void response(uint64_t flow, const SipMessage& message);
  void device_gone(const std::string& device);  // ends its calls
  void tick(Clock::time_point now);             // transfers, holds and late answers that are due
  // The newest call of a device, as the device sees its dialog; a request in it, whose response nobody waits for.
  std::optional<PhoneDialog> dialog_of(const std::string& device) const;
  // Ends the newest call of the device for one of higher precedence; false: there is none.
  bool preempt(const std::string& device);
  std::optional<SipMessage> request_in_call(const std::string& device, const std::string& method);

 private:
  enum class State { kRinging, kConnected, kEnded };

  struct Leg {
    std::string device, number;
    std::string call_id, local_tag, remote_tag;
    std::string local, remote;  // name-addr without tag
    std::string target;         // where its requests go
    unsigned cseq = 0;          // of our last request in it
    bool takes_update = false;
    std::string sdp;  // the last it gave
  };
  // A request taken from one leg and passed to the other, by the branch it was passed on with.
  struct Passed {
    int from = 0;
    SipMessage original;
    uint64_t flow = 0;  // the original came over
    SipMessage sent;
    bool answered = false;  // finally
    std::string ack;        // as sent, for a repeated 2xx
  };
  struct Call;
  // The phone that goes has asked for the transfer by REFER.
  struct Referral {
    std::string target;             // number
    std::shared_ptr<Call> consult;  // attended: the phone's other call, whose other party comes
    int consult_phone = 0;          // its leg there
    bool rang = false;              // the phone has heard of it
    bool left = false;              // the phone has hung up and hears no more
    Clock::time_point give_up;      // the offer of the one that stays cannot wait longer
  };
  // The party that stays is asked for an offer, which another answers.
  struct Transfer {
    Transfer();
    enum class Progress { kRunning, kDone, kFailed };
    Progress progress = Progress::kRunning;
    int kept = 0;
    std::string known;  // the SDP of the one that stays: what the one that goes knows of it
    std::string offer;
    bool offered = false, refused = false;  // to the one that comes, by it
    Leg party;                              // the one that comes, unless it is in a call with the phone that asks
    SipMessage to_kept, to_party;
    std::string ack_kept, ack_party;  // as sent, for a repeated 2xx
    std::optional<Referral> referral;
  };
  // A phone that was told of its successful transfer is to end its dialog.
  struct Leaving {
    unsigned call = 0;
    Clock::time_point until;
  };
  // The far end holds the call, and resumes it.
  struct Hold {
    int leg = 0;  // the phone's
    bool pending = false, on = false, over = false;
    unsigned raised = 0;  // how often the version of the description
    Clock::time_point at;
    SipMessage sent;
    std::string ack;  // as sent, for a repeated 2xx
  };
  // The 200 of the called phone while the caller hears it but has no answer yet.
  struct EarlyMedia {
    uint64_t flow = 0;
    SipMessage answer;
    Clock::time_point until;
    bool over = false;
  };
  // What the phone's user has pressed for the call manager.
  struct Keys {
    int leg = 0;  // the phone's
    uint64_t flow = 0;
    SipMessage waiting;  // the INVITE that goes on once the code is complete
    std::string pressed;
    bool over = false;
  };
  // A copy of the phone's sound.
  struct Recording {
    bool far = false;
    std::string key;  // ours, in base64; nothing is sent with it
    Leg leg;          // the phone's
    Recorder recorder;
    SipMessage sent;
    bool pending = false, running = false, over = false;
    Clock::time_point due;
  };
  struct Call {
    unsigned id = 0;
    State state = State::kRinging;
    std::array<Leg, 2> legs;  // 0 calls, 1 is called
    std::map<std::string, Passed> passed;
    std::string initial_branch;
    bool update_due = false;
    unsigned rseq = 0;  // of the last reliable provisional response to the caller
    Clock::time_point connected_at;
    std::optional<Transfer> transfer;
    std::optional<Hold> hold;
    std::optional<EarlyMedia> early;
    std::string delayed_answer;  // for the ACK to the called phone, which made the offer
    bool taken_over = false;     // while it rang: the caller has asked for the called one to go to another call
    std::optional<Leaving> leaving;
    std::optional<Keys> keys;
    std::vector<Recording> recordings;
  };
  using CallPtr = std::shared_ptr<Call>;

  void invite(uint64_t flow, const SipMessage& message);
  void in_dialog(uint64_t flow, const CallPtr& call, int from, const SipMessage& message);
  void acknowledge(const CallPtr& call, int from, const SipMessage& message);
  void cancel(uint64_t flow, const SipMessage& message);
  void pass_on(uint64_t flow, const CallPtr& call, int from, const SipMessage& message);
  static bool offering(const Call& call);
  void refuse_callee(const CallPtr& call, Passed& passed, const SipMessage& message);
  void hang_up(const CallPtr& call, int leg, const std::string& reason);
  void end(const CallPtr& call, const std::string& by, const std::string& reason);
  void report(const CallPtr& call, const std::string& state);

  // Transfer (transfer.cpp)
  void start_transfers(Clock::time_point now);  // of calls that have been connected long enough, where settings ask
  void ask_for_offer(const CallPtr& call);
  bool transfer_response(const FlowFacts& facts, const SipMessage& message);
  void offer_to_party(const CallPtr& call, const SipMessage& message);
  void finish_transfer(const CallPtr& call, const SipMessage& message);
  void fail_transfer(const CallPtr& call, const std::string& reason, int status);
  void acknowledge_offer(const CallPtr& call);
  std::string remote_party(const Leg& party) const;
  static bool transferring(const Call& call);
  static Leg& party_of(Call& call);

  // Transfer that a phone asks for (refer.cpp)
  void refer(uint64_t flow, const CallPtr& call, int from, const SipMessage& message);
  int begin_referral(const CallPtr& call, int phone, Referral referral, const std::string& replaces);
  void take_over(const CallPtr& consult);
  bool taken_over_response(const CallPtr& consult, const SipMessage& message);
  bool leaves_early(const CallPtr& call, int leg);
  void abandon_referrals(const CallPtr& ending);
  void end_referrals(Clock::time_point now);  // that have lasted too long
  void notify(Leg& phone, int status);
  void refer_done(const Call& call, int status);
  void complete_referral(const CallPtr& call);
  void fail_referral(const CallPtr& call, int status);

  // Hold by the far end (far_hold.cpp)
  void play_holds(Clock::time_point now);
  bool hold_response(const FlowFacts& facts, const SipMessage& message);
  static int phone_leg(const Call& call);
  static bool busy(const Call& call);

  // What responses, names and timers are like by settings (call_headers.cpp)
  void identify(SipMessage& message, const Call& call, int to_leg) const;
  void prioritise(SipMessage& invite, const Call& call, const SipMessage& original) const;
  bool refuse_by_order(uint64_t flow, const SipMessage& invite);
  void time_session(SipMessage& response, const SipMessage& request) const;
  bool refuse_interval(uint64_t flow, const SipMessage& message);
  void make_reliable(SipMessage& response, Call& call, const SipMessage& request) const;
  void acknowledge_ringing(uint64_t flow, const Call& call, const SipMessage& prack);
  bool play_early_media(uint64_t flow, const CallPtr& call, const SipMessage& message);
  void answer_late(Clock::time_point now);
  bool agree(const CallPtr& call, const SipMessage& message, std::string* answer);

  // Keys (kpml.cpp)
  void subscribe_keys(Call& call, bool on);
  bool ask_for_code(uint64_t flow, const CallPtr& call, const SipMessage& invite);
  void ask_for_keys();
  void keys_pressed(const CallPtr& call, const SipMessage& notify);

  // Recording (recording.cpp)
  void play_recordings(Clock::time_point now);
  void offer_recording(const CallPtr& call, Recording& recording, const char* direction);
  std::string recording_sdp(const Recording& recording, const char* direction) const;
  bool recording_response(const FlowFacts& facts, const SipMessage& message);
  bool recording_request(uint64_t flow, const SipMessage& message);
  void end_recording(const Call& call, Recording& recording, const char* by);

  SipMessage request_on(Leg& leg, const std::string& method) const;
  std::string call_info(const Call& call, int to_leg, const char* ui_state) const;
  SecurityLevel level(const Call& call) const;
  void answer(const Passed& passed, const std::string& device, const SipMessage& response);

  struct Found {
    CallPtr call;
    int leg;
  };
  std::optional<Found> newest_of(const std::string& device) const;
  std::optional<Found> find_dialog(const SipMessage& message) const;
  std::optional<Found> find_dialog(const std::string& call_id, const std::string& local_tag,
                                   const std::string& remote_tag) const;
  std::optional<Found> find_branch(const std::string& branch) const;  // leg: the one the request was sent to

  Registrar& registrar_;
  Events& events_;
  const SipSettings& settings_;
  SendOnFlow send_;
  std::map<unsigned, CallPtr> calls_;
  unsigned last_id_ = 0;
};

}  // namespace phone::lab
