// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/certificate_manager/enrolment/capf_message.hpp"
#include "services/certificate_manager/enrolment/capf_session.hpp"

// One CAPF session over a connection: reads, asks the state machine, does as it says. Blocks; for a thread of its own.
namespace phone::enrolment {

// The way to the server; TLS on the phone, a script in tests.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual absl::Status write(std::string_view bytes, absl::Time deadline) = 0;
  virtual absl::StatusOr<std::string> read_exactly(size_t size, absl::Time deadline) = 0;
};

// The key holder.
class KeyStorePort {
 public:
  virtual ~KeyStorePort() = default;
  // The certificate to prove ourselves with, and the proofs for this session (cisco-formats.md D3).
  virtual absl::StatusOr<Proof> prove(std::uint32_t session) = 0;
  virtual absl::StatusOr<std::string> make_key(const MakeKey& request) = 0;  // SubjectPublicKeyInfo
  // Empty when it is stored, else the reason why not.
  virtual std::string store(const std::string& certificate) = 0;
  virtual absl::StatusOr<std::string> held_lsc() = 0;  // DER; NOT_FOUND
  virtual absl::StatusOr<bool> remove_lsc() = 0;       // false: there was none
};

enum class Progress : std::uint8_t { kAuthenticating, kGeneratingKey, kAwaitingCertificate, kAwaitingApproval };

struct SessionRequest {
  std::string device;
  crypto::Secret password;        // empty: none
  bool with_certificate = false;  // prove by certificate
};

// A server that says nothing is left after this. Real values are not published; issuing by an outside CA takes a while.
inline constexpr absl::Duration kAnswerWait = absl::Seconds(60);
inline constexpr absl::Duration kWriteWait = absl::Seconds(10);

// `try_again` of the result: nothing was decided, so the next server may be tried, or all once more.
struct SessionResult {
  Outcome outcome;
  bool try_again = false;
};

SessionResult run_session(Transport& transport, KeyStorePort& keys, const SessionRequest& order,
                          const std::function<void(Progress)>& progress, const std::function<absl::Time()>& now);

}  // namespace phone::enrolment
