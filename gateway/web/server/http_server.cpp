// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/server/http_server.hpp"

#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "common/log/log.hpp"

namespace phone::gateway::web {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kPause{50};  // after EMFILE and the like, so that the loop does not spin

}  // namespace

struct HttpServer::State {
  State(GatewayPort& gateway, const Site& site, Door door, ServerOptions given)
      : options(std::move(given)),
        shared{.gateway = gateway,
               .site = site,
               .door = std::move(door),
               .limits = options.limits,
               .streams = 0,
               .most_streams = options.most_streams,
               .gate = nullptr,
               .sessions = {}} {}

  void accept() {
    acceptor.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_later(error.message());
      if (shared.sessions.size() < options.most_connections) admit(std::move(socket));
      accept();
    });
  }

  void admit(asio::ip::tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    (*shared.sessions.insert(std::make_shared<Session>(std::move(socket), shared)).first)->start();
  }

  void accept_later(const std::string& reason) {
    log::warning("accept", {{"reason", reason}});
    pause.expires_after(kPause);
    pause.async_wait([this](boost::system::error_code error) {
      if (!error) accept();
    });
  }

  void tick() {
    options.alive();
    ticking.expires_after(options.tick);
    ticking.async_wait([this](boost::system::error_code error) {
      if (!error) tick();
    });
  }

  const ServerOptions options;
  Shared shared;
  asio::io_context io{1};
  asio::ip::tcp::acceptor acceptor{io};
  asio::steady_timer pause{io}, ticking{io};
  asio::signal_set signals{io};
};

HttpServer::HttpServer(os::Descriptor listening, GatewayPort& gateway, const Site& site, Door door,
                       ServerOptions options)
    : state_(std::make_unique<State>(gateway, site, std::move(door), std::move(options))) {
  state_->shared.gate = std::make_shared<Gate>(state_->io);
  state_->acceptor.assign(asio::ip::tcp::v4(), listening.release());
}

HttpServer::~HttpServer() {
  state_->shared.gate->shut();
  state_->shared.sessions.clear();
}

void HttpServer::run(bool end_by_signal) {
  if (end_by_signal) {
    state_->signals.add(SIGTERM);
    state_->signals.add(SIGINT);
    state_->signals.async_wait([this](boost::system::error_code error, int) {
      if (!error) stop();
    });
  }
  if (state_->options.tick.count() > 0) state_->tick();
  state_->accept();
  state_->io.run();
}

void HttpServer::stop() { state_->io.stop(); }

}  // namespace phone::gateway::web
