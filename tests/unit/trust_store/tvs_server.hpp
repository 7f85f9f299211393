// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A TVS server over real TLS with a sample's certificate and one answer for everybody.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "common/crypto/pointers.hpp"
#include "services/trust_store/state/settings.hpp"

namespace phone::trust::tvs {

// Answers each connection with `reply` after reading one request, or stays silent when it is empty. Closes as tvsd
// does.
class Server {
 public:
  enum class Session { kEchoed, kAsItStands, kHalf };  // of the answer; kHalf: half of it, and then nothing

  // It answers `distance` after the question.
  Server(const std::string& pem_name, std::string reply, Session session = Session::kEchoed,
         absl::Duration distance = absl::ZeroDuration())
      : reply_(std::move(reply)), session_(session), distance_(distance), context_(SSL_CTX_new(TLS_server_method())) {
    signal(SIGPIPE, SIG_IGN);  // a client that gave up is no reason to die
    const std::string path = std::string(PHONE_SHARED_DIR "/testdata/cisco/pki/") + pem_name + ".pem";
    SSL_CTX_use_certificate_file(context_.get(), path.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_.get(), path.c_str(), SSL_FILETYPE_PEM);
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener_, 8);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  TvsServer address() const { return {"127.0.0.1", port_}; }
  int served() const { return served_; }

 private:
  void run() {
    for (;;) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const crypto::SslPtr ssl(SSL_new(context_.get()));
      SSL_set_fd(ssl.get(), fd);
      char buffer[8192];
      if (SSL_accept(ssl.get()) == 1 && SSL_read(ssl.get(), buffer, sizeof buffer) > 0) {
        ++served_;
        // A silent server holds the connection until the phone gives up.
        if (reply_.empty()) {
          SSL_read(ssl.get(), buffer, sizeof buffer);
        } else {
          absl::SleepFor(distance_);
          std::string reply = reply_;
          if (session_ != Session::kAsItStands) reply.replace(4, 4, buffer + 4, 4);
          if (session_ == Session::kHalf) reply.resize(reply.size() / 2);
          SSL_write(ssl.get(), reply.data(), static_cast<int>(reply.size()));
          if (session_ == Session::kHalf) SSL_read(ssl.get(), buffer, sizeof buffer);
        }
      }
      close(fd);
    }
  }

  const std::string reply_;
  const Session session_;
  const absl::Duration distance_;
  const crypto::SslCtxPtr context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> served_ = 0;
  std::thread thread_;
};

}  // namespace phone::trust::tvs
