// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/transport/flow.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "common/crypto/secret.hpp"
#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"
#include "common/os/steady_time.hpp"
#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/framer.hpp"
#include "services/signaling/sip/text.hpp"
#include "services/signaling/transport/certificate_rules.hpp"
#include "services/signaling/transport/read_share.hpp"

namespace phone::signaling {
namespace {

constexpr absl::Duration kWriteTime = absl::Seconds(10);
constexpr size_t kLongestReason = 512;                        // a certificate's names may be in it
constexpr char kFipsFailed[] = "Phone failed to register. ";  // F36, followed by
constexpr char kFipsKey[] = "Cert key size is not FIPS compliant";

// A peer that vanishes without closing is noticed after some 25 s, and at the next write after 10 s.
void watch_peer(int fd) {
  int on = 1, idle = 10, every = 5, times = 3;
  unsigned unacknowledged = 10'000;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof unacknowledged);
}

}  // namespace

std::string_view name_of(FlowState state) {
  switch (state) {
    case FlowState::kConnecting:
      return "connecting";
    case FlowState::kSilent:
      return "silent";
    case FlowState::kTalking:
      return "talking";
    case FlowState::kClosing:
      return "closing";
    case FlowState::kEnded:
      return "ended";
  }
  return "";
}

Flow::Flow(FlowId id, Target target, FlowProfile profile, FlowTrust trust, FlowObserver observer)
    : id_(id), target_(std::move(target)), profile_(profile), trust_(std::move(trust)), observer_(std::move(observer)) {
  cancel_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "sip-flow");
}

Flow::~Flow() {
  close();
  thread_.join();
  ::close(cancel_fd_);
}

void Flow::enter(FlowState state, std::string_view cause) {
  FlowState from = state_;
  do {
    if (from == state || from == FlowState::kEnded) return;
    if (from == FlowState::kClosing && state != FlowState::kEnded) return;
  } while (!state_.compare_exchange_weak(from, state));
  log::debug("state", {{"of", cat("flow ", id_)}, {"from", name_of(from)}, {"to", name_of(state)}, {"cause", cause}});
}

void Flow::close() {
  enter(FlowState::kClosing, "the phone closes it");
  eventfd_write(cancel_fd_, 1);
}

void Flow::send(std::string bytes) {
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(bytes));
  if (connection_ != nullptr) connection_->wake();
}

void Flow::use(SipConnection* connection) {
  std::lock_guard lock(mutex_);
  connection_ = connection;
}

void Flow::run() {
  FlowEnd end = FlowEnd::kLost;
  auto connection = connect(end);
  absl::Status status = connection.status();
  if (connection.ok() && !closing()) {
    if (!(*connection)->datagrams()) watch_peer((*connection)->fd());
    use(connection->get());
    enter(FlowState::kSilent, "the connection stands");
    announce((*connection)->info());
    status = talk(**connection);
    use(nullptr);
  }
  const FlowState last = state_;
  if (absl::IsPermissionDenied(status)) {
    static auto& untrusted = metrics::refusals("sip_server", "SIP servers whose certificate was refused");
    untrusted.add();
    if (end == FlowEnd::kLost) end = FlowEnd::kRefused;
  }
  if (last != FlowState::kClosing) observer_(closed(status, last, end));
  enter(FlowState::kEnded, cat(status.message()));
}

void Flow::announce(const tls::Info& info) {
  observer_(FlowUp{.flow = id_,
                   .facts = {.local_address = info.local_address,
                             .tls_version = info.version,
                             .cipher_suite = info.suite,
                             .client_certificate = shown_.kind,
                             .server_certificate = text::clean(info.peer_subject),
                             .vouched_by = text::clean(info.vouched_by),
                             .client_key = shown_.key}});
}

FlowClosed Flow::closed(const absl::Status& status, FlowState last, FlowEnd end) const {
  FlowClosed event{.flow = id_, .reason = cat(status.message()), .end = end};
  const bool answered = last == FlowState::kTalking;
  if (!shown_.key.empty() && refuses_certificate(status, last != FlowState::kConnecting, answered))
    event.certificate_refusal = CertificateRefusal{shown_.key, event.reason};
  // A server that ends the connection without an answer may not have taken the certificate.
  if (absl::IsUnavailable(status) && !answered && !shown_.text.empty())
    event.reason += cat(" (with ", shown_.text, ")");
  event.reason = text::clean(event.reason, kLongestReason);
  return event;
}

absl::StatusOr<tls::Identity> Flow::own_identity(FlowEnd& end) {
  auto identity = trust_.identity();
  if (!identity.ok()) {
    // certificate_manager refuses such a key in the article's words (F36).
    if (profile_.tls.fips && starts_with(cat(identity.status().message()), kFipsKey)) {
      end = FlowEnd::kFips;
      return absl::FailedPreconditionError(cat(kFipsFailed, identity.status().message()));
    }
    return absl::UnavailableError(cat("the phone has no certificate for SIP: ", identity.status().message()));
  }
  shown_.kind = identity->kind;
  shown_.key = identity->key;
  if (!identity->identity.chain_der.empty()) {
    shown_.text = cat(identity->kind, ", ", key_text(identity->identity.chain_der.front()));
    if (profile_.tls.fips && too_short_for_fips(identity->identity.chain_der.front())) {
      end = FlowEnd::kFips;
      return absl::FailedPreconditionError(cat(kFipsFailed, kFipsKey, " (", shown_.text, "; 2048 needed)"));
    }
  }
  return std::move(identity->identity);
}

