// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/server/http_server.hpp"

#include <openssl/rand.h>
#include <signal.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "common/log/log.hpp"

namespace phone::gateway::web {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds kPause{50};  // after EMFILE and the like, so that the loop does not spin
constexpr std::size_t kSaltBytes = 32;

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
               .sessions = {}} {
    if (options.admin == nullptr) return;
    std::string salt(kSaltBytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size())) != 1)
      log::die("no random bytes");
    admin.emplace(Admin{.port = *options.admin, .proven = ProvenCredentials(std::move(salt))});
    shared.admin = &*admin;
  }

  void accept() {
    acceptor.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_later(error.message());
      admit(std::move(socket), {});
      accept();
    });
  }

  void admit(asio::ip::tcp::socket socket, Visitor visitor) {
    if (shared.sessions.size() >= options.most_connections) return;
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto session = std::make_shared<Session>(std::move(socket), shared, std::move(visitor));
    (*shared.sessions.insert(session).first)->start();
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
  std::optional<Admin> admin;
  asio::io_context io{1};
  const asio::executor_work_guard<asio::io_context::executor_type> until_stopped{io.get_executor()};
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

HttpServer::HttpServer(GatewayPort& gateway, const Site& site, Door door, ServerOptions options)
    : state_(std::make_unique<State>(gateway, site, std::move(door), std::move(options))) {
  state_->shared.gate = std::make_shared<Gate>(state_->io);
}

void HttpServer::take(os::Descriptor connection, Visitor visitor) {
  // A handler must be copyable.
  auto held = std::make_shared<os::Descriptor>(std::move(connection));
  state_->shared.gate->post([state = state_.get(), held, visitor = std::move(visitor)] {
    asio::ip::tcp::socket socket(state->io);
    boost::system::error_code error;
    // Of what kind it is only a connection's first call would need to know, and it is connected.
    socket.assign(asio::ip::tcp::v4(), held->get(), error);
    if (error) return log::warning("a connection cannot be served", {{"reason", error.message()}});
    (void)held->release();
    state->admit(std::move(socket), visitor);
  });
}

void HttpServer::forget_credentials() {
  state_->shared.gate->post([state = state_.get()] {
    if (state->admin) state->admin->proven.forget();
  });
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
  if (state_->acceptor.is_open()) state_->accept();
  state_->io.run();
}

void HttpServer::stop() { state_->io.stop(); }

}  // namespace phone::gateway::web
