// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/web/admin/keeper.hpp"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/clock/present_time.hpp"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"

namespace phone::gateway::web {
namespace {

constexpr std::size_t kLargestAuthorities = std::size_t{256} * 1024;

}  // namespace

DoorKeeper::DoorKeeper(os::EventLoop& loop, AdminMesh& mesh, Door443& door, Settings settings)
    : loop_(loop),
      mesh_(mesh),
      door_(door),
      settings_(std::move(settings)),
      present_(clock::present),
      look_again_(loop, [this] { look(); }),
      without_policy_(loop,
                      [this] {
                        log::warning("policy does not answer: nobody says that the web pages may be open");
                        wanted_.open = false;
                        shut();
                      }),
      clock_watch_(loop, [this] { door_.clock_set(present_()); }) {
  if (const absl::Status watching = clock_watch_.start(); !watching.ok())
    log::warning("the clock is not watched", {{"reason", watching.ToString()}});
}

void DoorKeeper::wanted(WantedDoor wanted) {
  without_policy_.cancel();
  const bool same = wanted == wanted_;
  wanted_ = std::move(wanted);
  // Any change of the policy may be one of the password.
  door_.forget_credentials();
  if (!wanted_.open) return shut();
  // A client that is in when the policy asks for more of TLS, or by a password that was changed, is not let stay.
  if (!same) door_.close();
  if (door_.is_open()) return tell(told_);
  look();
}

void DoorKeeper::policy_lost() {
  if (door_.is_open()) without_policy_.expire_in(kWithoutPolicy);
}

void DoorKeeper::stop() {
  wanted_.open = false;
  ++question_;
  look_again_.cancel();
  without_policy_.cancel();
  door_.close();
}

void DoorKeeper::look() {
  if (!wanted_.open) return;
  look_again_.expire_in(kLookAgain);
  mesh_.fetch_identity([this, question = ++question_](absl::StatusOr<DoorIdentity> identity) {
    loop_.post([this, question, identity = std::move(identity)] { take(question, identity); });
  });
}

void DoorKeeper::take(std::uint64_t question, const absl::StatusOr<DoorIdentity>& identity) {
  if (question != question_ || !wanted_.open) return;
  // While the key holder restarts, the certificate that is in use stays.
  if (!identity.ok()) return door_.is_open() ? void() : fail(identity.status());
  if (door_.is_open() && identity->key_fingerprint == shown_) return;
  if (const absl::Status opened = open(*identity); !opened.ok()) return fail(opened);
  shown_ = identity->key_fingerprint;
  tell({.listening = true, .port = settings_.port, .why_not = {}, .certificate = identity->kind});
}

absl::Status DoorKeeper::open(const DoorIdentity& identity) {
  const auto authorities = flash::read(settings_.authorities, kLargestAuthorities);
  auto context = make_door_context(wanted_.tls, {.chain_der = identity.chain_der,
                                                 .sign = identity.sign,
                                                 .client_authorities = authorities.value_or(""),
                                                 .present = &present_});
  if (!context.ok()) return context.status();
  if (door_.is_open()) {
    door_.show(*std::move(context));
    return absl::OkStatus();
  }
  auto listening = mesh::listen_tcp(settings_.address, settings_.port);
  if (!listening.ok()) return listening.status();
  door_.open(*std::move(listening), settings_.port, *std::move(context));
  log::info("the web pages are open", {{"port", settings_.port}, {"certificate", identity.kind}});
  return absl::OkStatus();
}

void DoorKeeper::fail(const absl::Status& status) {
  door_.close();
  look_again_.expire_in(kTryAgain);
  tell({.listening = false, .port = 0, .why_not = std::string(status.message()), .certificate = {}});
}

void DoorKeeper::shut() {
  ++question_;
  look_again_.cancel();
  if (door_.is_open()) log::info("the web pages are closed");
  door_.close();
  tell({});
}

void DoorKeeper::tell(DoorReport report) {
  told_ = std::move(report);
  mesh_.report(told_);
}

}  // namespace phone::gateway::web
