// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_control.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/secret.hpp"
#include "common/log/log.hpp"
#include "common/os/unix_socket.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

using Clock = std::chrono::steady_clock;
using os::Descriptor;
using std::chrono::milliseconds;

constexpr std::size_t kMaxRequest = 8192;  // CTRL_IFACE_MAX_LEN: a longer one is never answered
constexpr std::size_t kMaxBatches = 64;
constexpr int kMaxLate = 64;  // late answers to earlier requests, dropped before a request
constexpr milliseconds kRetry(200);

absl::Status failure(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno)));
}

// "SET_NETWORK 0 password": the refused command, never its value.
std::string words_of(std::string_view command) {
  const auto first = command.find(' ');
  if (!command.starts_with("SET_NETWORK ") || first == std::string_view::npos)
    return text::printable(command.substr(0, first));
  const auto number = command.find(' ', first + 1);
  return text::printable(command.substr(0, number == std::string_view::npos ? number : command.find(' ', number + 1)),
                         64);
}

bool refused(std::string_view answer) { return answer.starts_with("FAIL") || answer.starts_with("UNKNOWN COMMAND"); }

// One datagram. `whole` is false when it was longer than the limit and is cut.
struct Datagram {
  std::string bytes;
  bool whole = true;
};
std::optional<Datagram> receive(const Descriptor& socket) {
  Datagram datagram{std::string(kMaxControlDatagram, '\0')};
  const ssize_t got = recv(socket.get(), datagram.bytes.data(), datagram.bytes.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (got < 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(got);
  datagram.whole = size <= datagram.bytes.size();
  datagram.bytes.resize(std::min(size, datagram.bytes.size()));
  return datagram;
}

}  // namespace

SupplicantControl::SupplicantControl(Settings settings, Delegate delegate)
    : settings_(std::move(settings)), delegate_(std::move(delegate)), due_(loop_, [this] { step(); }) {}

absl::Status SupplicantControl::start() {
  inotify_ = Descriptor(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify_) return failure("inotify");
  directory_watch_.emplace(loop_, inotify_.get(), EPOLLIN, [this](std::uint32_t) {
    std::array<char, 4096> ignored;
    while (read(inotify_.get(), ignored.data(), ignored.size()) > 0) {
    }
    next_ping_ = Clock::now();  // a socket has come or gone
    step();
  });
  due_.expire_in({});
  loop_.start("supplicant");
  return absl::OkStatus();
}

void SupplicantControl::stop() {
  stopping_ = true;
  loop_.stop();
  loop_.sync([] {});  // it has ended
}

void SupplicantControl::run(Plan plan, PlanDone done) {
  if (waiting_.fetch_add(1) >= kMaxBatches) {
    --waiting_;
    return done(absl::ResourceExhaustedError("the supplicant is overloaded"));
  }
  auto batch = std::make_shared<Batch>(Batch{std::move(plan), std::move(done)});
  loop_.post([this, batch] {
    --waiting_;
    serve(*batch);
  });
}

const char* SupplicantControl::name_of(State state) {
  switch (state) {
    case State::kDisconnected:
      return "disconnected";
    case State::kConnected:
      return "connected";
    case State::kFlooded:
      return "flooded";
  }
  return "unknown";
}

void SupplicantControl::enter(State state, std::string_view cause) {
  const State from = std::exchange(state_, state);
  if (from == state) return;
  log::debug("supplicant control",
             {{"port", settings_.interface}, {"from", name_of(from)}, {"to", name_of(state)}, {"cause", cause}});
}

void SupplicantControl::step() {
  if (stopping_) return;
  if (!connected() && connect()) {
    enter(State::kConnected, "the daemon serves the interface");
    next_ping_ = Clock::now() + settings_.ping;
    watch_events();
    delegate_.up();
  }
  if (connected() && Clock::now() >= next_ping_) {
    struct stat now {};
    const bool same = stat((settings_.directory / "global").c_str(), &now) == 0 && now.st_ino == daemon_;
    if (!same || ask(requests_, "PING").value_or("") != "PONG\n") disconnect();
    next_ping_ = Clock::now() + settings_.ping;
  }
  if (state_ == State::kFlooded && Clock::now() >= limit_.end()) attach_again();
  switch (state_) {
    case State::kDisconnected:
      return due_.expire_in(kRetry);
    case State::kConnected:
      return due_.expire_at(next_ping_);
    case State::kFlooded:
      return due_.expire_at(std::min(next_ping_, limit_.end()));
  }
}

void SupplicantControl::watch_events() {
  events_watch_.emplace(loop_, events_.get(), EPOLLIN, [this](std::uint32_t) { read_events(); });
  if (settings_.driver != "wired") return;
  auto frames = EapFrames::open(settings_.interface);
  if (!frames.ok()) {
    log::warning("the switch's EAP frames cannot be read", {{"reason", std::string(frames.status().message())}});
    return;
  }
  frames_ = *std::move(frames);
  frames_watch_.emplace(loop_, frames_->fd(), EPOLLIN, [this](std::uint32_t) {
    read_events();  // those before it
    while (read_frame()) {
    }
  });
}

absl::StatusOr<Descriptor> SupplicantControl::open_socket(const std::filesystem::path& path) const {
  const auto address = os::unix_address(path);
  if (!address.ok()) return address.status();
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // An address of the kernel's choice: no file to leave behind. Being connected, only the daemon can send to it.
  if (!socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(sa_family_t)) != 0) {
    return failure("control socket");
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return failure(path.native());
  }
  return socket;
}

