// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/attack_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <random>

namespace phone::system {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostBytes = 200 << 20;  // of one attack: beyond every memory limit in deploy/units
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum Frame : uint8_t {
  kData = 0,
  kHeaders = 1,
  kPriority = 2,
  kResetStream = 3,
  kSettings = 4,
  kPing = 6,
  kWindowUpdate = 8,
  kContinuation = 9
};
constexpr uint8_t kEndStream = 1, kEndHeaders = 4;

std::string frame(Frame type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string bytes;
  const auto size = static_cast<uint32_t>(payload.size());
  for (const int shift : {16, 8, 0}) bytes += static_cast<char>(size >> shift & 0xFF);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(stream >> shift & 0xFF);
  return bytes.append(payload);
}

// A literal header field without indexing, new name, no Huffman (RFC 7541 section 6.2.2).
std::string field(std::string_view name, std::string_view value) {
  std::string bytes(1, '\0');
  for (const std::string_view text : {name, value}) {
    if (text.size() < 127) {
      bytes += static_cast<char>(text.size());
    } else {
      bytes += '\x7F';
      size_t rest = text.size() - 127;
      for (; rest >= 128; rest >>= 7) bytes += static_cast<char>(0x80 | (rest & 0x7F));
      bytes += static_cast<char>(rest);
    }
    bytes.append(text);
  }
  return bytes;
}

std::string request_headers(const std::string& method) {
  return field(":method", "POST") + field(":scheme", "http") + field(":path", "/" + method) +
         field(":authority", "localhost") + field("te", "trailers") + field("content-type", "application/grpc") +
         field("grpc-timeout", "20S");
}

// A connection that sends the bytes it is given and discards what it receives, so that the other side never waits for
// us.
class Victim {
 public:
  explicit Victim(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    open_ = fd_ >= 0 && connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Victim() {
    if (fd_ >= 0) close(fd_);
  }
  Victim(Victim&& other) noexcept : fd_(other.fd_), open_(other.open_), sent_(other.sent_) { other.fd_ = -1; }
  Victim& operator=(Victim&&) = delete;

  bool is_open() const { return open_; }
  size_t sent() const { return sent_; }

  bool send(std::string_view bytes, Clock::time_point until) {
    while (open_ && !bytes.empty() && Clock::now() < until) {
      drain();
      const ssize_t done = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (done > 0) {
        sent_ += static_cast<size_t>(done);
        bytes.remove_prefix(static_cast<size_t>(done));
      } else if (errno == EAGAIN) {
        pollfd ready{fd_, POLLOUT | POLLIN, 0};
        poll(&ready, 1, 20);
      } else {
        open_ = false;
      }
    }
    return open_ && bytes.empty();
  }
  // Anything before the other side closes.
  bool hears(Clock::time_point until) {
    char heard;
    while (open_ && Clock::now() < until) {
      pollfd ready{fd_, POLLIN, 0};
      if (poll(&ready, 1, 20) > 0) return recv(fd_, &heard, 1, MSG_DONTWAIT) == 1;
    }
    return false;
  }
  bool greet(Clock::time_point until) { return send(std::string(kPreface) + frame(kSettings, 0, 0, ""), until); }

 private:
  void drain() {
    char heard[16384];
    while (recv(fd_, heard, sizeof heard, MSG_DONTWAIT) > 0) {
    }
  }
  int fd_;
  bool open_ = false;
  size_t sent_ = 0;
};

// One frame after the other on ever new connections, as fast as they are taken.
void repeat(const std::string& socket, Clock::time_point until, const std::string& first, const std::string& again) {
  size_t sent = 0;
  while (Clock::now() < until && sent < kMostBytes) {
    Victim victim(socket);
    if (!victim.is_open() || !victim.greet(until) || !victim.send(first, until)) {
      poll(nullptr, 0, 1);
      continue;
    }
    while (Clock::now() < until && sent + victim.sent() < kMostBytes && victim.send(again, until)) {
    }
    sent += victim.sent();
  }
}

std::string many(const std::string& one, size_t bytes) {
  std::string all;
  while (all.size() < bytes) all += one;
  return all;
}

void header_block_without_end(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  const std::string fields = many(field("x-filler", std::string(1000, 'x')), 15000);
  repeat(socket, until, frame(kHeaders, 0, 1, fields), frame(kContinuation, 0, 1, fields));
}
void empty_continuations(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  repeat(socket, until, frame(kHeaders, 0, 1, field(":method", "POST")), many(frame(kContinuation, 0, 1, ""), 16384));
}
void settings(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  repeat(socket, until, "", many(frame(kSettings, 0, 0, std::string("\0\4\0\0\xFF\xFF", 6)), 16384));
}
void pings(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  repeat(socket, until, "", many(frame(kPing, 0, 0, "12345678"), 16384));
}
void window_updates(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  repeat(socket, until, "", many(frame(kWindowUpdate, 0, 0, std::string("\0\0\0\1", 4)), 16384));
}
void priorities(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  repeat(socket, until, "", many(frame(kPriority, 0, 1001, std::string("\0\0\0\0\1", 5)), 16384));
}
void empty_data(const std::string& socket, Clock::time_point until, const std::vector<std::string>& methods) {
  repeat(socket, until, frame(kHeaders, kEndHeaders, 1, request_headers(methods.front())),
         many(frame(kData, 0, 1, ""), 16384));
}
void resets(const std::string& socket, Clock::time_point until, const std::vector<std::string>& methods) {
  while (Clock::now() < until) {
    Victim victim(socket);
    if (!victim.is_open() || !victim.greet(until)) {
      poll(nullptr, 0, 1);
      continue;
    }
    for (uint32_t stream = 1; Clock::now() < until && stream < 2'000'000; stream += 2) {
      const auto& method = methods[stream / 2 % methods.size()];
      if (!victim.send(frame(kHeaders, kEndHeaders, stream, request_headers(method)) +
                           frame(kResetStream, 0, stream, std::string("\0\0\0\x8", 4)),
                       until)) {
        break;
      }
    }
  }
}
void streams_without_end(const std::string& socket, Clock::time_point until, const std::vector<std::string>& methods) {
  Victim victim(socket);
  if (!victim.is_open() || !victim.greet(until)) return;
  for (uint32_t stream = 1; Clock::now() < until && stream < 20'000; stream += 2) {
    const auto& method = methods[stream / 2 % methods.size()];
    if (!victim.send(frame(kHeaders, kEndHeaders, stream, request_headers(method)), until)) return;
  }
}
// Bodies of the largest size a message may have, to each method in turn, several at once.
void large_bodies(const std::string& socket, Clock::time_point until, const std::vector<std::string>& methods) {
  const std::string piece(16384, 'a');
  size_t sent = 0, turn = 0;
  while (Clock::now() < until && sent < kMostBytes) {
    Victim victim(socket);
    if (!victim.is_open() || !victim.greet(until)) {
      poll(nullptr, 0, 1);
      continue;
    }
    constexpr uint32_t kSize = 5 << 20;
    std::string prefix(1, '\0');
    for (const int shift : {24, 16, 8, 0}) prefix += static_cast<char>(kSize >> shift & 0xFF);
    for (uint32_t stream = 1; stream < 32; stream += 2) {
      const auto& method = methods[turn++ % methods.size()];
      if (!victim.send(frame(kHeaders, kEndHeaders, stream, request_headers(method)) + frame(kData, 0, stream, prefix),
                       until)) {
        break;
      }
    }
    // Without regard to the windows; a peer that insists on them closes the connection, and the next one begins.
    for (uint32_t round = 0; round < kSize / piece.size(); ++round) {
      bool goes_on = true;
      for (uint32_t stream = 1; goes_on && stream < 32; stream += 2) {
        goes_on = victim.send(frame(kData, 0, stream, piece), until);
      }
      if (!goes_on) break;
    }
    sent += victim.sent();
  }
}
// Empty requests to every method, answered or not, as fast as they are taken.
void calls(const std::string& socket, Clock::time_point until, const std::vector<std::string>& methods) {
  while (Clock::now() < until) {
    Victim victim(socket);
    if (!victim.is_open() || !victim.greet(until)) {
      poll(nullptr, 0, 1);
      continue;
    }
    for (uint32_t stream = 1; Clock::now() < until && stream < 100'000; stream += 2) {
      const auto& method = methods[stream / 2 % methods.size()];
      if (!victim.send(frame(kHeaders, kEndHeaders, stream, request_headers(method)) +
                           frame(kData, kEndStream, stream, std::string(5, '\0')),
                       until)) {
        break;
      }
    }
  }
}
void noise(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  std::minstd_rand random(11);
  std::string bytes(16384, '\0');
  while (Clock::now() < until) {
    for (char& byte : bytes) byte = static_cast<char>(random());
    Victim victim(socket);
    if (random() % 2 == 0 && victim.is_open()) victim.greet(until);
    if (!victim.is_open() || !victim.send(bytes, until)) poll(nullptr, 0, 1);
  }
}
// As many connections as are taken; some say nothing, some half of what begins one.
void silent_connections(const std::string& socket, Clock::time_point until, const std::vector<std::string>&) {
  std::vector<Victim> held;
  while (Clock::now() < until) {
    if (held.size() < 300) {
      Victim victim(socket);
      if (victim.is_open() && held.size() % 3 == 1) victim.send(kPreface.substr(0, 10), until);
      if (victim.is_open() && held.size() % 3 == 2) {
        victim.send(std::string(kPreface) + frame(kSettings, 0, 0, "").substr(0, 5), until);
      }
      if (victim.is_open()) held.push_back(std::move(victim));
    }
    poll(nullptr, 0, held.size() < 300 ? 0 : 5);
  }
}

}  // namespace

const std::vector<SocketAttack>& socket_attacks() {
  static const std::vector<SocketAttack> kAttacks = {
      {"header-block-without-end", header_block_without_end},
      {"empty-continuations", empty_continuations},
      {"settings", settings},
      {"pings", pings},
      {"window-updates", window_updates},
      {"priorities", priorities},
      {"empty-data", empty_data},
      {"resets", resets},
      {"streams-without-end", streams_without_end},
      {"large-bodies", large_bodies},
      {"calls", calls},
      {"noise", noise},
      {"silent-connections", silent_connections},
  };
  return kAttacks;
}

bool is_let_in(const std::string& socket) {
  const auto until = Clock::now() + std::chrono::seconds(5);
  Victim door(socket);
  return door.is_open() && door.greet(until) && door.hears(until);
}

}  // namespace phone::system
