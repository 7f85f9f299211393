// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/flow.hpp"

#include <absl/time/clock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "common/crypto/secret.hpp"
#include "common/crypto/x509.hpp"
#include "common/metrics/metrics.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/framer.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/transport/read_share.hpp"

namespace phone::signaling {
namespace {

constexpr absl::Duration kLookForWord = absl::Milliseconds(250);
constexpr absl::Duration kWriteTime = absl::Seconds(10);
constexpr int kShortestFipsKey = 2048;
constexpr size_t kLongestReason = 512;                        // a certificate's names may be in it
constexpr char kFipsFailed[] = "Phone failed to register. ";  // F36, followed by
constexpr char kFipsKey[] = "Cert key size is not FIPS compliant";
// A peer that vanishes without a word is noticed in some 25 s, and at the next write in 10 s.
void watch_peer(int fd) {
  int on = 1, idle = 10, every = 5, times = 3;
  unsigned pending_ack = 10'000;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &pending_ack, sizeof pending_ack);
}

bool too_short_for_fips(const std::string& der) {
  auto certificate = crypto::Certificate::parse(der);
  return certificate.ok() && certificate->public_key().is_rsa() && certificate->public_key().bits() < kShortestFipsKey;
}

std::string key_text(const std::string& der) {
  auto certificate = crypto::Certificate::parse(der);
  return certificate.ok() ? certificate->public_key().describe() : "unreadable key";
}

}  // namespace

Flow::Flow(FlowId id, Target target, FlowProfile profile, FlowTrust trust, FlowDelegate events)
    : id_(id), target_(std::move(target)), profile_(profile), trust_(std::move(trust)), events_(std::move(events)) {
  cancel_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "sip-flow");
}

Flow::~Flow() {
  close();
  thread_.join();
  ::close(cancel_fd_);
}

void Flow::close() {
  closed_ = true;
  eventfd_write(cancel_fd_, 1);
}

void Flow::send(std::string bytes) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(bytes));
  if (connection_ != nullptr) connection_->wake();
}

void Flow::run() {
  std::string kind;
  FlowEnd end = FlowEnd::kLost;
  auto connection = connect(kind, end);
  absl::Status status = connection.status();
  if (connection.ok() && !closed_) {
    watch_peer((*connection)->fd());
    const tls::Info& info = (*connection)->info();
    {
      std::lock_guard lock(mutex_);
      connection_ = connection->get();
    }
    events_.up(id_, {info.local_address, info.version, info.suite, kind, text::clean(info.peer_subject),
                     text::clean(info.vouched_by), key_});
    status = talk(**connection);
    if (!closed_ && refuses_certificate(status, true, answered_)) tell_use(false, cat(status.message()));
    std::lock_guard lock(mutex_);
    connection_ = nullptr;
  }
  if (!connection.ok() && !closed_ && refuses_certificate(status, false, false)) tell_use(false, cat(status.message()));
  if (absl::IsPermissionDenied(status)) {
    static auto& untrusted = metrics::refusals("sip_server", "SIP servers whose certificate was refused");
    untrusted.add();
  }
  if (absl::IsPermissionDenied(status)) end = end == FlowEnd::kFips ? end : FlowEnd::kRefused;
  std::string reason = cat(status.message());
  // A server that says no more may have disliked the certificate.
  if (absl::IsUnavailable(status) && !answered_ && !shown_text_.empty()) reason += cat(" (with ", shown_text_, ")");
  if (!closed_) events_.down(id_, text::clean(reason, kLongestReason), end);
  finished_ = true;
}

absl::StatusOr<std::unique_ptr<SipConnection>> Flow::connect(std::string& kind, FlowEnd& end) {
  if (!target_.tls)
    return connect_tcp({.host = target_.address, .port = target_.port, .dscp = profile_.dscp, .cancel_fd = cancel_fd_});
  auto identity = trust_.identity();
  if (!identity.ok()) {
    // certificate_manager refuses such a key in the article's words (F36).
    if (profile_.tls.fips && starts_with(cat(identity.status().message()), kFipsKey)) {
      end = FlowEnd::kFips;
      return absl::FailedPreconditionError(cat(kFipsFailed, identity.status().message()));
    }
    return absl::UnavailableError(cat("the phone has no certificate for SIP: ", identity.status().message()));
  }
  kind = identity->kind;
  key_ = identity->key;
  if (!identity->identity.chain_der.empty()) {
    shown_text_ = cat(kind, ", ", key_text(identity->identity.chain_der.front()));
    if (profile_.tls.fips && too_short_for_fips(identity->identity.chain_der.front())) {
      end = FlowEnd::kFips;
      return absl::FailedPreconditionError(cat(kFipsFailed, kFipsKey, " (", shown_text_, "; 2048 needed)"));
    }
  }
  auto profile = tls::Profile::of(target_.authenticated_only ? tls::Function::kSipAuthenticated : tls::Function::kSip,
                                  profile_.tls);
  if (!profile.ok()) return profile.status();
  tls::ClientOptions options{.profile = *std::move(profile)};
  options.host = target_.address;
  options.port = target_.port;
  options.identity = std::move(identity->identity);
  options.dscp = profile_.dscp;
  options.cancel_fd = cancel_fd_;
  options.handshake_timeout = profile_.handshake_time;
  options.verify = [this, &end](const std::vector<std::string>& chain) -> absl::StatusOr<std::string> {
    if (profile_.tls.fips && too_short_for_fips(chain.front())) {
      end = FlowEnd::kFips;
      return absl::FailedPreconditionError(
          cat(kFipsFailed, kFipsKey, " (server's certificate, ", key_text(chain.front()), "; 2048 needed)"));
    }
    return trust_.verify(chain, target_);
  };
  return connect_tls(options);
}

