// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <caf/all.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "common/mesh/actor/actor_reply.hpp"
#include "common/mesh/call/event_log.hpp"
#include "services/network_access/access/access.hpp"
#include "services/network_access/dot1x/credential_directory.hpp"
#include "services/network_access/link/network_policy.hpp"
#include "services/network_access/supplicant/supplicant_event_actor.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"

// The single owner of the phone's access to one port: orders events into the machine, arms its timer and publishes.
namespace phone::network {

struct LinkChanged {
  bool up = false;
};
// The device's clock was set.
struct ClockSet {};
struct SupplicantChanged {
  bool there = false;
};
// The supplicant did not take a command.
struct PlanRefused {
  absl::Status status;
};
struct StatusAnswered {
  std::uint64_t question = 0;
  std::string answer;
};
struct ScanResults {
  std::string scan_results;  // as the supplicant sends them
};
struct AccessTick {
  std::uint64_t number = 0;
};
// The policies as received; the access policy is in force from now on.
struct PoliciesReceived {
  AccessPolicy access;
  PortPolicy port;
};
// There may be room on flash by now.
struct SaveAgain {};
struct ApplyProfileRequest {
  AccessProfile profile;  // of the kind the actor has
};

using AccessActor =
    caf::typed_actor<caf::reacts_to<LinkChanged>, caf::reacts_to<ClockSet>, caf::reacts_to<AccessPolicy>,
                     caf::reacts_to<CertificatesChanged>, caf::reacts_to<AuthoritiesListed>,
                     caf::reacts_to<SupplicantChanged>, caf::reacts_to<SupplicantEvent>, caf::reacts_to<EventsMissed>,
                     caf::reacts_to<PlanRefused>, caf::reacts_to<StatusAnswered>, caf::reacts_to<AccessTick>,
                     caf::reacts_to<ScanResults>, caf::reacts_to<PoliciesReceived>, caf::reacts_to<SaveAgain>,
                     caf::replies_to<ApplyProfileRequest>::with<ApplyProfileResult>>;

struct AccessDelegate {
  std::function<void(Plan, PlanDone)> run;
  std::function<void(const AccessProfile&, const AccessStatus&)> publish;
  std::function<void(std::string kind, mesh::Severity, std::string text)> tell;
  std::function<absl::Status(const AccessProfile&)> save;
  // Of the one actor that keeps them for the next start.
  std::function<absl::Status(const PoliciesReceived&)> keep_policies;
};

struct AccessSetup {
  AccessProfile profile;  // as stored; its kind is the port's
  AccessPolicy policy;    // as last applied
  std::string product;
  CredentialDirectory files;
  AccessDelegate delegate;
  // Monotonic.
  std::function<std::chrono::steady_clock::time_point()> clock = [] { return std::chrono::steady_clock::now(); };
  std::chrono::milliseconds save_again{5000};  // between two tries to save what found no room
};

AccessActor spawn_access(caf::actor_system& system, AccessSetup setup);

}  // namespace phone::network

PHONE_MESSAGE(phone::network::LinkChanged)
PHONE_MESSAGE(phone::network::ClockSet)
PHONE_MESSAGE(phone::network::AccessPolicy)
PHONE_MESSAGE(phone::network::CertificatesChanged)
PHONE_MESSAGE(phone::network::AuthoritiesListed)
PHONE_MESSAGE(phone::network::SupplicantChanged)
PHONE_MESSAGE(phone::network::PlanRefused)
PHONE_MESSAGE(phone::network::StatusAnswered)
PHONE_MESSAGE(phone::network::AccessTick)
PHONE_MESSAGE(phone::network::ScanResults)
PHONE_MESSAGE(phone::network::PoliciesReceived)
PHONE_MESSAGE(phone::network::SaveAgain)
PHONE_MESSAGE(phone::network::ApplyProfileRequest)
PHONE_MESSAGE(phone::network::ApplyProfileResult)
