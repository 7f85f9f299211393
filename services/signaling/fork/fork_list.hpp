// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/call/call_list.hpp"
#include "services/signaling/fork/fork_state.hpp"

namespace phone::signaling {

// The copies of calls' sound that the call manager asks for by INVITE with Join: to record a call, or to let somebody
// listen (cucm-calls.md 2.10, FEATURES.md F101). Each has a dialog and a stream of its own. Refused unless policy
// allows them; an encrypted call is copied encrypted or not at all; none is ever heard by the user, none outlives its
// call, and each is in the call's view and in the log while it runs.
class ForkList {
 public:
  static constexpr size_t kMost = 4;  // recorder and listener, both directions

  struct Delegate {
    std::function<std::optional<RegistrationClient::Connection>(FlowId)> connection;
    std::function<TimePoint()> now;
    std::function<void()> changed;
    StateObserver state_changed = [](const StateChange&) {};
  };
  ForkList(CallPort& port, TransactionLayer& transactions, Requests& requests, const CallList& calls, Delegate delegate)
      : port_(port), transactions_(transactions), requests_(requests), calls_(calls), delegate_(std::move(delegate)) {}

  void configure(const Settings& settings);
  // At once, while the rest of a policy waits for the end of calls.
  void allow(bool allowed);
  // True: the request is an INVITE with Join, or of a fork's dialog, and has been handled.
  bool receive(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  // True: the stream is a fork's.
  bool stream_opened(const std::string& stream, uint16_t port, TimePoint now);
  bool stream_refused(const std::string& stream, const std::string& reason, TimePoint now);
  void stream_facts(const std::string& incarnation, TimePoint now);
  // Calls have changed: forks of those that are over end, and those that have become a clear copy of an encrypted call.
  void follow_calls(TimePoint now);
  void flow_lost(FlowId flow);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  // Of a call, for people.
  std::vector<ForkView> views(const std::string& call) const;

 private:
  struct Fork {
    std::string id, stream, call, call_stream;
    bool far_end = false;  // what the user hears; else what the user says
    ForkState state = ForkState::kOpening;
    FlowId flow = 0;
    Dialog dialog;
    LocalSession local;
    Origin origin;
    std::optional<NegotiatedMedia> negotiated;
    // The offer that media is asked about.
    struct Asked {
      std::string key;
      Message request;
      Answered answered;
    };
    std::optional<Asked> asked;
    std::optional<PendingAck> pending_ack;
    bool live() const { return state != ForkState::kEnded; }
  };

  Fork* find(const std::string& id);
  Fork* find_stream(const std::string& stream);
  Fork* find_dialog(const Message& request);
  void receive_invite(FlowId flow, const std::string& key, const Message& request, TimePoint now);
  void receive_in_dialog(Fork& fork, const std::string& key, const Message& request, TimePoint now);
  void receive_cancel(Fork& fork, const std::string& key, const Message& request, TimePoint now);
  void receive_offer(Fork& fork, const std::string& key, const Message& request, TimePoint now);
  void ask_media(Fork& fork, Fork::Asked asked);
  void on_media_asked(const std::string& id, const std::string& key, const absl::Status& status);
  void respond_ok(Fork& fork, const std::string& key, const Message& request, std::string sdp, TimePoint now);
  void refuse(const std::string& key, const Message& request, int status, const std::string& tag, std::string why,
              TimePoint now);
  std::string contact(const Fork& fork) const;
  void enter(Fork& fork, ForkEvent event, std::string cause);
  void hang_up(Fork& fork, std::string why, TimePoint now);
  void end(Fork& fork, std::string why);

  CallPort& port_;
  TransactionLayer& transactions_;
  Requests& requests_;
  const CallList& calls_;
  Delegate delegate_;
  Settings settings_;
  std::string incarnation_;
  std::vector<Fork> forks_;
};

}  // namespace phone::signaling
