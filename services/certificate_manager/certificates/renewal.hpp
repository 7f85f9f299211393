// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/certificate_manager/certificates/enrolment_order.hpp"
#include "services/certificate_manager/keys/purpose.hpp"

// When a certificate is renewed by itself, and when a failed renewal is tried again (F71, F86). Values only.
namespace phone::certificates {

// Ours (cisco-formats.md H leaves it open): the last fifth of the certificate's life.
absl::Time renew_from(absl::Time not_before, absl::Time not_after);

struct Validity {
  absl::Time not_before, not_after;
};

// How the renewals of one kind have gone since the last that succeeded.
struct Attempts {
  int failed = 0;
  absl::Time next = absl::InfinitePast();  // not before
};

struct RenewalFacts {
  std::optional<Validity> lsc;
  std::optional<Validity> user;
  bool capf_known = false;  // a server is named in the policy
  bool scep_known = false;
  Attempts lsc_attempts;
  Attempts user_attempts;
  Operation standing = Operation::kNone;  // the order that is being worked on
};

struct RenewalOrder {
  Kind kind;
  Operation operation;
  CapfAuthentication authentication;
  std::string reason;  // one sentence for people
};

// What is due now. An open order is not disturbed, but one of SCEP, which may wait for days, gives way to the LSC.
std::optional<RenewalOrder> due(const RenewalFacts& facts, absl::Time now);

// Half an hour, doubling to a day, and never later than the middle of what is left of the certificate's life.
absl::Duration retry_after(int failed, absl::Time now, absl::Time not_after);

}  // namespace phone::certificates
