// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/url/url_server.hpp"

#include <charconv>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::lab {
namespace {

constexpr std::chrono::seconds kUrlPatience(10);
constexpr size_t kMostUrlRequest = size_t{2} << 20;

std::string header_of(const std::string& head, const std::string& name) {
  const size_t at = head.find(absl::StrCat("\r\n", name, ": "));
  if (at == std::string::npos) return {};
  const size_t begin = at + 4 + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

// What stands between two marks; empty when one is missing.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const size_t begin = text.find(before);
  if (begin == std::string::npos) return {};
  const size_t end = text.find(after, begin + before.size());
  return end == std::string::npos ? std::string() : text.substr(begin + before.size(), end - begin - before.size());
}

}  // namespace

struct UrlServer::Asked {
  std::string method, path, query, head, body;

  static std::optional<Asked> read(Stream& stream) {
    std::string text;
    char buffer[8192];
    size_t head = std::string::npos, length = 0;
    while (head == std::string::npos || text.size() < head + 4 + length) {
      const int got = stream.read(buffer, sizeof buffer);
      if (got <= 0 || text.size() > kMostUrlRequest) return std::nullopt;
      text.append(buffer, static_cast<size_t>(got));
      if (head != std::string::npos) continue;
      head = text.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::string said = header_of(text.substr(0, head + 2), "Content-Length");
      std::from_chars(said.data(), said.data() + said.size(), length);
    }
    Asked asked;
    asked.head = text.substr(0, head + 2);
    asked.body = text.substr(head + 4);
    asked.method = text.substr(0, text.find(' '));
    const std::string target = between(text, " ", " ");
    asked.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string::npos) asked.query = target.substr(target.find('?') + 1);
    return asked;
  }
};

UrlServer::UrlServer(const Pki& pki, UrlServerSettings settings, const Faults& faults, Events& events)
    : pki_(pki),
      settings_(std::move(settings)),
      users_(directory_users(settings_.extra_users)),
      faults_(faults),
      events_(events) {}

absl::Status UrlServer::start(const std::string& address, uint16_t port) {
  auto context = server_context(*pki_.tomcat, ClientCertificate::kNone, {});
  auto stranger = server_context(*pki_.stranger, ClientCertificate::kNone, {});
  if (!context.ok()) return context.status();
  if (!stranger.ok()) return stranger.status();
  context_ = *std::move(context);
  stranger_context_ = *std::move(stranger);
  return listener_.start(address, port, [this](int socket, const std::string& peer) { serve(socket, peer); });
}

void UrlServer::serve(int socket, const std::string& peer) {
  const auto fault = faults_.of("url");
  if (plays_dead(socket, fault)) return;
  auto stream =
      TlsStream::accept(fault == Fault::kStranger ? stranger_context_.get() : context_.get(), socket, kUrlPatience);
  if (!stream.ok()) {
    events_.emit("url-refused", {{"peer", peer}, {"reason", std::string(stream.status().message())}});
    return;
  }
  const auto asked = Asked::read(**stream);
  if (!asked) return;
  if (fault == Fault::kEndless) {
    (*stream)->write("HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n<users>");
    return write_endlessly(**stream);
  }
  Answer answer;
  if (asked->method == "GET" && asked->path == "/cucm-uds/users") answer = search(*asked, peer, fault);
  if (asked->method == "POST" && asked->path == "/prt") answer = take_report(*asked, peer);
  const std::string body = spoil(answer.body, fault);
  (*stream)->write(absl::StrCat("HTTP/1.1 ", answer.status, " Said\r\nContent-Type: ", answer.type,
                                answer.status == 401 ? "\r\nWWW-Authenticate: Basic realm=\"Cisco UDS\"" : "",
                                "\r\nContent-Length: ", body.size(), "\r\nConnection: close\r\n\r\n", body));
}

UrlServer::Answer UrlServer::search(const Asked& asked, const std::string& peer, std::optional<Fault> fault) {
  const std::string given = header_of(asked.head, "Authorization");
  Answer answer;
  if (!settings_.credentials.empty() && given != absl::StrCat("Basic ", absl::Base64Escape(settings_.credentials))) {
    answer.status = 401;
  } else {
    answer = {200, "application/xml",
              users_answer(users_, asked.query, settings_.all_at_once, fault == Fault::kForeign)};
  }
  events_.emit("contact-search", {{"peer", peer},
                                  {"query", asked.query},
                                  {"credentials", given.empty()          ? "none"
                                                  : answer.status == 401 ? "wrong"
                                                                         : "given"},
                                  {"status", answer.status}});
  return answer;
}

UrlServer::Answer UrlServer::take_report(const Asked& asked, const std::string& peer) {
  if (settings_.reports.empty()) return {};
  const std::string boundary = absl::StrCat("--", between(asked.head, "multipart/form-data; boundary=", "\r\n"));
  std::string device = between(asked.body, "name=\"devicename\"\r\n\r\n", absl::StrCat("\r\n", boundary));
  device = std::string(absl::StripAsciiWhitespace(device));  // newer firmware begins it with a newline
  const std::string file = between(asked.body, "name=\"prt_file\"; filename=\"", "\"");
  const size_t part = asked.body.find("name=\"prt_file\"");
  const std::string content = part == std::string::npos
                                  ? ""
                                  : between(asked.body.substr(part), "\r\n\r\n", absl::StrCat("\r\n", boundary, "--"));
  const bool usable = !device.empty() && !content.empty() && !file.empty() && !absl::StrContains(file, "/");
  if (usable) std::ofstream(settings_.reports / file, std::ios::binary) << content;
  events_.emit("problem-report",
               {{"peer", peer}, {"device", device}, {"file", file}, {"bytes", content.size()}, {"taken", usable}});
  return {usable ? 200 : 400, "text/plain", usable ? "Log received" : "no report"};
}

}  // namespace phone::lab
