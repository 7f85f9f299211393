// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/oauth/token_client.hpp"

#include <openssl/crypto.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/http/plain.hpp"
#include "common/http/response.hpp"
#include "common/os/steady_time.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(8);  // the gateway's callers wait for ten
constexpr size_t kMostBody = 32 * 1024;

std::string post_of(const OAuthServer& server, const std::string& body) {
  const bool v6 = server.host.find(':') != std::string::npos;
  return cat("POST /", server.path, " HTTP/1.1\r\nHost: ", v6 ? "[" : "", server.host, v6 ? "]" : "", ":", server.port,
             "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
             body.size(), "\r\n\r\n", body);
}

absl::Status failed(const absl::Status& status) {
  return absl::UnavailableError(cat("the authorization service: ", text::clean(cat(status.message()))));
}

}  // namespace

TokenClient::TokenClient(Verify verify)
    : verify_(std::move(verify)), cancel_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void TokenClient::exchange(TokenRequest request, tls::Policy policy, Done done) {
  std::unique_lock lock(mutex_);
  if (stopped_) return;
  if (busy_) {
    lock.unlock();
    return done(absl::ResourceExhaustedError("the authorization service is being asked already"));
  }
  busy_ = true;
  waiting_ = Job{.request = std::move(request), .policy = std::move(policy), .done = std::move(done)};
  if (!thread_.joinable()) {
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "oauth");
  }
  changed_.notify_all();
}

void TokenClient::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    eventfd_write(cancel_fd_, 1);
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  ::close(cancel_fd_);
}

void TokenClient::run() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    if (!waiting_.has_value()) {
      changed_.wait(lock);
      continue;
    }
    const Job job = *std::exchange(waiting_, std::nullopt);
    lock.unlock();
    absl::StatusOr<TokenReply> reply = ask(job);
    lock.lock();
    busy_ = false;
    if (stopped_) return;
    lock.unlock();
    job.done(std::move(reply));
    lock.lock();
  }
}

absl::StatusOr<TokenReply> TokenClient::ask(const Job& job) const {
  const OAuthServer& server = job.request.server;
  if (!http::plain_host(server.host) || !http::plain_name(server.path))
    return absl::UnavailableError("the authorization service's address cannot be used");
  auto profile = tls::Profile::of(tls::Function::kHttps, job.policy);
  if (!profile.ok()) return failed(profile.status());
  const absl::Time deadline = os::steady_now() + kPatience;
  tls::ClientOptions options{.profile = *std::move(profile)};
  options.host = server.host;
  options.port = server.port;
  options.connect_timeout = absl::Seconds(3);
  options.handshake_timeout = absl::Seconds(5);
  options.cancel_fd = cancel_fd_;
  options.verify = [this, &server](const std::vector<std::string>& chain) { return verify_(chain, server.host); };
  auto connection = tls::Connection::connect(options);
  if (!connection.ok()) return failed(connection.status());
  std::string body = write_token_request(job.request);
  std::string message = post_of(server, body);
  const absl::Status written = (*connection)->write(message, deadline);
  crypto::wipe(body);
  crypto::wipe(message);
  if (!written.ok()) return failed(written);
  http::ResponseReader reader(kMostBody);
  char buffer[4096];
  while (!reader.done()) {
    const auto got = (*connection)->read(buffer, sizeof buffer, deadline);
    if (!got.ok()) return failed(got.status());
    if (auto status = *got == 0 ? reader.closed() : reader.feed({buffer, *got}); !status.ok()) return failed(status);
  }
  std::string answer = reader.take_body();
  auto reply = read_token_reply(reader.status(), answer);
  crypto::wipe(answer);
  OPENSSL_cleanse(buffer, sizeof buffer);
  return reply;
}

}  // namespace phone::signaling