absl::Status Flow::talk(SipConnection& connection) {
  Framer framer;
  ReadShare share;
  absl::Time whole_by = absl::InfiniteFuture();  // the message of which some bytes are there
  char buffer[16 * 1024];
  while (!closed_) {
    if (auto status = write_queued(connection); !status.ok()) return status;
    if (shown_->another) return absl::AbortedError("reconnecting to show the new certificate");
    // A report's answer may mean that this connection has the wrong certificate.
    const absl::Time look = shown_->asked ? absl::Now() + kLookForWord : absl::InfiniteFuture();
    auto got = connection.read(buffer, sizeof buffer, std::min(look, whole_by));
    if (absl::IsCancelled(got.status()) || (absl::IsDeadlineExceeded(got.status()) && absl::Now() < whole_by)) continue;
    // Bytes that trickle in always find a read that need not wait.
    if (absl::IsDeadlineExceeded(got.status()) || absl::Now() >= whole_by) {
      static auto& halves =
          metrics::refusals("sip_half_message", "connections that left a SIP message incomplete for too long");
      halves.add();
      return absl::DeadlineExceededError(
          cat("the server left a SIP message incomplete for ", absl::FormatDuration(profile_.message_time)));
    }
    if (!got.ok()) return got.status();
    if (*got == 0) return absl::UnavailableError("the server closed the connection");
    answered_ = true;
    framer.feed({buffer, *got});
    for (;;) {
      auto message = framer.next();
      if (!message.ok()) {
        static auto& refused = metrics::refusals("sip_malformed", "connections that carried data that is not SIP");
        refused.add();
        return absl::UnavailableError(cat("the server sent data that is not SIP: ", message.status().message()));
      }
      if (!message->has_value()) break;
      if (auto status = wait_for_share(connection, share.take((*message)->size(), absl::Now())); !status.ok())
        return status;
      look_at_answer(**message);
      events_.message(id_, std::move(**message));
      whole_by = absl::InfiniteFuture();
    }
    // What is left behind a message came with this read; the time it took others to handle that message is not its own.
    whole_by =
        framer.buffered() == 0 ? absl::InfiniteFuture() : std::min(whole_by, absl::Now() + profile_.message_time);
  }
  return absl::CancelledError("closed");
}

// What the phone has to say does not wait for what the server says too fast.
absl::Status Flow::wait_for_share(SipConnection& connection, absl::Duration time) {
  if (time <= absl::ZeroDuration()) return absl::OkStatus();
  pollfd closing{cancel_fd_, POLLIN, 0};
  poll(&closing, 1, static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(time, absl::Milliseconds(1)))));
  return closed_ ? absl::CancelledError("closed") : write_queued(connection);
}

// Only over TLS was a certificate shown, and it is told until it is taken down: each refresh says it again.
void Flow::look_at_answer(std::string_view message) {
  if (key_.empty() || shown_->told) return;
  if (const auto held = registration_answer(message)) tell_use(*held, *held ? "" : "403");
}

void Flow::tell_use(bool held, std::string reason) {
  if (key_.empty()) return;
  shown_->asked = true;
  trust_.used({key_, held, target_.address, std::move(reason)}, [shown = shown_, held](bool taken, bool another) {
    if (taken && held) shown->told = true;
    if (another) shown->another = true;
    shown->asked = false;
  });
}

absl::Status Flow::write_queued(SipConnection& connection) {
  std::vector<std::string> queued;
  {
    std::lock_guard lock(mutex_);
    queued.swap(queue_);
  }
  for (std::string& bytes : queued) {
    auto status = connection.write(bytes, absl::Now() + kWriteTime);
    crypto::wipe(bytes);  // SDP carries keys
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace phone::signaling
