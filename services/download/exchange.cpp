#include "services/download/exchange.hpp"

#include <absl/time/clock.h>

#include "common/http/frame.hpp"
#include "common/http/message.hpp"
#include "common/log/log.hpp"

namespace phone::download {
namespace {

constexpr absl::Duration kRequestWait = absl::Seconds(5);
constexpr absl::Duration kVerdictWait = absl::Seconds(15);  // the trust store may ask TVS meanwhile
constexpr absl::Duration kReplyWait = absl::Seconds(15);

class Exchange {
 public:
  Exchange(int fd, const std::atomic<bool>& cancelled) : fd_(fd), cancelled_(cancelled) {}

  absl::StatusOr<http::Request> request() const {
    const auto bytes = http::receive_message(fd_, http::kMostRequestBytes, patience(kRequestWait));
    return bytes.ok() ? http::decode_request(*bytes) : bytes.status();
  }

  absl::StatusOr<std::string> ask_for_verdict(const std::vector<std::string>& chain) const {
    if (auto sent = http::send_message(fd_, http::encode_chain(chain), patience(kReplyWait)); !sent.ok()) return sent;
    const auto bytes = http::receive_message(fd_, http::kMostVerdictBytes, patience(kVerdictWait));
    if (!bytes.ok()) return bytes.status();
    auto verdict = http::decode_verdict(*bytes);
    if (!verdict.ok()) return verdict.status();
    if (!verdict->trusted) return absl::PermissionDeniedError(verdict->reason);
    return std::move(verdict->reason);
  }

  absl::Status answer(http::Result result) const {
    return http::send_message(fd_, http::encode_result(std::move(result)), patience(kReplyWait));
  }

 private:
  http::Patience patience(absl::Duration duration) const { return {absl::Now() + duration, &cancelled_}; }

  const int fd_;
  const std::atomic<bool>& cancelled_;
};

}  // namespace

void serve(int fd, const std::atomic<bool>& cancelled, const http::Fetch& fetch) {
  const Exchange exchange(fd, cancelled);
  auto request = exchange.request();
  http::Result result;
  if (request.ok()) {
    request->cancelled = &cancelled;
    if (request->scheme == http::Scheme::kHttps) {
      request->verify = [&exchange](const auto& chain) { return exchange.ask_for_verdict(chain); };
    }
    result = fetch(*request);
  } else if (absl::IsInvalidArgument(request.status())) {
    result.detail = std::string(request.status().message());
  } else {
    return;  // nobody is there, or says nothing
  }
  // Neither body nor query: a query may hold what is nobody's business.
  log::info("exchange", {{"outcome", http::to_string(result.outcome)},
                         {"host", request.ok() ? request->host : std::string()},
                         {"name", request.ok() ? request->name : std::string()},
                         {"bytes", result.body.size()},
                         {"detail", result.detail}});
  if (const auto answered = exchange.answer(std::move(result)); !answered.ok() && !absl::IsCancelled(answered)) {
    log::warning("result not taken", {{"reason", std::string(answered.message())}});
  }
}

}  // namespace phone::download
