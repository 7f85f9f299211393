// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/crypto/x509.hpp"
#include "services/certificate_manager/enrolment/scep_client.hpp"
#include "tools/lab/identity.hpp"

// What SCEP needs around it in a test: a key holder whose keys are OpenSSL's, and time that passes when it is waited
// for.
namespace phone::enrolment {

class LocalKeys final : public ScepKeyPort {
 public:
  absl::StatusOr<std::string> make_key(int rsa_bits) override;
  absl::StatusOr<std::string> sign(const std::string& key, const crypto::SigningInput& input) override;
  absl::StatusOr<crypto::Secret> open(const std::string& key, const std::string& wrapped) override;
  absl::StatusOr<std::string> held() override;
  std::string store(const std::string& certificate, const std::vector<std::string>& issuers) override;

  std::optional<crypto::Certificate> certificate;  // the one in force
  std::vector<std::string> issuers;
  int signatures = 0;
  int opened = 0;

 private:
  std::map<std::string, crypto::EvpPkeyPtr> keys_;
};

struct Told {
  std::vector<Progress> progress;
  std::vector<absl::Duration> pauses;
  bool stands = true;
  absl::Duration ahead;                   // of the real clock
  std::optional<clock::Present> present;  // instead of the real clock
  std::function<void()> paused = [] {};
  std::vector<std::string> vouched_for;
  absl::Status word;  // trust_store's

  ScepDelegate delegate();
};

std::string fingerprint(const crypto::Certificate& certificate, crypto::Digest digest, char separator);

}  // namespace phone::enrolment
