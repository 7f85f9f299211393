// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// SIP over mutual TLS, and over TCP for the nonsecure mode: connections, and what arrives on them handed to registrar,
// alarm sink and call router.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "tools/lab/faults.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/oauth/token_service.hpp"
#include "tools/lab/pki.hpp"
#include "tools/lab/sip/calls.hpp"
#include "tools/lab/sip/digest_guard.hpp"
#include "tools/lab/sip/hosted_calls.hpp"
#include "tools/lab/sip/mutated_sip.hpp"
#include "tools/lab/sip/registrar.hpp"
#include "tools/lab/sip/remote_control.hpp"
#include "tools/lab/sip/sip_flow.hpp"
#include "tools/lab/sip/wire/udp_port.hpp"
#include "tools/lab/sip/wire/wire_log.hpp"

namespace phone::lab {

class SipServer {
 public:
  SipServer(const Pki& pki, const Devices& devices, const Faults& faults, Events& events, SipSettings settings);
  ~SipServer();

  absl::Status start(const std::string& address, uint16_t port);
  absl::Status start_tcp(const std::string& address, uint16_t port);
  absl::Status start_udp(const std::string& address, uint16_t port);
  // SIP OAuth: no client certificate, a token in its place (cisco-formats.md G9).
  absl::Status start_oauth(const std::string& address, uint16_t port, const TokenService& tokens);
  uint16_t port() const { return listener_.port(); }
  uint16_t tcp_port() const { return tcp_listener_.port(); }
  uint16_t oauth_port() const { return oauth_listener_.port(); }

 private:
  void serve(int socket, const std::string& peer, SSL_CTX* context);
  // The 407 or 403 that a request without a good token gets; true: it was sent.
  bool asks_for_token(const FlowFacts& flow, const SipMessage& message);
  void receive(uint64_t flow, const std::string& text);
  void dispatch(const FlowFacts& flow, const SipMessage& message);
  void refer(const FlowFacts& flow, const SipMessage& message);
  void subscribe(const FlowFacts& flow, const SipMessage& message);
  void take_notify(const FlowFacts& flow, const SipMessage& message);
  void publish(const FlowFacts& flow, const SipMessage& message);
  void alarm(const FlowFacts& flow, const SipMessage& message);
  void send(uint64_t flow, const std::string& text);
  FlowFacts facts_of(const SipFlow& flow, const std::string& peer, uint64_t id) const;
  void tick();
  absl::Status make_integrity_context(const Identity& own, const std::vector<IdentityPtr>& authorities);
  // That a phone's next handshake is made with.
  SSL_CTX* context_of_phones() const;
  std::string mutated(uint64_t flow);

  const Pki& pki_;
  const Devices& devices_;
  const Faults& faults_;
  Events& events_;
  SipSettings settings_;
  ContextPtr context_;
  ContextPtr stranger_context_;
  ContextPtr integrity_context_;  // suites without encryption
  ContextPtr oauth_context_;
  const TokenService* tokens_ = nullptr;
  std::mutex mutex_;  // over all below
  std::map<uint64_t, SipFlow*> flows_;
  WireLog wire_;
  std::map<uint64_t, MutatedSip> mutated_;  // of each flow
  unsigned mutations_ = 0;
  uint64_t last_flow_ = 0;
  DigestGuard guard_;
  Registrar registrar_;
  Calls calls_;
  HostedCalls hosted_;
  RemoteControl remote_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread ticker_;
  Listener listener_, tcp_listener_, oauth_listener_;  // last: their threads use all above
  UdpPort udp_;
};

}  // namespace phone::lab
