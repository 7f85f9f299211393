#pragma once

#include <thread>

#include "common/http/get.hpp"
#include "common/http/secure.hpp"
#include "common/mesh/listen/listener.hpp"
#include "services/download/transfer_server.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::tests {

// phone-download's desk on a socket of its own, and its callers' side: how policy fetches, HTTPS included.
class DeskOfTests {
 public:
  DeskOfTests()
      : desk_(*mesh::listen_unix(socket_), &http::get, download::Desk::Limits{}), thread_([this] { desk_.run(); }) {}
  ~DeskOfTests() {
    desk_.stop();
    thread_.join();
  }
  http::Result fetch(const http::Request& request) const { return http::fetch_with_tls_through(socket_)(request); }
  const std::filesystem::path& socket() const { return socket_; }

 private:
  const TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "fetch.sock";
  download::Desk desk_;
  std::thread thread_;
};

}  // namespace phone::tests
