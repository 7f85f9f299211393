// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/name_resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace phone::signaling {
namespace {

constexpr size_t kMostWaiting = 16, kMostAddresses = 8;

NameResolver::Addresses addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* raw = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &raw); error != 0)
    return absl::NotFoundError(gai_strerror(error));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(raw, freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* one = raw; one != nullptr && addresses.size() < kMostAddresses; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    const int error = getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    const std::string address = text.data();
    // A scope is of no use to media.
    if (error != 0 || address.find('%') != std::string::npos) continue;
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(address);
  }
  if (addresses.empty()) return absl::NotFoundError("the name has no address");
  return addresses;
}

}  // namespace

// The thread keeps it alive.
struct NameResolver::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<std::string, Done>> waiting;
  bool started = false, stopped = false;

  void run() {
    std::unique_lock lock(mutex);
    while (!stopped) {
      if (waiting.empty()) {
        changed.wait(lock);
        continue;
      }
      auto [host, done] = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      Addresses addresses = addresses_of(host);
      lock.lock();
      if (!stopped) done(std::move(addresses));
    }
  }
};

NameResolver::NameResolver() : state_(std::make_shared<State>()) {}

NameResolver::~NameResolver() { stop(); }

void NameResolver::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->waiting.clear();
  state_->changed.notify_all();
}

void NameResolver::resolve(std::string host, Done done) {
  std::unique_lock lock(state_->mutex);
  if (state_->stopped) return;
  if (state_->waiting.size() >= kMostWaiting) {
    lock.unlock();
    return done(absl::ResourceExhaustedError("too many names wait"));
  }
  state_->waiting.emplace_back(std::move(host), std::move(done));
  if (!std::exchange(state_->started, true)) std::thread([state = state_] { state->run(); }).detach();
  state_->changed.notify_all();
}

}  // namespace phone::signaling
