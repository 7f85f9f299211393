// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/rpc/web_access_rpc.hpp"

#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/mesh/call/latest.hpp"
#include "common/text/foreign_text.hpp"
#include "common/tls/policy.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kLongestReason = 300, kLongestName = 32;

}  // namespace

struct WebAccessKeeper::State {
  explicit State(Tell listener) : tell(std::move(listener)) {}

  void watched() {
    const std::lock_guard lock(mutex);
    ++watchers;
  }
  void left() {
    const std::lock_guard lock(mutex);
    if (--watchers == 0) report.reset();
  }
  void take(v1::WebAccessReport said) {
    const std::lock_guard lock(mutex);
    if (!tell) return;
    said.set_why_not(text::clean(said.why_not(), kLongestReason));
    said.set_certificate(text::clean(said.certificate(), kLongestName));
    const v1::WebAccessReport before = report.value_or(v1::WebAccessReport());
    const v1::WebAccessReport& now = report.emplace(std::move(said));
    if (now.listening() && !before.listening()) {
      tell("web.opened", mesh::Severity::kWarning,
           absl::StrCat("the administrator's web pages are served on TCP port ", now.port(), " with the ",
                        now.certificate()),
           true, {{"port", std::to_string(now.port())}});
    } else if (!now.listening() && before.listening()) {
      tell("web.closed", mesh::Severity::kInfo, "the administrator's web pages are no longer served", true, {});
    }
    if (!now.why_not().empty() && now.why_not() != before.why_not()) {
      tell("web.refused", mesh::Severity::kError,
           absl::StrCat("the administrator's web pages are not served: ", now.why_not()), false, {});
    }
  }

  mesh::Latest<v1::WebAccess> wanted;
  mutable std::mutex mutex;
  v1::WebAccess newest;  // what `wanted` has
  Tell tell;             // none once the service ends
  int watchers = 0;
  std::optional<v1::WebAccessReport> report;
};

namespace {

template <class State>
class Watch final : public mesh::Stream {
 public:
  Watch(std::shared_ptr<State> state, mesh::Wake wake)
      : state_(std::move(state)), wanted_(state_->wanted.subscribe(std::move(wake))) {
    state_->watched();
  }
  ~Watch() override { state_->left(); }
  std::shared_ptr<const google::protobuf::Message> next() override { return wanted_->next(); }

 private:
  const std::shared_ptr<State> state_;
  const std::unique_ptr<mesh::Stream> wanted_;
};

}  // namespace

WebAccessKeeper::WebAccessKeeper(Tell tell) : state_(std::make_shared<State>(std::move(tell))) {}

WebAccessKeeper::~WebAccessKeeper() {
  const std::lock_guard lock(state_->mutex);
  state_->tell = nullptr;
}

void WebAccessKeeper::apply(const v1::EffectivePolicy& policy) {
  v1::WebAccess wanted;
  wanted.set_policy_version(policy.version());
  wanted.set_open(policy.web_access());
  tls::put_policy(tls::policy_of(policy), wanted);
  const std::lock_guard lock(state_->mutex);
  wanted.set_password_changes(state_->newest.password_changes());
  state_->newest = wanted;
  state_->wanted.set(std::move(wanted));
}

void WebAccessKeeper::password_changed() {
  const std::lock_guard lock(state_->mutex);
  state_->newest.set_password_changes(state_->newest.password_changes() + 1);
  state_->wanted.set(state_->newest);
}

void WebAccessKeeper::serve(mesh::Router& router) {
  router.stream<v1::WatchWebAccessRequest, v1::WebAccess>(
      "phone.policy.v1.Policy/WatchWebAccess",
      [state = state_](const v1::WatchWebAccessRequest&, const mesh::CallInfo&,
                       mesh::Wake wake) -> absl::StatusOr<std::unique_ptr<mesh::Stream>> {
        return std::make_unique<Watch<State>>(state, std::move(wake));
      });
  router.unary<v1::WebAccessReport, v1::WebAccessReportReply>(
      "phone.policy.v1.Policy/ReportWebAccess",
      [state = state_](const v1::WebAccessReport& report, const mesh::Reply<v1::WebAccessReportReply>& reply) {
        if (report.port() > 65535) return reply.fail(absl::InvalidArgumentError("invalid TCP port"));
        state->take(report);
        reply.ok({});
      });
}

void WebAccessKeeper::put_setting(mesh::SettingsInForce* to) const {
  const std::lock_guard lock(state_->mutex);
  const auto& report = state_->report;
  mesh::add_switch(to, "vendorConfig/webAccess", report ? std::optional(report->listening()) : std::nullopt,
                   report ? report->why_not() : "the process that serves the web pages does not answer");
}

}  // namespace phone::policy
