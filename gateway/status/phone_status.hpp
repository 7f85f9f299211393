// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/status.h>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/status/policy_facts.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/gateway/v1/gateway.pb.h"
#include "phone/media/v1/media.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "phone/trust/v1/trust_store.pb.h"

namespace phone::gateway {

// The services a status is made of, in the order of the design's table.
enum class Source { kTrustStore, kCertificateManager, kPolicy, kNetworkAccess, kSignaling, kMedia };
inline constexpr std::array kSources = {Source::kTrustStore,    Source::kCertificateManager, Source::kPolicy,
                                        Source::kNetworkAccess, Source::kSignaling,          Source::kMedia};
std::string_view name_of(Source source);  // "trust_store"

// An error that comes from the way to a service, not from the service itself.
bool did_not_answer(const absl::Status& status);

// Whether an event belongs among the status's incidents, by its kind: process.*, incident.*, *.refused.
bool is_incident(const phone::mesh::v1::Event& event);

// The services' latest facts. A service that does not answer loses its part: an old fact shown as a present one would
// lie.
class PhoneStatusModel {
 public:
  void update(phone::network::v1::NetworkFacts facts);
  void update(phone::policy::v1::ProvisioningStatus status);
  void update(const PolicyFacts& facts);
  void update(phone::trust::v1::TrustLists lists);
  void update(phone::signaling::v1::SignalingState state);
  void update(phone::media::v1::StreamFacts facts);
  void update(phone::certificates::v1::CertificateState state);  // the DER is dropped: a status is for reading
  // What broke or was refused; the newest kMostIncidents are kept.
  void update(phone::mesh::v1::Event incident);
  void update(DoorState door) { door_ = std::move(door); }
  void answered(Source source) { answering(source) = true; }
  void silent(Source source) { answering(source) = false; }
  bool answers(Source source) const;

  static constexpr std::size_t kMostIncidents = 24;

  const std::optional<PolicyFacts>& policy() const { return policy_; }

  // Everything in one message; its version grows by one whenever anything else in it has changed since the last call.
  const phone::gateway::v1::PhoneStatus& status();

 private:
  void put_settings(phone::gateway::v1::SecuritySettings& to) const;
  bool& answering(Source source) { return answering_[static_cast<std::size_t>(source)]; }

  template <class T>
  const T* shown(Source source, const std::optional<T>& value) const {
    return answers(source) && value.has_value() ? &*value : nullptr;
  }

  std::array<bool, kSources.size()> answering_{};
  std::optional<phone::network::v1::NetworkFacts> network_;
  std::optional<phone::policy::v1::ProvisioningStatus> provisioning_;
  std::optional<PolicyFacts> policy_;
  std::optional<phone::trust::v1::TrustLists> trust_;
  std::optional<phone::signaling::v1::SignalingState> signaling_;
  std::optional<phone::media::v1::StreamFacts> media_;
  std::optional<phone::certificates::v1::CertificateState> certificates_;
  std::optional<DoorState> door_;
  std::deque<phone::mesh::v1::Event> incidents_;
  phone::gateway::v1::PhoneStatus last_;
};

}  // namespace phone::gateway
