// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/certificate_manager/certificates/installation.hpp"
#include "services/certificate_manager/certificates/renewal.hpp"

// Remembers how renewals go: what the policy names, what is under way, what failed and when it is tried again. Has no
// clock and places no order itself.
namespace phone::certificates {

class RenewalWatch {
 public:
  // What the policy names. A change is worth a fresh try of what it concerns.
  void configure(std::vector<Server> capf, std::optional<Server> scep_server, Scep scep);

  struct Started {
    Order order;       // without a number
    std::string text;  // for people
  };
  // An order to place now, if any; placed() then takes its number.
  std::optional<Started> look(const Certificates& held, const Order& standing, absl::Time now);
  void placed(std::uint64_t order) { order_ = order; }
  // Another order has taken the place of ours; that is not a failure, and ours is due again afterwards.
  void replaced() { order_.reset(); }

  struct Ended {
    bool failed;
    std::string text;
  };
  // What a final report means for the renewal under way; nothing when it is about another order.
  std::optional<Ended> ended(const Report& report, const Certificates& held, absl::Time now);

  // The LSC that a renewal brought was refused by the call managers: another try is due later.
  void fell_back(const Certificates& held, absl::Time now);

  // The settings for an order of SCEP that names none; nothing when the policy has none.
  bool complete(Order& order) const;

 private:
  std::vector<Server> capf_;
  std::optional<Server> scep_server_;
  Scep scep_;
  Attempts lsc_, user_;
  Kind kind_ = Kind::kLsc;  // of the one under way
  bool first_ = false;      // an enrolment, not a renewal
  std::optional<std::uint64_t> order_;
};

}  // namespace phone::certificates
