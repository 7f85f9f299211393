// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F86: what a connection shows of the worth of our certificate.
#include "services/signaling/transport/identity_use.hpp"

#include <gtest/gtest.h>

namespace phone::signaling {
namespace {

TEST(F86_IdentityUse, OnlyTheAnswerToARegisterCounts) {
  const auto answer = [](const std::string& first, const std::string& cseq) {
    return registration_answer(first + "\r\nVia: SIP/2.0/TLS x\r\n" + cseq + "\r\nContent-Length: 0\r\n\r\n");
  };
  EXPECT_EQ(answer("SIP/2.0 200 OK", "CSeq: 101 REGISTER"), true);
  EXPECT_EQ(answer("SIP/2.0 202 Accepted", "cseq:101 REGISTER "), true);
  EXPECT_EQ(answer("SIP/2.0 403 Forbidden", "CSeq: 101 REGISTER"), false);
  EXPECT_EQ(answer("SIP/2.0 200 OK", "CSeq: 101 REFER"), std::nullopt) << "an alarm";
  EXPECT_EQ(answer("SIP/2.0 401 Unauthorized", "CSeq: 101 REGISTER"), std::nullopt);
  EXPECT_EQ(answer("SIP/2.0 503 Busy", "CSeq: 101 REGISTER"), std::nullopt);
  EXPECT_EQ(answer("REGISTER sip:x SIP/2.0", "CSeq: 101 REGISTER"), std::nullopt);
  EXPECT_EQ(registration_answer("SIP/2.0 200 OK\r\n\r\nCSeq: 1 REGISTER"), std::nullopt) << "in the body";
  EXPECT_EQ(registration_answer(""), std::nullopt);
  EXPECT_EQ(registration_answer("SIP/2.0 200 OK"), std::nullopt);
}

struct EndRow {
  const char* name;
  absl::Status end;
  bool handshake, answered, refuses;
};

TEST(F86_IdentityUse, ARefusalIsAnAlertOrAConnectionThatEndsWithoutAWord) {
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
