// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/signaling/sip/sip_port.hpp"
#include "services/signaling/transport/connection.hpp"
#include "services/signaling/transport/flow_facts.hpp"
#include "services/signaling/transport/identity_use.hpp"
#include "services/signaling/transport/target.hpp"

namespace phone::signaling {

struct FlowIdentity {
  tls::Identity identity;
  std::string kind;  // "LSC", "MIC"
  std::string key;   // its fingerprint
};

// Who is trusted and who signs: other processes. Both may block 2 s; they run on the flow's thread.
struct FlowTrust {
  std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain_der, const Target& target)> verify;
  std::function<absl::StatusOr<FlowIdentity>()> identity;
  ReportUse used = [](const IdentityUse&, const std::function<void(bool, bool)>&) {};
};

struct FlowProfile {
  tls::Policy tls;
  int dscp = -1;
  // From the first byte to the whole: a message at its size limit over a slow line, and all of a TLS handshake.
  absl::Duration message_time = absl::Seconds(15);
  absl::Duration handshake_time = absl::Seconds(8);
};

// Called on the flow's thread.
struct FlowDelegate {
  std::function<void(FlowId, const FlowFacts&)> up;
  std::function<void(FlowId, std::string)> message;
  std::function<void(FlowId, const std::string& reason, FlowEnd)> down;  // once, the last
};

// One SIP connection on a thread of its own that alone touches it. Over TLS not even the first byte of SIP leaves
// before the server's certificate has been vouched for; over TCP, which only a nonsecure profile asks for, nobody is
// judged.
class Flow {
 public:
  Flow(FlowId id, Target target, FlowProfile profile, FlowTrust trust, FlowDelegate events);
  ~Flow();  // closes and joins
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  void send(std::string bytes);
  // Without waiting; down() is not called any more.
  void close();
  bool finished() const { return finished_; }

 private:
  void run();
  absl::StatusOr<std::unique_ptr<SipConnection>> connect(std::string& kind, FlowEnd& end);
  absl::Status talk(SipConnection& connection);
  absl::Status write_queued(SipConnection& connection);
  absl::Status wait_for_share(SipConnection& connection, absl::Duration time);
  void look_at_answer(std::string_view message);
  void tell_use(bool held, std::string reason);

  const FlowId id_;
  const Target target_;
  const FlowProfile profile_;
  const FlowTrust trust_;
  const FlowDelegate events_;
  int cancel_fd_ = -1;
  std::mutex mutex_;
  std::vector<std::string> queue_;
  SipConnection* connection_ = nullptr;  // to be woken; guarded
  // What becomes of the certificate that was shown; the answer to a report may come after this flow is gone.
  struct Shown {
    std::atomic<bool> told = false;     // that a registration has held, and it was taken down
    std::atomic<bool> another = false;  // there is another one to show
    std::atomic<bool> asked = false;    // a report is on its way
  };
  std::shared_ptr<Shown> shown_ = std::make_shared<Shown>();
  std::string key_;
  std::string shown_text_;  // "LSC, RSA 1024": of the certificate shown
  bool answered_ = false;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> finished_ = false;
  std::thread thread_;
};

}  // namespace phone::signaling
