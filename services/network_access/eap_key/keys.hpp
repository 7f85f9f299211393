// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/rate/per_second.hpp"
#include "services/network_access/eap_key/key.hpp"

// The keys this token shows: one for each purpose and kind that certificate_manager lets the supplicant use. A key is a
// name and a certificate; every signature is made over there. Safe to use from any thread.
namespace phone::eap_key {

struct Place {
  std::string_view label;  // "object=" of a pkcs11: URI
  Purpose purpose;
  Kind kind;
};
inline constexpr std::array<Place, 5> kPlaces = {{
    {"wired-mic", Purpose::kWired, Kind::kMic},
    {"wired-lsc", Purpose::kWired, Kind::kLsc},
    {"wlan-user", Purpose::kWlan, Kind::kUser},
    {"wlan-lsc", Purpose::kWlan, Kind::kLsc},
    {"wlan-mic", Purpose::kWlan, Kind::kMic},
}};

class Keys {
 public:
  // Calls of certificate_manager in a second: anyone on the cable or with a radio can begin authentications at will,
  // and each costs up to twenty. Beyond this nothing is asked and nothing signed.
  static constexpr int kMostCalls = 100;

  explicit Keys(std::string socket) : socket_(std::move(socket)) {}
  // Asks certificate_manager for the present certificates; `label` empty: of every place. Asked too often, keeps the
  // old.
  void look(std::string_view label);
  std::optional<Key> at(std::size_t place) const;
  // Nothing when certificate_manager refuses: the key has been replaced, or the purpose is not allowed.
  std::optional<std::string> sign(std::size_t place, const Order& order) const;

 private:
  bool may_call() const;

  const std::string socket_;
  mutable std::mutex mutex_;  // the two below
  mutable PerSecond calls_{kMostCalls};
  std::array<std::optional<Key>, kPlaces.size()> keys_;
};

}  // namespace phone::eap_key
