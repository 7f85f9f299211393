// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/crypto/secret.hpp"
#include "common/tls/policy.hpp"

// An order to enrol and what has become of it, as values. Numbers are those of certificate_manager.proto.
namespace phone::certificates {

enum class Operation : std::uint8_t { kNone = 0, kCapfSession = 1, kScepEnrol = 2, kScepRenew = 3 };

enum class CapfAuthentication : std::uint8_t { kNone = 0, kString = 1, kNullString = 2, kLsc = 3, kMic = 4 };

struct Server {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const Server&, const Server&) = default;
};

// RFC 8894; the server is the order's only one.
struct Scep {
  std::string path;
  std::string root_fingerprint;
  crypto::Secret challenge;
  bool triple_des = false;  // allowed for a server without AES
};

struct Order {
  std::uint64_t number = 0;
  Operation operation = Operation::kNone;
  CapfAuthentication authentication = CapfAuthentication::kNone;
  crypto::Secret authentication_string;
  std::vector<Server> servers;
  std::string reason;
  Scep scep;
  bool by_user = false;  // at the phone: not while the settings are locked; never kept with it
  tls::Policy tls;       // of the policy in force, not of the order: never kept with it
};

enum class Phase : std::uint8_t {
  kUnspecified = 0,
  kConnecting = 1,
  kAuthenticating = 2,
  kGeneratingKey = 3,
  kAwaitingCertificate = 4,
  kInstalled = 5,
  kNothingToDo = 6,
  kDeleted = 7,
  kFailed = 8,
  kFetched = 9,
  kAwaitingApproval = 10,
};

constexpr bool is_final(Phase phase) { return phase >= Phase::kInstalled && phase <= Phase::kFetched; }

// For people, of a phase that is not the last.
constexpr const char* step_of(Phase phase) {
  switch (phase) {
    case Phase::kConnecting:
      return "connecting";
    case Phase::kAuthenticating:
      return "authenticating";
    case Phase::kGeneratingKey:
      return "making a key";
    case Phase::kAwaitingCertificate:
      return "waiting for the certificate";
    case Phase::kAwaitingApproval:
      return "pending: the authority has not decided yet";
    default:
      return "under way";
  }
}

struct Report {
  std::uint64_t order = 0;
  Phase phase = Phase::kUnspecified;
  std::string server;
  std::string reason;
  absl::Time time;
};

// Enrolment reads a server's bytes, so what it reports counts only when the key holder has carried it out.
inline Report as_done(Report report, bool stored, bool deleted) {
  const bool installed = report.phase == Phase::kInstalled;
  if ((installed && !stored) || (report.phase == Phase::kDeleted && !deleted)) {
    report.phase = Phase::kFailed;
    report.reason = installed ? "the enrolment reported an installed certificate but delivered none"
                              : "the enrolment reported a deleted certificate but deleted none";
  }
  return report;
}

}  // namespace phone::certificates
