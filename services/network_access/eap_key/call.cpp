// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/call.hpp"

#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "common/os/descriptor.hpp"

namespace phone::eap_key {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswer = 64 * 1024;
constexpr std::size_t kMaxReceived = 2 * kMaxAnswer;  // of one connection, frames and all
constexpr std::size_t kPrefix = 5;                    // compressed flag and length before each message
constexpr int kCancelled = 1;                         // from a server that drains or has died
constexpr int kUnavailable = 14;

struct Conversation {
  std::string request;  // with prefix
  std::size_t sent = 0;
  std::string answer;
  int status = kUnavailable;
  bool closed = false;
};

int milliseconds_left(Clock::time_point deadline) {
  return static_cast<int>(
      std::max<long>(0, static_cast<long>(std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count())));
}

ssize_t give_request(nghttp2_session*, std::int32_t, std::uint8_t* to, std::size_t room, std::uint32_t* flags,
                     nghttp2_data_source* source, void*) {
  auto& talk = *static_cast<Conversation*>(source->ptr);
  const std::size_t size = std::min(room, talk.request.size() - talk.sent);
  std::memcpy(to, talk.request.data() + talk.sent, size);
  talk.sent += size;
  if (talk.sent == talk.request.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(size);
}

int take_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data, std::size_t size, void* user) {
  auto& talk = *static_cast<Conversation*>(user);
  if (size > kMaxAnswer - std::min(kMaxAnswer, talk.answer.size())) return NGHTTP2_ERR_CALLBACK_FAILURE;
  talk.answer.append(reinterpret_cast<const char*>(data), size);
  return 0;
}

int take_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_size,
                const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* user) {
  if (std::string_view(reinterpret_cast<const char*>(name), name_size) != "grpc-status") return 0;
  if (value_size == 0 || value_size > 2) return NGHTTP2_ERR_CALLBACK_FAILURE;
  int status = 0;
  for (std::size_t i = 0; i < value_size; ++i) {
    if (value[i] < '0' || value[i] > '9') return NGHTTP2_ERR_CALLBACK_FAILURE;
    status = status * 10 + (value[i] - '0');
  }
  static_cast<Conversation*>(user)->status = status;
  return 0;
}

int take_close(nghttp2_session*, std::int32_t, std::uint32_t, void* user) {
  static_cast<Conversation*>(user)->closed = true;
  return 0;
}

// Not common/os/unix_socket: wpa_supplicant shall not have to load abseil.
os::Descriptor connect_to(const std::string& path, milliseconds patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.data(), path.size());
  os::Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // Connecting and sending wait for a far end that does not accept or read, but only for so long.
  const timeval wait{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000};
  if (fd && setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == 0 &&
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  return {};
}

struct FreeSession {
  void operator()(nghttp2_session* session) const { nghttp2_session_del(session); }
};
using Http2Session = std::unique_ptr<nghttp2_session, FreeSession>;

Http2Session open_http2(Conversation& talk) {
  nghttp2_session_callbacks* callbacks = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0) return nullptr;
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &take_data);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &take_header);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &take_close);
  nghttp2_session* session = nullptr;
  nghttp2_session_client_new(&session, callbacks, &talk);
  nghttp2_session_callbacks_del(callbacks);
  return Http2Session(session);
}

nghttp2_nv header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

bool write_pending(nghttp2_session* session, int fd) {
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session, &bytes);
    if (size <= 0) return size == 0;
    for (ssize_t done = 0; done < size;) {
      const ssize_t sent = send(fd, bytes + done, static_cast<std::size_t>(size - done), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      done += sent;
    }
  }
}

// Runs the conversation to its end or as far as the connection goes.
void converse(const std::string& socket, std::string_view method, Conversation& talk, Clock::time_point deadline) {
  const milliseconds left(milliseconds_left(deadline));
  if (left.count() == 0) return;
  const os::Descriptor connection = connect_to(socket, left);
  if (!connection) return;
  const Http2Session session = open_http2(talk);
  if (session == nullptr || nghttp2_submit_settings(session.get(), NGHTTP2_FLAG_NONE, nullptr, 0) != 0) return;
  const std::string timeout = std::to_string(milliseconds_left(deadline)) + "m";
  const std::array<nghttp2_nv, 7> headers = {header(":method", "POST"),      header(":scheme", "http"),
                                             header(":path", method),        header(":authority", "localhost"),
                                             header("te", "trailers"),       header("content-type", "application/grpc"),
                                             header("grpc-timeout", timeout)};
  nghttp2_data_provider body{};
  body.source.ptr = &talk;
  body.read_callback = &give_request;
  if (nghttp2_submit_request(session.get(), nullptr, headers.data(), headers.size(), &body, nullptr) < 0) return;
  std::array<std::uint8_t, 16 * 1024> buffer;
  std::size_t received = 0;
  while (!talk.closed && received < kMaxReceived && write_pending(session.get(), connection.get())) {
    pollfd waiting{.fd = connection.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, milliseconds_left(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    const ssize_t got = recv(connection.get(), buffer.data(), buffer.size(), 0);
    received += got > 0 ? static_cast<std::size_t>(got) : 0;
    if (got <= 0 || nghttp2_session_mem_recv(session.get(), buffer.data(), static_cast<std::size_t>(got)) != got) {
      return;
    }
  }
}

std::string framed(std::string_view message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  std::string framed(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    framed.push_back(static_cast<char>(size >> static_cast<unsigned>(shift)));
  return framed.append(message);
}

std::optional<std::string> unframed(const std::string& answer) {
  if (answer.size() < kPrefix || answer[0] != 0) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) size = size << 8U | static_cast<unsigned char>(answer[i]);
  if (size != answer.size() - kPrefix) return std::nullopt;
  return answer.substr(kPrefix);
}

}  // namespace

std::optional<std::string> call(const std::string& socket, std::string_view method, std::string_view request,
                                milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (milliseconds pause(10); Clock::now() < deadline; pause *= 2) {
    Conversation talk;
    talk.request = framed(request);
    converse(socket, method, talk, deadline);
    if (talk.closed && talk.status == 0) return unframed(talk.answer);
    if (talk.status != kUnavailable && talk.status != kCancelled) return std::nullopt;
    if (Clock::now() + pause >= deadline) break;
    const timespec rest{.tv_sec = 0,
                        .tv_nsec = static_cast<long>(std::min(pause, milliseconds(200)).count()) * 1000000};
    nanosleep(&rest, nullptr);
  }
  return std::nullopt;
}

}  // namespace phone::eap_key
