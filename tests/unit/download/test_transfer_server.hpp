// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <thread>

#include "common/http/get.hpp"
#include "common/http/secure.hpp"
#include "common/mesh/listen/listener.hpp"
#include "services/download/transfer_server.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::tests {

// phone-download's transfer server on a socket of its own, and its callers' side: how policy fetches, HTTPS included.
class TestTransferServer {
 public:
  TestTransferServer()
      : transfer_server_(*mesh::listen_unix(socket_), &http::get, download::TransferServer::Limits{}),
        thread_([this] { transfer_server_.run(); }) {}
  ~TestTransferServer() {
    transfer_server_.stop();
    thread_.join();
  }
  http::Result fetch(const http::Request& request) const { return http::fetch_with_tls_through(socket_)(request); }
  const std::filesystem::path& socket() const { return socket_; }

 private:
  const TemporaryDirectory directory_;
  const std::filesystem::path socket_ = directory_ / "fetch.sock";
  download::TransferServer transfer_server_;
  std::thread thread_;
};

}  // namespace phone::tests
