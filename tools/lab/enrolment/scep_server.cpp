// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/enrolment/scep_server.hpp"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr std::chrono::seconds kPatience(10);
constexpr size_t kMaxRequest = 64 * 1024;

struct HttpRequest {
  std::string operation;
  std::string message;  // of a GET from its query, of a POST its body
  bool post = false;
};

// "key=value&.." after the question mark, percent-decoded.
std::string parameter(const std::string& target, const std::string& name) {
  size_t at = target.find('?');
  while (at != std::string::npos) {
    const size_t next = target.find('&', at + 1);
    const std::string pair = target.substr(at + 1, next == std::string::npos ? next : next - at - 1);
    at = next;
    if (!pair.starts_with(name + "=")) continue;
    std::string value;
    for (size_t i = name.size() + 1; i < pair.size(); ++i) {
      uint32_t byte = 0;
      const bool escaped = pair[i] == '%' && absl::SimpleHexAtoi(pair.substr(i + 1, 2), &byte);
      value += escaped ? static_cast<char>(byte) : pair[i];
      if (escaped) i += 2;
    }
    return value;
  }
  return {};
}

std::string header_value(const std::string& head, const std::string& name) {
  for (size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
    const std::string line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (absl::StartsWithIgnoreCase(line, name + ":")) return line.substr(name.size() + 1);
  }
  return {};
}

std::optional<HttpRequest> read_request(Stream& stream) {
  std::string text;
  size_t end = std::string::npos;
  while ((end = text.find("\r\n\r\n")) == std::string::npos) {
    char buffer[4096];
    const int got = stream.read(buffer, sizeof buffer);
    if (got <= 0 || text.size() > kMaxRequest) return std::nullopt;
    text.append(buffer, static_cast<size_t>(got));
  }
  const std::string target = text.substr(0, text.find("\r\n"));
  const std::string path = target.substr(0, target.rfind(' '));
  HttpRequest request{parameter(path, "operation"), {}, target.starts_with("POST ")};
  if (!target.starts_with("POST ")) {
    absl::Base64Unescape(parameter(path, "message"), &request.message);
    return request;
  }
  size_t length = 0;
  if (!absl::SimpleAtoi(header_value(text.substr(0, end), "Content-Length"), &length) || length > kMaxRequest) {
    return std::nullopt;
  }
  request.message = text.substr(end + 4);
  if (request.message.size() < length && !stream.read_exactly(request.message, length - request.message.size())) {
    return std::nullopt;
  }
  return request;
}

}  // namespace

ScepServer::ScepServer(const Pki& pki, ScepSettings settings, const Faults& faults, Events& events)
    : faults_(faults),
      events_(events),
      authority_(pki.scep_ca, pki.scep_ra, settings),
      stranger_(pki.stranger_ca, pki.stranger_ca, {.challenge = settings.challenge, .ra = false}) {}

absl::Status ScepServer::start(const std::string& address, uint16_t port) {
  return listener_.start(address, port, [this](int socket, const std::string& peer) { serve(socket, peer); });
}

void ScepServer::serve(int socket, const std::string& peer) {
  const auto fault = faults_.of("scep");
  if (plays_dead(socket, fault)) return;
  const auto stream = plain_stream(socket, kPatience);
  const auto request = read_request(*stream);
  if (!request) return;
  if (request->post && !authority_.takes_post()) {
    stream->write("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return;
  }
  Reply reply = answer(request->operation, request->message, peer, fault == Fault::kStranger);
  if (request->operation == "PKIOperation") reply.body = spoil(std::move(reply.body), fault);
  stream->write(absl::StrCat("HTTP/1.1 ", reply.status, "\r\nContent-Length: ", reply.body.size(),
                             "\r\nContent-Type: ", reply.type, "\r\nConnection: close\r\n\r\n"));
  stream->write(reply.body);
}

ScepServer::Reply ScepServer::answer(const std::string& operation, const std::string& message, const std::string& peer,
                                     bool stranger) {
  ScepAuthority& authority = stranger ? stranger_ : authority_;
  if (operation == "GetCACaps") {
    std::string known = authority.capabilities();
    if (known == "404") return {.status = "404 Not Found", .body = "no such operation"};
    return {.body = std::move(known)};
  }
  if (operation == "GetCACert") {
    const auto certificates = authority.certificates();
    return {.type = certificates.type, .body = certificates.body};
  }
  if (operation != "PKIOperation") return {.status = "400 Bad Request"};
  const auto result = authority.receive(message);
  events_.emit("scep", {{"device", result.device},
                        {"operation", result.what},
                        {"result", result.result},
                        {"serial", result.serial},
                        {"peer", peer}});
  if (result.message.empty()) return {.status = "400 Bad Request"};
  return {.type = "application/x-pki-message", .body = result.message};
}

}  // namespace phone::lab
