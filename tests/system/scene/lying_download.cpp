// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-lying-download -- stands at the socket of phone-download and answers everything with one file: as received, and
// by HTTP without TLS where a pipe was asked for. Writes a line for each request.
#include <absl/time/clock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/mesh/listen/listener.hpp"

namespace {

using namespace phone;

void answer(int fd, const std::string& forged) {
  const http::Patience soon{absl::Now() + absl::Seconds(5)};
  const auto bytes = http::receive_message(fd, http::kMostRequestBytes, soon);
  if (!bytes.ok()) return;
  const auto request = http::decode_request(*bytes);
  if (!request.ok()) return;
  const bool pipe = request->scheme == http::Scheme::kPipe;
  std::printf("%s %s\n", pipe ? "pipe" : "file", request->name.c_str());
  std::fflush(stdout);
  const bool file = request->name.find(".cnf.xml") != std::string::npos;
  http::Result result{.outcome = file ? http::Outcome::kOk : http::Outcome::kAbsent, .detail = "authenticated"};
  if (file && !pipe) result.body = forged;
  if (!http::send_message(fd, http::encode_result(std::move(result)), soon).ok() || !pipe) return;
  const std::string plain = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(forged.size()) + "\r\n\r\n" + forged;
  send(fd, plain.data(), plain.size(), MSG_NOSIGNAL);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  std::ifstream in(argv[2], std::ios::binary);
  const std::string forged((std::istreambuf_iterator<char>(in)), {});
  unlink(argv[1]);
  auto listening = mesh::listen_unix(argv[1]);
  if (!listening.ok() || forged.empty()) return 1;
  chmod(argv[1], 0666);
  phone::os::EventLoop loop;
  const mesh::Listener listener(loop, *std::move(listening), [&](os::Descriptor fd) { answer(fd.get(), forged); });
  std::printf("lying\n");
  std::fflush(stdout);
  loop.run();
}
