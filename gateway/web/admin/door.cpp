// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/admin/door.hpp"

#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "common/log/log.hpp"
#include "common/os/steady_time.hpp"

namespace phone::gateway::web {
namespace {

using Limits = mesh::AddressLimits;

constexpr std::uint16_t kHttpsPort = 443;
constexpr std::chrono::milliseconds kTick{500};

std::string text_of(const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return text;
}

std::string far_end_of(int fd) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  const bool known = getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET;
  return known ? text_of(peer) : "unknown";
}

std::string near_end_of(int fd) {
  sockaddr_in own{};
  socklen_t size = sizeof own;
  const bool known = getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0 && own.sin_family == AF_INET;
  return known ? text_of(own) : "";
}

// As a Host field has them.
std::vector<std::string> hosts_of(std::vector<std::string> names, std::uint16_t port) {
  std::vector<std::string> hosts;
  for (const std::string& name : names) {
    hosts.push_back(absl::StrCat(name, ":", port));
    if (port == kHttpsPort) hosts.push_back(name);
  }
  return hosts;
}

}  // namespace

// Of one connection, counted for its address until it is over.
struct Door443::Session {
  struct Place {
    Place(std::shared_ptr<Limits> shared, std::string address) : limits(std::move(shared)), from(std::move(address)) {}
    void handshake_done() {
      if (!done.exchange(true)) limits->handshake_done(from);
    }
    const std::shared_ptr<Limits> limits;
    const std::string from;
    std::atomic<bool> done = false;
  };
  template <class... Tls>
  explicit Session(std::shared_ptr<Place> taken, Tls&&... arguments)
      : place(std::move(taken)), tls(std::forward<Tls>(arguments)...) {}
  const std::shared_ptr<Place> place;
  mesh::TlsSession tls;
};

Door443::Door443(os::EventLoop& loop, GatewayPort& gateway, AdminPort& admin, const Site& site)
    : loop_(loop), gateway_(gateway), admin_(admin), site_(site) {}

Door443::~Door443() { close(); }

void Door443::open(os::Descriptor listening, std::uint16_t port, DoorContext context) {
  close();
  port_ = port;
  context_ = std::move(context);
  limits_ = std::make_shared<Limits>(kOfOneAddress);
  answered_ = true;
  ServerOptions options;
  options.most_connections = kConnections;
  options.admin = &admin_;
  options.tick = kTick;
  options.alive = [this] { answered_ = true; };
  server_.emplace(gateway_, site_, Door{.hosts = {}, .administrator = true}, std::move(options));
  serving_ = std::thread([this] { server_->run(false); });
  pthread_setname_np(serving_.native_handle(), "http");
  tls_loop_.emplace();
  tls_loop_->post([] {
    // A client that has gone would otherwise end the process, since OpenSSL writes with write(2).
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  });
  tls_loop_->start("tls.web");
  listener_ = std::make_unique<mesh::Listener>(loop_, std::move(listening),
                                               [this](os::Descriptor connection) { take(std::move(connection)); });
}

void Door443::sweep() {
  sessions_.remove_if([](const Session& session) {
    if (!session.tls.gone()) return false;
    session.place->handshake_done();
    session.place->limits->left(session.place->from);
    return true;
  });
}

void Door443::take(os::Descriptor connection) {
  sweep();
  const std::string from = far_end_of(connection.get());
  const auto under_way = std::count_if(sessions_.begin(), sessions_.end(),
                                       [](const Session& session) { return !session.place->done.load(); });
  if (sessions_.size() >= kConnections || static_cast<std::size_t>(under_way) >= kHandshakes)
    return refuse(from, "the port has no free connection");
  const auto answer = limits_->came(from, os::steady_now());
  if (answer != Limits::Answer::kLetIn) return refuse(from, mesh::words_of(answer));
  auto names = context_.names;
  names.push_back(near_end_of(connection.get()));
  const auto place = std::make_shared<Session::Place>(limits_, from);
  sessions_.emplace_back(
      place, *tls_loop_, std::move(connection), context_.tls, mesh::TlsSession::Behind::kWeb,
      [this, place, hosts = hosts_of(std::move(names), port_)](os::Descriptor local, bool certified) {
        place->handshake_done();
        server_->take(std::move(local), Visitor{.proven = certified, .from = place->from, .hosts = hosts});
      },
      [this, place](const mesh::TlsFailure& failure) {
        place->handshake_done();
        mesh::counter_of(failure.cause).add();
        refuse(place->from, failure.text.c_str());
      });
}

void Door443::refuse(const std::string& from, const char* why) {
  if (complain_.due()) log::warning("a connection to the web pages was refused", {{"from", from}, {"reason", why}});
}

void Door443::forget_credentials() {
  if (server_) server_->forget_credentials();
}

void Door443::clock_set(const clock::Present& present) {
  for (Session& session : sessions_) {
    const std::string reason = session.tls.judge_again(present);
    if (!reason.empty()) refuse(session.place->from, reason.c_str());
  }
}

bool Door443::alive() { return !server_ || answered_.exchange(false); }

void Door443::close() {
  if (!server_) return;
  listener_.reset();
  sessions_.clear();  // each ends its connection
  tls_loop_.reset();
  server_->stop();
  serving_.join();
  server_.reset();
  limits_.reset();
}

}  // namespace phone::gateway::web
