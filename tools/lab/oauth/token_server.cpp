// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/oauth/token_server.hpp"

#include <charconv>

#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr std::chrono::seconds kTokenPatience(10);
constexpr size_t kMostTokenRequest = 16384;

struct PostRequest {
  std::string path, body;
};

std::optional<PostRequest> read_post(Stream& stream) {
  std::string text;
  char buffer[2048];
  size_t head = std::string::npos, length = 0;
  while (head == std::string::npos || text.size() < head + 4 + length) {
    const int got = stream.read(buffer, sizeof buffer);
    if (got <= 0 || text.size() > kMostTokenRequest) return std::nullopt;
    text.append(buffer, static_cast<size_t>(got));
    if (head != std::string::npos) continue;
    head = text.find("\r\n\r\n");
    const size_t at = text.find("Content-Length: ");
    if (head != std::string::npos && at < head) std::from_chars(text.data() + at + 16, text.data() + head, length);
  }
  if (!text.starts_with("POST /")) return std::nullopt;
  return PostRequest{text.substr(5, text.find(' ', 5) - 5), text.substr(head + 4)};
}

}  // namespace

absl::Status TokenServer::start(const std::string& address, uint16_t port) {
  auto context = server_context(*pki_.tomcat, ClientCertificate::kNone, {});
  auto stranger = server_context(*pki_.stranger, ClientCertificate::kNone, {});
  if (!context.ok()) return context.status();
  if (!stranger.ok()) return stranger.status();
  context_ = *std::move(context);
  stranger_context_ = *std::move(stranger);
  return listener_.start(address, port, [this](int socket, const std::string& peer) { serve(socket, peer); });
}

void TokenServer::serve(int socket, const std::string& peer) {
  const auto fault = faults_.of("oauth");
  if (plays_dead(socket, fault)) return;
  auto stream =
      TlsStream::accept(fault == Fault::kStranger ? stranger_context_.get() : context_.get(), socket, kTokenPatience);
  if (!stream.ok()) {
    events_.emit("token-refused", {{"peer", peer}, {"reason", std::string(stream.status().message())}});
    return;
  }
  const auto request = read_post(**stream);
  TokenService::Answer answer{.status = 404, .body = "{}", .grant = {}, .device = {}};
  if (request && request->path == "/oauth/token") answer = tokens_.answer(request->body, TokenService::Clock::now());
  events_.emit("token", {{"grant", answer.grant}, {"device", answer.device}, {"status", answer.status}});
  const std::string body = spoil(answer.body, fault);
  (*stream)->write(absl::StrCat("HTTP/1.1 ", answer.status, answer.status == 200 ? " OK" : " Bad Request",
                                "\r\nContent-Type: application/json\r\nCache-Control: no-store\r\nContent-Length: ",
                                body.size(), "\r\nConnection: close\r\n\r\n", body));
}

}  // namespace phone::lab
