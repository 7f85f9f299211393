// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "common/clock/clock_watch.hpp"
#include "common/mesh/call/event_log.hpp"
#include "common/mesh/listen/tcp_acceptor.hpp"
#include "gateway/status/policy_facts.hpp"

namespace phone::gateway {

struct DiagnosticsOptions {
  std::string address = "0.0.0.0";
  std::filesystem::path certificate;  // PEM: this phone's chain, its key, the authorities of accepted clients
  std::filesystem::path key;
  std::filesystem::path authorities;
};

// The TCP acceptor for remote diagnostics, as policy wants it: shut until a policy opens it, shut again when the next
// one says so, and shut when certificate, key or authorities are missing, which is an event.
class Diagnostics {
 public:
  Diagnostics(phone::os::EventLoop& loop, phone::mesh::Router& router, phone::mesh::EventLog& event_log,
              DiagnosticsOptions options);
  ~Diagnostics() { close(); }

  // Blocks while the acceptor shuts (half a second at most). From one thread at a time.
  void apply(const PolicyFacts& policy);
  void close();
  DoorState state() const { return {.open = acceptor_.is_open(), .port = port_, .why_not = refused_}; }

 private:
  absl::Status open(std::uint32_t port, const tls::Policy& policy);

  phone::mesh::EventLog& event_log_;
  const DiagnosticsOptions options_;
  phone::mesh::TcpAcceptor acceptor_;
  clock::ClockWatch clock_watch_;
  std::uint32_t port_ = 0;  // policy's number, of the open acceptor
  tls::Policy tls_;         // of the open acceptor
  std::string refused_;     // why it is not open though it should be; one event each
};

}  // namespace phone::gateway
