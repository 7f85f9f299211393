// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/log/journal.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace phone::log {
namespace {

constexpr size_t kMostBytes = 16 * 1024;  // far below a datagram; a line has a dozen fields at most
constexpr size_t kLongestKey = 48;        // the journal takes 64 bytes, and no other characters than these

std::string field_name(std::string_view key) {
  std::string name = "PHONE_";
  for (const char c : key.substr(0, kLongestKey)) {
    if (c >= 'a' && c <= 'z') {
      name += static_cast<char>(c - 'a' + 'A');
    } else {
      name += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
    }
  }
  return name;
}

void append(std::string& message, std::string_view name, std::string_view value) {
  message.append(name).append("=").append(value).append("\n");
}

bool is_stream(const char* stream, int descriptor) {
  struct stat facts {};
  if (stream == nullptr || fstat(descriptor, &facts) != 0) return false;
  return std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino) == stream;
}

}  // namespace

int priority_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return 7;
    case Level::kInfo:
      return 6;
    case Level::kWarning:
      return 4;
    case Level::kError:
      return 3;
  }
  return 3;
}

std::string journal_message(std::string_view process, Level level, std::string_view line, const Field* fields,
                            size_t count) {
  std::string message;
  append(message, "MESSAGE", line);
  append(message, "PRIORITY", std::to_string(priority_of(level)));
  append(message, "SYSLOG_IDENTIFIER", std::string("phone-").append(process));
  append(message, "PHONE_SERVICE", process);
  for (size_t i = 0; i < count && message.size() < kMostBytes; ++i) {
    append(message, field_name(fields[i].key), escaped(fields[i].value));
  }
  return message;
}

Journal::Journal(const char* stream, int stderr_descriptor, const char* socket)
    : is_stderr_(is_stream(stream, stderr_descriptor)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!is_stderr_ || std::strlen(socket) >= sizeof address.sun_path) return;
  std::strcpy(address.sun_path, socket);
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket_ >= 0 && connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(socket_);
    socket_ = -1;
  }
}

Journal::~Journal() {
  if (socket_ >= 0) close(socket_);
}

bool Journal::send(const std::string& message) const {
  return socket_ >= 0 && ::send(socket_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
                             static_cast<ssize_t>(message.size());
}

}  // namespace phone::log
