// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/remote_key.hpp"
#include "services/certificate_manager/enrolment/capf_client.hpp"
#include "services/certificate_manager/enrolment/scep_authority.hpp"
#include "services/certificate_manager/enrolment/scep_fingerprint.hpp"

// One SCEP enrolment or renewal (RFC 8894) over any transport: capabilities, authority, request, polling, certificate.
// Blocks; for a thread of its own. Its outcome is CAPF's type, since servers are tried in the same way.
namespace phone::enrolment {

struct ScepReply {
  std::string type;  // media type, lower case
  std::string body;
};

class ScepTransport {
 public:
  virtual ~ScepTransport() = default;
  // GET ?operation=..[&message=..]. NOT_FOUND for a 404, UNAVAILABLE when another try may help, CANCELLED.
  virtual absl::StatusOr<ScepReply> get(std::string_view operation, std::string_view message, size_t limit) = 0;
  // POST ?operation=PKIOperation
  virtual absl::StatusOr<ScepReply> post(const std::string& message, size_t limit) = 0;
};

// The key holder. A key is named by the SHA-256 of its SubjectPublicKeyInfo.
class ScepKeyPort {
 public:
  virtual ~ScepKeyPort() = default;
  virtual absl::StatusOr<std::string> make_key(int rsa_bits) = 0;  // SubjectPublicKeyInfo
  virtual absl::StatusOr<std::string> sign(const std::string& key, const crypto::SigningInput& input) = 0;
  virtual absl::StatusOr<crypto::Secret> open(const std::string& key, const std::string& wrapped) = 0;
  virtual absl::StatusOr<std::string> held() = 0;  // DER of the user certificate; NOT_FOUND
  // Empty when it is stored, else the reason why not.
  virtual std::string store(const std::string& certificate, const std::vector<std::string>& issuers) = 0;
};

struct ScepRequest {
  std::string common_name;
  Fingerprint root;
  crypto::Secret challenge;  // empty: none
  bool renew = false;
  // The policy lets the request be enveloped with triple DES for a server that has nothing else. Never in FIPS mode.
  bool des3_allowed = false;
};

// Ours: what the phone asks for is not public; RSA, because SCEP can only envelope its answers for RSA.
inline constexpr int kScepKeyBits = 2048;
// While the authority has not decided yet the server is asked again after these, growing, for a day at most.
inline constexpr absl::Duration kFirstPoll = absl::Seconds(30);
inline constexpr absl::Duration kLongestPoll = absl::Minutes(10);
inline constexpr absl::Duration kPollLimit = absl::Hours(24);

struct ScepDelegate {
  std::function<void(Progress)> progress;
  std::function<bool(absl::Duration)> pause;  // waits and says whether the order still stands
  std::function<clock::Present()> present;
  // trust_store's verdict on the receiver of our request: the recipient, all that came with it, the fingerprint's root.
  std::function<absl::Status(const Authority&)> vouch;
};

SessionResult run_scep(ScepTransport& transport, ScepKeyPort& keys, const ScepRequest& order,
                       const ScepDelegate& delegate);

}  // namespace phone::enrolment
