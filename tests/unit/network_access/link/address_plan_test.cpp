// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/link/address_plan.hpp"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace phone::network {
namespace {

Ipv4 ip(const char* text) { return *ipv4_of(text); }
const InterfaceAddress kOld{ip("10.0.0.50"), 24}, kNew{ip("10.0.0.60"), 24}, kElsewhere{ip("10.1.0.60"), 24};
const Route kDefault{.gateway = ip("10.0.0.1")};

std::vector<std::string> texts(const std::vector<KernelStep>& steps) {
  std::vector<std::string> found;
  for (const KernelStep& step : steps) {
    if (const auto* add = std::get_if<AddAddress>(&step)) found.push_back("+" + text_of_ipv4(add->address.address));
    if (const auto* gone = std::get_if<DeleteAddress>(&step))
      found.push_back("-" + text_of_ipv4(gone->address.address));
    if (const auto* add = std::get_if<AddRoute>(&step)) {
      found.push_back(absl::StrCat("+", text_of(add->route), add->onlink ? " onlink" : ""));
    }
    if (const auto* gone = std::get_if<DeleteRoute>(&step)) found.push_back("-" + text_of(gone->route));
  }
  return found;
}
using Steps = std::vector<std::string>;

TEST(F81_AddressPlan, TheNewAddressComesBeforeTheOldOneGoesWhereTheKernelAllowsIt) {
  const KernelState now{.addresses = {kOld}, .routes = {kDefault}, .up = true};
  const WantedState wanted{kNew, {kDefault}};
  EXPECT_EQ(texts(plan(now, wanted, {kOld.address}, true)),
            (Steps{"+10.0.0.60", "-10.0.0.50", "+default via 10.0.0.1"}));
  // A secondary would fall with the old one.
  EXPECT_EQ(texts(plan(now, wanted, {kOld.address}, false)),
            (Steps{"-10.0.0.50", "+10.0.0.60", "+default via 10.0.0.1"}));
  const WantedState other{kElsewhere, {}};
  EXPECT_EQ(texts(plan(now, other, {kOld.address}, false)),
            (Steps{"+10.1.0.60", "-10.0.0.50", "-default via 10.0.0.1"}));
}

TEST(F81_AddressPlan, WhatIsThereStaysAndWhatIsMissingIsSet) {
  const WantedState wanted{kOld, {kDefault}};
  EXPECT_TRUE(plan({.addresses = {kOld}, .routes = {kDefault}, .up = true}, wanted, {kOld.address}, true).empty());
  EXPECT_EQ(texts(plan({.up = true}, wanted, {kOld.address}, true)), (Steps{"+10.0.0.50", "+default via 10.0.0.1"}));
  EXPECT_EQ(texts(plan({.addresses = {kOld}, .up = true}, wanted, {}, true)), (Steps{"+default via 10.0.0.1"}));
  EXPECT_TRUE(plan({.addresses = {kOld}, .up = false}, wanted, {}, true).empty()) << "no route for a port that is off";
  // Somebody else's address is left alone, the same with another mask is not.
  EXPECT_TRUE(
      plan({.addresses = {kOld, kElsewhere}, .routes = {kDefault}, .up = true}, wanted, {kOld.address}, true).empty());
  EXPECT_EQ(texts(plan({.addresses = {{kOld.address, 16}}, .routes = {kDefault}, .up = true}, wanted, {}, true)),
            (Steps{"+10.0.0.50", "-10.0.0.50", "+default via 10.0.0.1"}));
}

TEST(F81_AddressPlan, WithoutALeaseNothingOfItStays) {
  EXPECT_EQ(texts(plan({.addresses = {kOld, kElsewhere}, .routes = {kDefault}, .up = true}, std::nullopt,
                       {kOld.address}, true)),
            (Steps{"-10.0.0.50", "-default via 10.0.0.1"}));
}

TEST(F81_AddressPlan, ARouterThatGoesIsTakenAwayAndOneBeyondTheLinkIsReachedOnIt) {
  const KernelState now{.addresses = {kOld}, .routes = {kDefault}, .up = true};
  EXPECT_EQ(texts(plan(now, WantedState{kOld, {}}, {kOld.address}, true)), (Steps{"-default via 10.0.0.1"}));
  const Route beyond{.gateway = ip("192.168.1.1")};
  EXPECT_EQ(texts(plan(now, WantedState{kOld, {beyond}}, {kOld.address}, true)),
            (Steps{"-default via 10.0.0.1", "+default via 192.168.1.1 onlink"}));
  const Route to_it{.destination = ip("192.168.1.1"), .prefix = 32};
  EXPECT_EQ(texts(plan({.addresses = {kOld}, .up = true}, WantedState{kOld, {to_it, beyond}}, {}, true)),
            (Steps{"+192.168.1.1/32 on the link", "+default via 192.168.1.1"}));
}

TEST(F81_AddressPlan, TheRouteToTheOwnNetworkComesWithTheAddress) {
  const Lease lease{.address = "10.0.0.50",
                    .prefix = 24,
                    .routes = {{.destination = ip("10.0.0.0"), .prefix = 24}, {.gateway = ip("10.0.0.1")}}};
  EXPECT_EQ(wanted_by(lease), (WantedState{kOld, {kDefault}}));
}

}  // namespace
}  // namespace phone::network