absl::StatusOr<std::unique_ptr<SipConnection>> Flow::connect(FlowEnd& end) {
  if (target_.udp && !target_.tls)
    return open_udp({.host = target_.address, .port = target_.port, .dscp = profile_.dscp, .cancel_fd = cancel_fd_});
  if (!target_.tls)
    return connect_tcp({.host = target_.address, .port = target_.port, .dscp = profile_.dscp, .cancel_fd = cancel_fd_});
  std::optional<tls::Identity> identity;
  if (!target_.oauth) {
    auto own = own_identity(end);
    if (!own.ok()) return own.status();
    identity = *std::move(own);
  }
  auto profile = tls::Profile::of(target_.authenticated_only ? tls::Function::kSipAuthenticated : tls::Function::kSip,
                                  profile_.tls);
  if (!profile.ok()) return profile.status();
  tls::ClientOptions options{.profile = *std::move(profile)};
  options.host = target_.address;
  options.port = target_.port;
  options.identity = std::move(identity);
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

// Each datagram is one message; a cut or foreign one is dropped, and its sender may repeat it.
absl::Status Flow::talk_in_datagrams(SipConnection& connection) {
  ReadShare share;
  std::vector<char> buffer(64 * 1024);
  while (!closing()) {
    if (auto status = write_queued(connection); !status.ok()) return status;
    const auto got = connection.read(buffer.data(), buffer.size(), absl::InfiniteFuture());
    if (absl::IsCancelled(got.status())) continue;
    if (!got.ok()) return got.status();
    enter(FlowState::kTalking, "the server has sent something");
    Framer framer;
    framer.feed({buffer.data(), *got});
    auto message = framer.next();
    if (!message.ok() || !message->has_value()) {
      static auto& refused = metrics::refusals("sip_datagram", "datagrams that were no whole SIP message");
      refused.add();
      continue;
    }
    if (auto status = wait_for_share(connection, share.take((*message)->size(), os::steady_now())); !status.ok())
      return status;
    observer_(MessageReceived{.flow = id_, .bytes = std::move(**message)});
  }
  return absl::CancelledError("closed");
}

absl::Status Flow::talk(SipConnection& connection) {
  if (connection.datagrams()) return talk_in_datagrams(connection);
  Framer framer;
  ReadShare share;
  absl::Time whole_by = absl::InfiniteFuture();  // the message of which some bytes are there
  char buffer[16 * 1024];
  while (!closing()) {
    if (auto status = write_queued(connection); !status.ok()) return status;
    auto got = connection.read(buffer, sizeof buffer, whole_by);
    if (absl::IsCancelled(got.status())) continue;
    // Bytes that trickle in never make a read wait until its deadline.
    if (absl::IsDeadlineExceeded(got.status()) || os::steady_now() >= whole_by) {
      static auto& halves =
          metrics::refusals("sip_half_message", "connections that left a SIP message incomplete for too long");
      halves.add();
      return absl::DeadlineExceededError(
          cat("the server left a SIP message incomplete for ", absl::FormatDuration(profile_.message_time)));
    }
    if (!got.ok()) return got.status();
    if (*got == 0) return absl::UnavailableError("the server closed the connection");
    enter(FlowState::kTalking, "the server has sent something");
    framer.feed({buffer, *got});
    for (;;) {
      auto message = framer.next();
      if (!message.ok()) {
        static auto& refused = metrics::refusals("sip_malformed", "connections that carried data that is not SIP");
        refused.add();
        return absl::UnavailableError(cat("the server sent data that is not SIP: ", message.status().message()));
      }
      if (!message->has_value()) break;
      if (auto status = wait_for_share(connection, share.take((*message)->size(), os::steady_now())); !status.ok())
        return status;
      observer_(MessageReceived{.flow = id_, .bytes = std::move(**message)});
      whole_by = absl::InfiniteFuture();
    }
    // Bytes left over after a message came with this read; the time that its handling took does not count for them.
    whole_by =
        framer.buffered() == 0 ? absl::InfiniteFuture() : std::min(whole_by, os::steady_now() + profile_.message_time);
  }
  return absl::CancelledError("closed");
}

// A server that sends too fast does not delay what the phone sends.
absl::Status Flow::wait_for_share(SipConnection& connection, absl::Duration time) {
  if (time <= absl::ZeroDuration()) return absl::OkStatus();
  pollfd cancelled{cancel_fd_, POLLIN, 0};
  poll(&cancelled, 1, static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(time, absl::Milliseconds(1)))));
  return closing() ? absl::CancelledError("closed") : write_queued(connection);
}

absl::Status Flow::write_queued(SipConnection& connection) {
  std::vector<std::string> queued;
  {
    std::lock_guard lock(mutex_);
    queued.swap(queue_);
  }
  for (std::string& bytes : queued) {
    auto status = connection.write(bytes, os::steady_now() + kWriteTime);
    crypto::wipe(bytes);  // SDP carries keys
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace phone::signaling
