// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/keys.hpp"

#include "services/network_access/eap_key/call.hpp"

namespace phone::eap_key {
namespace {

// Longer than certificate_manager needs to restart, shorter than an authenticator waits (30 s).
constexpr std::chrono::milliseconds kPatience(4000);
constexpr std::string_view kService = "/phone.certificates.v1.CertificateManager/";

std::string method(std::string_view name) { return std::string(kService).append(name); }

}  // namespace

bool Keys::may_call() const {
  const std::lock_guard lock(mutex_);
  return calls_.take(std::chrono::steady_clock::now());
}

void Keys::look(std::string_view label) {
  // One patience for all of them: wpa_supplicant stands still meanwhile.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const Place& place = kPlaces[i];
    if (!label.empty() && label != place.label) continue;
    if (!may_call()) return;
    std::optional<Key> key;
    if (const auto reply = call(socket_, method("GetIdentity"), encode_look(place.purpose, place.kind), left)) {
      if (const auto identity = decode_identity(*reply)) key = key_of(*identity);
    }
    const std::lock_guard lock(mutex_);
    keys_[i] = std::move(key);
  }
}

std::optional<Key> Keys::at(std::size_t place) const {
  const std::lock_guard lock(mutex_);
  return place < keys_.size() ? keys_[place] : std::nullopt;
}

std::optional<std::string> Keys::sign(std::size_t place, const Order& order) const {
  const auto key = at(place);
  if (!key || !may_call()) return std::nullopt;
  const SignRequest request{.purpose = kPlaces[place].purpose,
                            .kind = kPlaces[place].kind,
                            .scheme = order.scheme,
                            .digest = order.digest,
                            .input = order.input,
                            .key_fingerprint = key->fingerprint};
  const auto reply = call(socket_, method("Sign"), encode(request), kPatience);
  if (!reply) return std::nullopt;
  auto signature = decode_signature(*reply);
  if (signature && !key->rsa) return raw_ecdsa(*signature, key->signature_bytes);
  return signature;
}

}  // namespace phone::eap_key
