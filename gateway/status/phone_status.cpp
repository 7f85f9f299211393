// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/phone_status.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "common/mesh/call/settings.hpp"
#include "gateway/status/security_settings.hpp"

namespace phone::gateway {

std::string_view name_of(Source source) {
  switch (source) {
    case Source::kTrustStore:
      return "trust_store";
    case Source::kCertificateManager:
      return "certificate_manager";
    case Source::kPolicy:
      return "policy";
    case Source::kNetworkAccess:
      return "network_access";
    case Source::kSignaling:
      return "signaling";
    case Source::kMedia:
      return "media";
  }
  return "";
}

bool did_not_answer(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status);
}

void PhoneStatusModel::update(phone::network::v1::NetworkFacts facts) {
  network_ = std::move(facts);
  answering(Source::kNetworkAccess) = true;
}

void PhoneStatusModel::update(phone::policy::v1::ProvisioningStatus status) {
  provisioning_ = std::move(status);
  answering(Source::kPolicy) = true;
}

void PhoneStatusModel::update(const PolicyFacts& facts) {
  policy_ = facts;
  answering(Source::kPolicy) = true;
}

void PhoneStatusModel::update(phone::trust::v1::TrustLists lists) {
  trust_ = std::move(lists);
  answering(Source::kTrustStore) = true;
}

void PhoneStatusModel::update(phone::signaling::v1::SignalingState state) {
  signaling_ = std::move(state);
  answering(Source::kSignaling) = true;
}

void PhoneStatusModel::update(phone::media::v1::StreamFacts facts) {
  media_ = std::move(facts);
  answering(Source::kMedia) = true;
}

void PhoneStatusModel::update(phone::certificates::v1::CertificateState state) {
  for (auto& certificate : *state.mutable_certificate()) certificate.clear_der();
  certificates_ = std::move(state);
  answering(Source::kCertificateManager) = true;
}

bool is_incident(const phone::mesh::v1::Event& event) {
  const std::string& kind = event.kind();
  return kind.starts_with("process.") || kind.starts_with("incident.") || kind.ends_with(".refused");
}

void PhoneStatusModel::update(phone::mesh::v1::Event incident) {
  incidents_.push_back(std::move(incident));
  if (incidents_.size() <= kMostIncidents) return;
  // The oldest of the service with the most: one that floods pushes out only its own.
  std::map<std::string_view, size_t> count;
  for (const auto& incident : incidents_) ++count[incident.service()];
  const auto most =
      std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  incidents_.erase(std::find_if(incidents_.begin(), incidents_.end(),
                                [&](const auto& incident) { return incident.service() == most->first; }));
}

namespace {

// As phone-web-admin, which opens the port, reports it; absent while it has reported nothing.
void put_web_access(phone::gateway::v1::SecuritySettings& to) {
  for (const auto& one : to.setting()) {
    if (one.element() != "vendorConfig/webAccess" || one.state() == phone::mesh::v1::SETTING_STATE_UNKNOWN) continue;
    to.set_web_access(one.state() == phone::mesh::v1::SETTING_STATE_ON);
  }
}

}  // namespace

void PhoneStatusModel::put_settings(phone::gateway::v1::SecuritySettings& to) const {
  const auto put = [&](Source source, const auto& facts) {
    if (!facts.has_value()) return;
    for (const phone::mesh::v1::SettingInForce& one : facts->setting()) {
      phone::mesh::v1::SettingInForce& setting = *to.add_setting();
      setting = one;
      setting.set_service(std::string(name_of(source)));
      if (answers(source)) continue;
      // What it did when it last spoke need not be so any more.
      setting.set_state(phone::mesh::v1::SETTING_STATE_UNKNOWN);
      setting.clear_value();
      setting.set_note("the service does not answer");
    }
  };
  put(Source::kTrustStore, trust_);
  put(Source::kCertificateManager, certificates_);
  put(Source::kPolicy, provisioning_);
  put(Source::kNetworkAccess, network_);
  put(Source::kSignaling, signaling_);
  put(Source::kMedia, media_);
  put_web_access(to);
  const std::size_t own = static_cast<std::size_t>(to.setting_size());
  if (door_) {
    phone::mesh::add_switch(to.mutable_setting(), "vendorConfig/remoteDiagnostics", door_->open, door_->why_not);
    phone::mesh::add_value(to.mutable_setting(), "vendorConfig/remoteDiagnosticsPort",
                           door_->open ? std::to_string(door_->port) : "");
  }
  for (std::size_t i = own; i < static_cast<std::size_t>(to.setting_size()); ++i) {
    to.mutable_setting(static_cast<int>(i))->set_service("gateway");
  }
}

bool PhoneStatusModel::answers(Source source) const { return answering_[static_cast<std::size_t>(source)]; }

const phone::gateway::v1::PhoneStatus& PhoneStatusModel::status() {
  const auto network = shown(Source::kNetworkAccess, network_);
  const auto provisioning = shown(Source::kPolicy, provisioning_);
  const auto trust = shown(Source::kTrustStore, trust_);
  const auto signaling = shown(Source::kSignaling, signaling_);
  const auto media = shown(Source::kMedia, media_);
  const auto certificates = shown(Source::kCertificateManager, certificates_);
  phone::gateway::v1::PhoneStatus status;
  if (network) *status.mutable_network() = *network;
  if (provisioning) *status.mutable_provisioning() = *provisioning;
  if (signaling) *status.mutable_signaling() = *signaling;
  if (media) *status.mutable_media() = *media;
  if (certificates) *status.mutable_certificates() = *certificates;
  *status.mutable_security() = security_in_force(
      {.policy = policy_ ? &*policy_ : nullptr, .trust = trust, .signaling = signaling, .certificates = certificates});
  put_settings(*status.mutable_security());
  for (const auto& incident : incidents_) *status.add_incident() = incident;
  for (const Source source : kSources) {
    if (!answers(source)) status.add_unreachable(std::string(name_of(source)));
  }
  status.set_version(last_.version());
  if (last_.version() == 0 || !google::protobuf::util::MessageDifferencer::Equals(status, last_)) {
    status.set_version(last_.version() + 1);
    last_ = std::move(status);
  }
  return last_;
}

}  // namespace phone::gateway