bool SupplicantControl::connect() {
  // For the day the daemon makes its socket; watching twice is watching once.
  inotify_add_watch(inotify_.get(), settings_.directory.c_str(), IN_CREATE | IN_DELETE);
  const auto global_path = settings_.directory / "global";
  struct stat file {};
  auto global = open_socket(global_path);
  if (!global.ok() || stat(global_path.c_str(), &file) != 0) return false;
  const std::string path = (settings_.directory / "interfaces").native();
  const std::string group = settings_.group.empty() ? "" : absl::StrCat(" GROUP=", settings_.group);
  // Whatever a predecessor of ours left is taken away with the interface.
  (void)ask(*global, absl::StrCat("INTERFACE_REMOVE ", settings_.interface));
  const auto added = ask(
      *global, absl::StrCat("INTERFACE_ADD ", settings_.interface, "\t\t", settings_.driver, "\tDIR=", path, group));
  if (!added.ok() || refused(*added)) return false;
  auto requests = open_socket(settings_.directory / "interfaces" / settings_.interface);
  auto events = attach();
  if (!requests.ok() || !events.ok()) return false;
  requests_ = *std::move(requests);
  events_ = *std::move(events);
  daemon_ = file.st_ino;
  return true;
}

absl::StatusOr<Descriptor> SupplicantControl::attach() const {
  auto events = open_socket(settings_.directory / "interfaces" / settings_.interface);
  if (!events.ok()) return events;
  const auto attached = ask(*events, "ATTACH");
  if (!attached.ok()) return attached.status();
  if (refused(*attached)) return absl::FailedPreconditionError("the supplicant refused ATTACH");
  return events;
}

void SupplicantControl::attach_again() {
  auto events = attach();
  if (!events.ok()) return disconnect();
  events_ = *std::move(events);
  enter(State::kConnected, "another second has begun");
  watch_events();
  delegate_.missed();
}

void SupplicantControl::disconnect() {
  enter(State::kDisconnected, "the daemon has gone or does not respond");
  stop_watching();
  requests_.close();
  delegate_.down();
}

absl::StatusOr<std::string> SupplicantControl::ask(const Descriptor& socket, const std::string& command) const {
  if (command.size() > kMaxRequest) return absl::InvalidArgumentError("the request is too long");
  for (int late = 0; late < kMaxLate && receive(socket); ++late) {  // late answers to earlier requests
  }
  if (send(socket.get(), command.data(), command.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return failure("supplicant");
  const auto deadline = Clock::now() + settings_.patience;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{.fd = socket.get(), .events = POLLIN, .revents = 0};
    const int ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return absl::DeadlineExceededError("the supplicant does not respond");
    auto answer = receive(socket);
    if (!answer) return failure("supplicant");
    if (answer->bytes.starts_with('<')) continue;  // ATTACH is answered on the events' own socket
    if (!answer->whole) return absl::OutOfRangeError("the supplicant's reply is too long");
    return std::move(answer->bytes);
  }
}

absl::StatusOr<std::string> SupplicantControl::ask_all(const Plan& plan) {
  absl::StatusOr<std::string> answer = std::string();
  for (const Command& command : plan) {
    answer = ask(requests_, command.text);
    if (!answer.ok()) return answer;
    if (refused(*answer) && !command.may_fail) {
      return absl::FailedPreconditionError(absl::StrCat("the supplicant refused ", words_of(command.text)));
    }
  }
  return answer;
}

void SupplicantControl::serve(Batch& batch) {
  step();
  absl::StatusOr<std::string> answer = absl::UnavailableError("the supplicant is not running");
  if (connected() && !stopping_) answer = ask_all(batch.plan);
  for (Command& command : batch.plan) crypto::wipe(command.text);
  if (stopping_) return;
  const bool lost = absl::IsUnavailable(answer.status()) || absl::IsDeadlineExceeded(answer.status());
  batch.done(std::move(answer));
  if (!lost || !connected()) return;
  disconnect();
  due_.expire_in(kRetry);
}

void SupplicantControl::stop_watching() {
  events_watch_.reset();
  events_.close();
  frames_watch_.reset();
  frames_.reset();
}

bool SupplicantControl::within_limit() {
  if (limit_.take(Clock::now())) return true;
  // Unread events would fill the daemon's buffer, which then could not answer requests either.
  enter(State::kFlooded, "too many events in a second");
  stop_watching();
  due_.expire_at(std::min(next_ping_, limit_.end()));
  return false;
}

void SupplicantControl::read_events() {
  while (state_ == State::kConnected) {
    const auto datagram = receive(events_);
    if (!datagram || !within_limit()) return;
    if (!datagram->whole) continue;
    auto event = parse_event(datagram->bytes);
    if (!event) continue;
    // The frame that the supplicant has acted on came before its event.
    const bool outcome = std::holds_alternative<supplicant::EapSucceeded>(*event) ||
                         std::holds_alternative<supplicant::EapFailed>(*event);
    if (outcome) (void)read_frame();
    delegate_.event(*std::move(event));
  }
}

bool SupplicantControl::read_frame() {
  if (!frames_) return false;
  auto frame = frames_->next();
  if (!frame || !within_limit()) return false;
  delegate_.event(*std::move(frame));
  return true;
}

}  // namespace phone::network
