// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/transport/connection.hpp"
#include "services/signaling/transport/flow_events.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

struct FlowIdentity {
  tls::Identity identity;
  std::string kind;  // "LSC", "MIC"
  std::string key;   // its fingerprint
};

// What other processes answer for a flow: trust_store and certificate_manager. Each may block for 2 s, inside the
// handshake, and is called on the flow's thread.
struct FlowTrust {
  std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain_der, const Target& target)> verify;
  std::function<absl::StatusOr<FlowIdentity>()> identity;
};

struct FlowProfile {
  tls::Policy tls;
  int dscp = -1;
  // For one message from its first byte to its last, at the size limit over a slow line; and for a whole TLS handshake.
  absl::Duration message_time = absl::Seconds(15);
  absl::Duration handshake_time = absl::Seconds(8);
};

// What a flow's thread is doing.
enum class FlowState : uint8_t {
  kConnecting,  // The connection is being made.
  kSilent,      // It stands, and the server has sent nothing yet.
  kTalking,     // It stands, and the server has sent something.
  kClosing,     // The phone has closed it: nothing is reported any more.
  kEnded,       // The thread has finished.
};
std::string_view name_of(FlowState state);

// One SIP connection on a thread of its own, which nothing else touches: it moves bytes and reports what happened, and
// the registrations decide what follows. Over TLS not even the first byte of SIP leaves before the server's certificate
// has been vouched for; over TCP and UDP, which only a nonsecure profile asks for, no certificate is judged. Why it is
// not on the event loop: decisions/2026-11-29-a-thread-for-each-connection.md.
class Flow {
 public:
  // `observer` is called on the flow's thread.
  Flow(FlowId id, Target target, FlowProfile profile, FlowTrust trust, FlowObserver observer);
  ~Flow();  // closes and joins
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  void send(std::string bytes);
  // Without waiting; FlowClosed does not follow.
  void close();
  bool finished() const { return state_ == FlowState::kEnded; }

 private:
  // What of our own certificate the server was shown; empty without TLS.
  struct Shown {
    std::string kind;  // "LSC", "MIC"
    std::string key;   // fingerprint
    std::string text;  // "LSC, RSA 1024"
  };
  void run();
  absl::StatusOr<std::unique_ptr<SipConnection>> connect(FlowEnd& end);
  // The certificate to show, noted in shown_.
  absl::StatusOr<tls::Identity> own_identity(FlowEnd& end);
  void announce(const tls::Info& info);
  FlowClosed closed(const absl::Status& status, FlowState last, FlowEnd end) const;
  absl::Status talk(SipConnection& connection);
  absl::Status talk_in_datagrams(SipConnection& connection);
  absl::Status write_queued(SipConnection& connection);
  absl::Status wait_for_share(SipConnection& connection, absl::Duration time);
  void use(SipConnection* connection);
  bool closing() const { return state_ == FlowState::kClosing; }
  // The only place where the state changes. What the phone has closed only ends.
  void enter(FlowState state, std::string_view cause);

  const FlowId id_;
  const Target target_;
  const FlowProfile profile_;
  const FlowTrust trust_;
  const FlowObserver observer_;
  int cancel_fd_ = -1;
  std::mutex mutex_;
  std::vector<std::string> queue_;
  SipConnection* connection_ = nullptr;  // to be woken; guarded
  Shown shown_;
  std::atomic<FlowState> state_ = FlowState::kConnecting;
  std::thread thread_;
};

}  // namespace phone::signaling
