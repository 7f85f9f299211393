// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// door.hpp -- the administrator's port: accepts, shakes hands, and hands what is decrypted to the HTTP server. Shut
// until opened; shut again, nothing of it is left.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "common/clock/time_floor.hpp"
#include "common/log/rate_limited.hpp"
#include "common/mesh/listen/address_limits.hpp"
#include "common/mesh/listen/listener.hpp"
#include "common/mesh/listen/tls_session.hpp"
#include "common/os/event_loop.hpp"
#include "gateway/web/admin/context.hpp"
#include "gateway/web/server/http_server.hpp"

namespace phone::gateway::web {

class Door443 {
 public:
  static constexpr std::size_t kConnections = 24, kHandshakes = 8;
  static constexpr int kOfOneAddress = 12;  // a browser takes six

  // All outlive it. Everything but the destructor is called on the loop.
  Door443(os::EventLoop& loop, GatewayPort& gateway, AdminPort& admin, const Site& site);
  ~Door443();
  Door443(const Door443&) = delete;
  Door443& operator=(const Door443&) = delete;

  void open(os::Descriptor listening, std::uint16_t port, DoorContext context);
  // Another certificate, for connections from now on.
  void show(DoorContext context) { context_ = std::move(context); }
  void forget_credentials();
  // The device's clock was set: the certificates of connected clients are judged again.
  void clock_set(const clock::Present& present);
  void close();
  bool is_open() const { return server_.has_value(); }
  // The thread that serves has answered since the last time it was asked; true while there is none.
  bool alive();

 private:
  struct Session;
  void take(os::Descriptor connection);
  void sweep();
  void refuse(const std::string& from, const char* why);

  os::EventLoop& loop_;
  GatewayPort& gateway_;
  AdminPort& admin_;
  const Site& site_;
  std::uint16_t port_ = 0;
  DoorContext context_;
  log::RateLimited complain_;
  std::shared_ptr<mesh::AddressLimits> limits_;
  std::optional<HttpServer> server_;
  std::thread serving_;
  std::atomic<bool> answered_ = true;
  std::optional<os::EventLoop> tls_loop_;  // a handshake computes, and waits for the key holder
  std::list<Session> sessions_;
  std::unique_ptr<mesh::Listener> listener_;
};

}  // namespace phone::gateway::web
