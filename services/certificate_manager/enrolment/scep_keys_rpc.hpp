// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/certificate_manager/enrolment/mesh_rpc.hpp"
#include "services/certificate_manager/enrolment/scep_client.hpp"

namespace phone::enrolment {

// The key holder as SCEP wants it, over the mesh. Blocks.
class MeshScepKeyStore final : public ScepKeyPort {
 public:
  MeshScepKeyStore(const MeshPeers& peers, std::uint64_t order) : peers_(peers), order_(order) {}

  absl::StatusOr<std::string> make_key(int rsa_bits) override;
  absl::StatusOr<std::string> sign(const std::string& key, const crypto::SigningInput& input) override;
  absl::StatusOr<crypto::Secret> open(const std::string& key, const std::string& wrapped) override;
  absl::StatusOr<std::string> held() override;
  std::string store(const std::string& certificate, const std::vector<std::string>& issuers) override;

 private:
  const MeshPeers& peers_;
  const std::uint64_t order_;
};

// trust_store's verdict, by path to the root, on the receiver of our requests; it goes on its record. PERMISSION_DENIED
// with its reason, UNAVAILABLE when it does not answer.
absl::Status vouch_for(const MeshPeers& peers, const Authority& authority, const std::string& server);

}  // namespace phone::enrolment
