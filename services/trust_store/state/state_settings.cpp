// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The policy's settings: kept for the next start.
#include <utility>

#include "services/trust_store/state/trust_store_state.hpp"

namespace phone::trust {

void TrustStoreState::apply(Settings settings, bool complete) {
  if (!complete) {
    settings.fips = settings_.fips;
    settings.tls = settings_.tls;
    settings.tvs = settings_.tvs;
    settings.locked = settings_.locked;
    settings.srst_certificates = settings_.srst_certificates;
    if (settings.device_name.empty()) settings.device_name = settings_.device_name;
  }
  if (settings == settings_) return save_settings();
  settings_ = std::move(settings);
  srst_ = std::make_shared<SrstCertificates>(read_srst(settings_.srst_certificates, policy()));
  settings_unsaved_ = true;
  save_settings();
}

// Told once, and again when there was room.
void TrustStoreState::save_settings() {
  if (!settings_unsaved_) return;
  const absl::Status status = storage_.store_settings(settings_);
  settings_unsaved_ = !status.ok();
  if (std::exchange(settings_told_, !status.ok()) == !status.ok()) return;
  if (status.ok()) return delegate_.tell({.kind = "flash.room", .text = "The settings are saved now"});
  delegate_.tell({.kind = "settings.not_kept", .warning = true, .text = std::string(status.message())});
}

}  // namespace phone::trust
