// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/remote_key.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/tls/policy.hpp"
#include "gateway/web/server/admin_port.hpp"

namespace phone::gateway::web {

// What the policy wants of the administrator's pages.
struct WantedDoor {
  bool open = false;
  tls::Policy tls;
  std::uint64_t password_changes = 0;  // another number: the phone's password is another one
  friend bool operator==(const WantedDoor&, const WantedDoor&) = default;
};
struct DoorReport {
  bool listening = false;
  std::uint16_t port = 0;
  std::string why_not;
  std::string certificate;
};
// The phone's certificate for its pages. The key stays where it is; signing blocks, for a second at most.
struct DoorIdentity {
  std::string kind;                    // "LSC"
  std::vector<std::string> chain_der;  // leaf first
  std::string key_fingerprint;
  crypto::Signer sign;
};

// Policy, the gateway and the key holder, for the administrator's pages. Callbacks run on threads of this.
class AdminMesh final : public AdminPort {
 public:
  struct Delegate {
    std::function<void(WantedDoor)> wanted;
    std::function<void()> lost;  // policy; it is watched again by itself
  };
  explicit AdminMesh(const mesh::Paths& paths);
  ~AdminMesh() override;

  void watch(Delegate delegate);
  void report(const DoorReport& report);
  void fetch_identity(std::function<void(absl::StatusOr<DoorIdentity>)> done);
  void check_password(const crypto::Secret& password, const std::string& from,
                      std::function<void(absl::StatusOr<Verdict>)> done) override;
  void metrics(std::function<void(absl::StatusOr<std::string>)> done) override;
  void stop();

 private:
  struct Parts;
  const std::shared_ptr<Parts> parts_;
};

}  // namespace phone::gateway::web
