// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/file_server.hpp"

#include "absl/strings/str_cat.h"
#include "tools/lab/provisioning.hpp"

namespace phone::lab {
namespace {

constexpr std::chrono::seconds kPatience(10);
constexpr size_t kMaxRequest = 16384;

std::string read_request(Stream& stream) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < kMaxRequest) {
    char buffer[2048];
    const int got = stream.read(buffer, sizeof buffer);
    if (got <= 0) return {};
    request.append(buffer, static_cast<size_t>(got));
  }
  return request;
}

// The name in "GET /name HTTP/1.1"; nothing for anything else.
std::optional<std::string> name_in(const std::string& request) {
  if (!request.starts_with("GET /")) return std::nullopt;
  const size_t end = request.find(' ', 5);
  if (end == std::string::npos || end > request.find("\r\n")) return std::nullopt;
  return request.substr(5, end - 5);
}

std::string header(const std::string& status, size_t length) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-length: ", length,
                      "\r\nCache-Control: no-store\r\nContent-type: */*\r\nConnection: close\r\n\r\n");
}

}  // namespace

absl::Status FileServer::start(const std::string& address, uint16_t http_port, uint16_t https_port) {
  auto context = server_context(*pki_.tftp_ec, ClientCertificate::kNone, {});
  auto stranger = server_context(*pki_.stranger, ClientCertificate::kNone, {});
  if (!context.ok()) return context.status();
  if (!stranger.ok()) return stranger.status();
  context_ = *std::move(context);
  stranger_context_ = *std::move(stranger);
  absl::Status started =
      http_.start(address, http_port, [this](int socket, const std::string& peer) { plain(socket, peer); });
  if (!started.ok()) return started;
  return https_.start(address, https_port, [this](int socket, const std::string& peer) { secure(socket, peer); });
}

void FileServer::plain(int socket, const std::string& peer) {
  if (plays_dead(socket, faults_.of("http"))) return;
  answer(*plain_stream(socket, kPatience), peer, false);
}

void FileServer::secure(int socket, const std::string& peer) {
  const auto fault = faults_.of("https");
  if (plays_dead(socket, fault)) return;
  auto stream =
      TlsStream::accept(fault == Fault::kStranger ? stranger_context_.get() : context_.get(), socket, kPatience);
  if (!stream.ok()) {
    events_.emit("https-refused", {{"peer", peer}, {"reason", std::string(stream.status().message())}});
    return;
  }
  answer(**stream, peer, true);
}

void FileServer::answer(Stream& stream, const std::string& peer, bool secure) {
  const auto name = name_in(read_request(stream));
  if (!name) {
    stream.write(header("400 Bad Request", 0));
    return;
  }
  if (faults_.of(fault_target(*name)) == Fault::kEndless || faults_.of(secure ? "https" : "http") == Fault::kEndless) {
    events_.emit("download", {{"name", *name}, {"status", 200}, {"bytes", "endless"}, {"peer", peer}});
    if (stream.write("HTTP/1.1 200 OK\r\nContent-type: */*\r\nConnection: close\r\n\r\n")) write_endlessly(stream);
    return;
  }
  // A file server that accepts the request and never answers it.
  if (const auto fault = faults_.of(fault_target(*name)); fault == Fault::kSilent) {
    char ignored;
    while (stream.read(&ignored, 1) > 0) continue;
    return;
  }
  const auto bytes = files_.file(*name, secure);
  events_.emit("download", {{"name", *name},
                            {"status", bytes ? 200 : 404},
                            {"bytes", bytes ? bytes->size() : 0},
                            {"transport", secure ? "https" : "http"},
                            {"peer", peer}});
  if (stream.write(header(bytes ? "200 OK" : "404 Not Found", bytes ? bytes->size() : 0)) && bytes) {
    stream.write(*bytes);
  }
}

}  // namespace phone::lab
