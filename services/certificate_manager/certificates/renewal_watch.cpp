// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/certificates/renewal_watch.hpp"

#include "absl/strings/str_cat.h"

namespace phone::certificates {
namespace {

std::optional<Validity> validity_of(const Certificates& held, Kind kind) {
  const auto found = held.find(kind);
  if (found == held.end()) return std::nullopt;
  return Validity{found->second.leaf().not_before(), found->second.leaf().not_after()};
}

std::string minute(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone()); }

}  // namespace

void RenewalWatch::configure(std::vector<Server> capf, std::optional<Server> scep_server, Scep scep) {
  if (capf != capf_) lsc_ = {};
  if (scep_server != scep_server_ || scep.path != scep_.path || scep.root_fingerprint != scep_.root_fingerprint ||
      scep.triple_des != scep_.triple_des || !(scep.challenge == scep_.challenge)) {
    user_ = {};
  }
  capf_ = std::move(capf);
  scep_server_ = std::move(scep_server);
  scep_ = std::move(scep);
}

bool RenewalWatch::complete(Order& order) const {
  if (!scep_server_) return false;
  order.servers = {*scep_server_};
  order.scep = scep_;
  return true;
}

std::optional<RenewalWatch::Started> RenewalWatch::look(const Certificates& held, const Order& standing,
                                                        absl::Time now) {
  const auto wanted = due({.lsc = validity_of(held, Kind::kLsc),
                           .user = validity_of(held, Kind::kUser),
                           .capf_known = !capf_.empty(),
                           .scep_known = scep_server_.has_value(),
                           .lsc_attempts = lsc_,
                           .user_attempts = user_,
                           .standing = standing.operation},
                          now);
  if (!wanted) return std::nullopt;
  Started started;
  started.order.operation = wanted->operation;
  started.order.authentication = wanted->authentication;
  started.order.reason = wanted->reason;
  if (wanted->kind == Kind::kLsc) {
    started.order.servers = capf_;
  } else {
    complete(started.order);
  }
  kind_ = wanted->kind;
  first_ = wanted->operation == Operation::kScepEnrol;
  started.text =
      absl::StrCat(first_ ? "Enrolment" : "Renewal", " of the ", name_of(kind_), " is due: ", wanted->reason);
  return started;
}

std::optional<RenewalWatch::Ended> RenewalWatch::ended(const Report& report, const Certificates& held, absl::Time now) {
  if (report.order != order_) return std::nullopt;
  order_.reset();
  Attempts& attempts = kind_ == Kind::kLsc ? lsc_ : user_;
  const auto validity = validity_of(held, kind_);
  const std::string what = absl::StrCat(first_ ? "Enrolment" : "Renewal", " of the ", name_of(kind_));
  if (report.phase == Phase::kInstalled && validity) {
    attempts = {};
    return Ended{
        false, absl::StrCat(
                   what, " succeeded: valid until ", minute(validity->not_after),
                   kind_ == Kind::kLsc ? "; the old one is kept until the phone has registered with the new one" : "")};
  }
  // The call manager decides what a CAPF session does, and it may have decided on something else.
  const std::string why = report.phase == Phase::kFailed ? report.reason : "the call manager has scheduled no renewal";
  ++attempts.failed;
  attempts.next = now + retry_after(attempts.failed, now, validity ? validity->not_after : absl::InfinitePast());
  return Ended{true, absl::StrCat(what, " failed: ", why, validity ? "; the old one stays in use" : "",
                                  "; next attempt at ", minute(attempts.next))};
}

void RenewalWatch::fell_back(const Certificates& held, absl::Time now) {
  const auto validity = validity_of(held, Kind::kLsc);
  ++lsc_.failed;
  lsc_.next = now + retry_after(lsc_.failed, now, validity ? validity->not_after : absl::InfinitePast());
}

}  // namespace phone::certificates
