// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/peers/tvs_client.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "absl/strings/str_cat.h"
#include "common/os/descriptor.hpp"
#include "common/os/steady_time.hpp"
#include "common/product/product.hpp"

namespace phone::trust::tvs {
namespace {

constexpr std::size_t kMostWords = 600;  // about servers that did not answer

TvsAnswer no(std::string text) { return {.says = TvsVerdict::kNo, .text = std::move(text)}; }

std::string name_of_server(const TvsServer& server) { return absl::StrCat(server.host, ":", server.port); }

TvsAnswer word_of(const TvsJob& job, const Answer& answer, const std::string& server) {
  if (!answer.valid) return no(absl::StrCat(server, " answered that it is not valid"));
  if (!speaks_for(answer, job.question.role)) {
    return no(absl::StrCat(server, " does not list it as ", std::string(name_of(job.question.role))));
  }
  return {.says = TvsVerdict::kYes, .certificate = answer.certificate, .server = server};
}

// A TVS server must be named by the lists as one; TVS cannot vouch for another.
tls::PeerVerifier listed_only(const TvsJob& job) {
  return [certificates =
              job.server_certificates](const std::vector<std::string>& chain) -> absl::StatusOr<std::string> {
    if (!chain.empty() && std::find(certificates.begin(), certificates.end(), chain.front()) != certificates.end()) {
      return "trust list";
    }
    return absl::PermissionDeniedError("its certificate is not on the CTL or ITL with the TVS role");
  };
}

// What several servers, asked side by side, answer to one question: the first that vouches is enough. One that says no
// does not speak for the others; its word counts for more than the silence of a server.
struct Inquiry {
  const TvsJob& job;
  std::atomic<std::size_t> next = 0;  // server to be asked
  std::mutex mutex;                   // for what follows
  std::optional<TvsAnswer> yes, refusal;
  std::string failures;

  // Whether that is enough.
  bool take(const std::string& server, const absl::StatusOr<Answer>& answer) {
    const std::lock_guard lock(mutex);
    if (yes.has_value()) return true;
    if (!answer.ok()) {
      if (failures.size() < kMostWords)
        absl::StrAppend(&failures, failures.empty() ? "" : "; ", server, ": ", std::string(answer.status().message()));
      return false;
    }
    TvsAnswer word = word_of(job, *answer, server);
    const bool enough = word.says == TvsVerdict::kYes;
    (enough ? yes : refusal) = std::move(word);
    return enough;
  }

  TvsAnswer answer() && {
    if (yes.has_value()) return *std::move(yes);
    if (refusal.has_value()) return *std::move(refusal);
    return no(failures.empty() ? "no server responded" : std::move(failures));
  }
};

}  // namespace

TvsClient::TvsClient(IdentitySource identity, std::string model)
    : identity_(std::move(identity)), model_(std::move(model)) {}

void TvsClient::ask(TvsJob job, std::function<void(TvsAnswer)> done) {
  std::optional<TvsAnswer> at_once;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    at_once = cached(job);
    if (!at_once.has_value() && waiting_.size() < kMostWaiting) {
      waiting_.push_back({std::move(job), std::move(done), os::steady_now() + kPatience});
      if (idle_ < waiting_.size() && threads_.size() < kMostAtOnce) {
        threads_.emplace_back([this] { run(); });
        pthread_setname_np(threads_.back().native_handle(), "tvs");
      }
      changed_.notify_one();
      return;
    }
  }
  done(at_once.has_value() ? *std::move(at_once) : no("too many TVS requests are pending"));
}

void TvsClient::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting_.clear();
    threads.swap(threads_);
    for (const int fd : asking_) eventfd_write(fd, 1);
  }
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void TvsClient::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    --idle_;
    if (stopped_) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    // Somebody may have asked the same meanwhile.
    std::optional<TvsAnswer> word = cached(next.job);
    lock.unlock();
    if (!word.has_value()) word = look_up(next.job, next.deadline);
    next.done(*std::move(word));
    next = {};
    lock.lock();
  }
}

std::optional<TvsAnswer> TvsClient::cached(const TvsJob& job) {
  if (cached_under_ != job.server_certificates) {
    cache_.clear();
    cached_under_ = job.server_certificates;
  }
  const auto kept = cache_.find(job.question, os::steady_now());
  if (!kept.has_value()) return std::nullopt;
  return word_of(job, kept->answer, kept->server);
}

TvsAnswer TvsClient::look_up(const TvsJob& job, absl::Time deadline) {
  const os::Descriptor enough(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return no("the phone is shutting down");
    asking_.insert(enough.get());
  }
  Inquiry inquiry{.job = job};
  const auto ask_some = [&] {
    for (std::size_t i = inquiry.next++; i < job.servers.size() && os::steady_now() < deadline; i = inquiry.next++) {
      const std::string server = name_of_server(job.servers[i]);
      const auto answer = ask_server(job, job.servers[i], deadline, enough.get());
      if (answer.ok()) {
        const std::lock_guard lock(mutex_);
        if (cached_under_ == job.server_certificates) cache_.keep(job.question, *answer, server, os::steady_now());
      }
      if (!inquiry.take(server, answer)) continue;
      eventfd_write(enough.get(), 1);
      return;
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(job.servers.size(), kMostAsked); ++i) {
    others.emplace_back(ask_some);
    pthread_setname_np(others.back().native_handle(), "tvs");
  }
  ask_some();
  for (std::thread& thread : others) thread.join();
  {
    const std::lock_guard lock(mutex_);
    asking_.erase(enough.get());
  }
  return std::move(inquiry).answer();
}

absl::StatusOr<Answer> TvsClient::ask_server(const TvsJob& job, const TvsServer& server, absl::Time deadline,
                                             int cancel_fd) {
  const std::uint32_t session = next_session_++;
  auto request = encode(job.question, session, product::certificate_name(job.device_name, model_));
  if (!request.ok()) return request.status();
  auto profile = tls::Profile::of(tls::Function::kTvs, job.tls);
  if (!profile.ok()) return profile.status();
  tls::ClientOptions options{.profile = *std::move(profile)};
  options.host = server.host;
  options.port = server.port;
  options.verify = listed_only(job);
  if (identity_) options.identity = identity_((deadline - os::steady_now()) / 2);
  options.connect_timeout = options.handshake_timeout = deadline - os::steady_now();
  options.cancel_fd = cancel_fd;
  auto connection = tls::Connection::connect(options);
  if (!connection.ok()) return connection.status();
  // In one piece: tvsd reads the header with a single recv (C1).
  if (absl::Status status = (*connection)->write(*request, deadline); !status.ok()) return status;
  auto head = (*connection)->read_exactly(kHeaderSize, deadline);
  if (!head.ok()) return head.status();
  auto header = decode_header(*head);
  if (!header.ok()) return header.status();
  auto elements = (*connection)->read_exactly(header->length, deadline);
  if (!elements.ok()) return elements.status();
  return decode(job.question, session, *header, *elements);
}

}  // namespace phone::trust::tvs
