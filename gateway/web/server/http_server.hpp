// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "common/os/descriptor.hpp"
#include "gateway/web/server/session.hpp"

namespace phone::gateway::web {

struct ServerOptions {
  SessionLimits limits;
  std::size_t most_connections = 24;
  std::size_t most_streams = 8;
  std::chrono::milliseconds tick{0};  // how often `alive` is called by the thread that serves; 0: never
  std::function<void()> alive;
  AdminPort* admin = nullptr;  // outlives the server; with it every client must prove itself
};

// Serves HTTP on a listening TCP socket, all connections on the thread that calls run().
class HttpServer {
 public:
  // `gateway` and `site` outlive it. A connection above the limit is closed at once.
  HttpServer(os::Descriptor listening, GatewayPort& gateway, const Site& site, Door door, ServerOptions options);
  // Serves only connections that are handed to it.
  HttpServer(GatewayPort& gateway, const Site& site, Door door, ServerOptions options);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  // Until stop(), or SIGTERM or SIGINT when `end_by_signal`.
  void run(bool end_by_signal);
  void stop();  // from any thread
  // A stream socket of any kind; from any thread.
  void take(os::Descriptor connection, Visitor visitor);
  // Everybody without a certificate has to prove himself again. From any thread.
  void forget_credentials();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace phone::gateway::web
