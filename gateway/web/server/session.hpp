// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/rate/token_bucket.hpp"
#include "gateway/web/request/authorization.hpp"
#include "gateway/web/request/route.hpp"
#include "gateway/web/server/admin_port.hpp"
#include "gateway/web/server/gateway_port.hpp"
#include "gateway/web/server/site.hpp"

namespace phone::gateway::web {

// What one connection may cost. A browser keeps six connections to a host.
struct SessionLimits {
  std::size_t header_bytes = 8 * 1024;
  std::chrono::milliseconds header{5'000};  // from its first byte to its last
  std::chrono::milliseconds body{10'000};
  std::chrono::milliseconds idle{60'000};   // between two requests
  std::chrono::milliseconds write{10'000};  // until a client that does not read is given up
  std::chrono::milliseconds linger{1'000};  // for a refused client to read why
};

class Session;

// The way for other threads onto the thread of a server, until it ends.
class Gate {
 public:
  explicit Gate(boost::asio::io_context& io) : io_(&io) {}
  void post(std::function<void()> handler);
  void shut();

 private:
  std::mutex mutex_;
  boost::asio::io_context* io_;  // none once shut
};

// Who is at the other end of a connection.
struct Visitor {
  bool proven = false;             // by a certificate
  std::string from;                // address; empty at the screen
  std::vector<std::string> hosts;  // this phone's names on this connection, besides those of the door
};

// Only the administrator's pages have it.
struct Admin {
  AdminPort& port;
  ProvenCredentials proven;
  std::size_t checking = 0;  // passwords, now
};

// What all sessions of a server share; outlives them.
struct Shared {
  static constexpr double kOpenings = 24, kOpeningsPerSecond = 4;

  GatewayPort& gateway;
  const Site& site;
  Door door;
  SessionLimits limits;
  std::size_t streams = 0;  // open now
  std::size_t most_streams = 8;
  // A page opens one, and another when that one breaks. The gateway takes a role that opens and drops them without end
  // for an attacker and refuses all of it, phonectl too.
  TokenBucket openings{kOpenings, kOpeningsPerSecond};
  Admin* admin = nullptr;
  std::shared_ptr<Gate> gate;
  std::set<std::shared_ptr<Session>> sessions;  // each until it closes
};

// One connection: requests one after another until it is closed or a request opens a stream, which ends with it. All
// handlers run on the thread of the socket's executor.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, Shared& shared, Visitor visitor);
  ~Session();
  void start() { wait_for_request(); }

 private:
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  void wait_for_request();
  void read_header();
  void read_body(CallRoute call);
  void serve(const FileRoute& file);
  void serve(const Refusal& refusal);
  void serve(CallRoute call);
  void serve(const MetricsRoute&);
  void dispatch(Route asked);
  void prove(Route asked);
  void judged(Route asked, std::string key, absl::StatusOr<AdminPort::Verdict> verdict);
  void call(const CallRoute& call);
  void open_stream(const CallRoute& call);

  struct Field {
    boost::beast::http::field name;
    std::string value;
  };
  void answer(unsigned status, std::string_view type, std::string body, bool close = false,
              std::optional<Field> more = std::nullopt);
  void challenge(const std::string& reason);
  void refuse(const absl::Status& status);
  void drain(std::size_t most);
  void watch_for_close();
  void next_message();
  void write_chunk(std::string envelope, bool last);
  void close();
  // Runs a handler on our thread from another one, unless the session has gone. Callbacks hold no more of a session.
  using OnOurThread = std::function<void(std::function<void(Session&)>)>;
  OnOurThread on_our_thread();

  boost::beast::tcp_stream stream_;
  Shared& shared_;
  const Visitor visitor_;
  Door door_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<Response> response_;
  bool keep_alive_ = true;

  std::unique_ptr<GatewayPort::Stream> messages_;
  std::string chunk_;
  std::array<char, 1> unexpected_{};
};

}  // namespace phone::gateway::web
