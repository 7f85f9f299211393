// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: whether the way a connection ended says that the server did not take our certificate.
#include "services/signaling/transport/certificate_rules.hpp"

#include <gtest/gtest.h>

namespace phone::signaling {
namespace {

struct EndRow {
  const char* name;
  absl::Status end;
  bool handshake, answered, refuses;
};

TEST(F86_CertificateRefusal, ARefusalIsAnAlertOrAConnectionThatEndsBeforeAnyAnswer) {
  const EndRow rows[] = {
      {"TLS 1.2", absl::UnavailableError("TLS handshake: sslv3 alert bad certificate"), false, false, true},
      {"TLS 1.3", absl::UnavailableError("TLS read: tlsv1 alert unknown ca"), true, false, true},
      {"closed", absl::UnavailableError("the server closed the connection"), true, false, true},
      {"closed after an answer", absl::UnavailableError("the server closed the connection"), true, true, false},
      {"an alert after an answer", absl::UnavailableError("TLS read: alert"), true, true, false},
      {"nobody there", absl::UnavailableError("connect to 10.0.0.1 port 5061: Connection refused"), false, false,
       false},
      {"closed before the handshake", absl::UnavailableError("TLS handshake: the peer closed the connection"), false,
       false, false},
      {"silent", absl::DeadlineExceededError("TLS handshake: the peer did not answer in time"), false, false, false},
      {"our own refusal", absl::PermissionDeniedError("server certificate refused: alert"), false, false, false},
      {"cancelled", absl::CancelledError("closed"), true, false, false}};
  for (const EndRow& row : rows)
    EXPECT_EQ(refuses_certificate(row.end, row.handshake, row.answered), row.refuses) << row.name;
}

}  // namespace
}  // namespace phone::signaling
