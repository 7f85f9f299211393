// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/tls/resolve.hpp"

#include <absl/strings/str_cat.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "common/os/descriptor.hpp"
#include "common/tls/socket.hpp"

namespace phone::tls {
namespace {

absl::Status failed(const std::string& host, const char* why) {
  return absl::UnavailableError(absl::StrCat("cannot resolve ", host, ": ", why));
}

absl::StatusOr<AddressList> ask(const std::string& host, const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.c_str(), port.empty() ? nullptr : port.c_str(), &hints, &found);
  if (code != 0) return failed(host, gai_strerror(code));
  return AddressList(found, &freeaddrinfo);
}

// Needs no destruction: a lookup may still end while the process does.
constinit std::atomic<int> under_way = 0;

// Shared by the caller and the thread that looks it up; the last of them drops it.
struct Question {
  Question(std::string name, std::string service, Lookup by)
      : host(std::move(name)), port(std::move(service)), lookup(std::move(by)) {}

  const std::string host, port;
  const Lookup lookup;
  const os::Descriptor answered{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;
  std::optional<absl::StatusOr<AddressList>> answer = std::nullopt;

  void find_out() {
    auto found = lookup(host, port);
    const std::lock_guard lock(mutex);
    answer = std::move(found);
    eventfd_write(answered.get(), 1);
  }
};

// Null, or why there is no lookup.
const char* start(const std::shared_ptr<Question>& question) {
  if (under_way.fetch_add(1) >= kLookups) {
    under_way.fetch_sub(1);
    return "too many lookups in progress";
  }
  try {
    std::thread([question] {
      question->find_out();
      under_way.fetch_sub(1);
    }).detach();
    return nullptr;
  } catch (const std::system_error&) {
    under_way.fetch_sub(1);
    return "no thread could be started";
  }
}

}  // namespace

absl::StatusOr<AddressList> parse_address(const std::string& host, const std::string& port) {
  return ask(host, port, AI_NUMERICHOST);
}

absl::StatusOr<AddressList> look_up(const std::string& host, const std::string& port) { return ask(host, port, 0); }

absl::StatusOr<AddressList> resolve(const std::string& host, const std::string& port, absl::Time deadline,
                                    int cancel_fd, const Lookup& lookup) {
  if (is_address(host)) return parse_address(host, port);
  const auto question = std::make_shared<Question>(host, port, lookup);
  if (!question->answered) return failed(host, "no descriptor is free");
  if (const char* const why = start(question)) return failed(host, why);
  const absl::Status waited = wait_for(question->answered.get(), POLLIN, deadline, cancel_fd, -1);
  if (absl::IsDeadlineExceeded(waited)) {
    return absl::DeadlineExceededError(absl::StrCat("cannot resolve ", host, ": no answer in time"));
  }
  if (!waited.ok()) return waited;
  const std::lock_guard lock(question->mutex);
  return *std::move(question->answer);
}

}  // namespace phone::tls
