// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"

// CAPF messages: bytes and values (cisco-formats.md D1). What the server says is read, what the phone says is written.
namespace phone::enrolment {

enum class Command : std::uint8_t {
  kAuthReq = 1,
  kAuthRes = 2,
  kKeygenReq = 3,
  kKeygenRes = 4,
  kStoreCertReq = 9,
  kStoreCertRes = 10,
  kFetchCertReq = 11,
  kFetchCertRes = 12,
  kDeleteCertReq = 13,
  kDeleteCertRes = 14,
  kEndSession = 15,
  kRetryLater = 16,
  kRequestInProgress = 17,
};

enum class Element : std::uint8_t {
  kReason = 1,
  kReasonInfo = 2,
  kCertType = 3,
  kCert = 4,
  kSignedData = 6,
  kVersion = 7,
  kAuthType = 8,
  kPublicKey = 9,
  kKeySize = 10,
  kPassword = 11,
  kRetryDelay = 12,
  kDeviceName = 13,
  kSudiData = 16,
  kKeyType = 17,
  kCurve = 18,
  kSha2SignedData = 20,
};

enum class Reason : std::uint8_t { kNoAction = 0, kDone = 1, kFailure = 7, kUnknownDevice = 9 };

inline constexpr std::uint8_t kVersion = 3;
inline constexpr std::size_t kHeaderSize = 8;
// A certificate with its chain is some KiB; more is no CAPF server.
inline constexpr std::size_t kMaximumBody = 16 * 1024;

struct Header {
  Command command{};
  std::uint32_t session = 0;
  std::uint16_t length = 0;
};

struct AuthRequest {
  std::uint8_t version = 0;
};
struct KeyRequest {
  bool ec = false;
  int bits = 0;  // RSA modulus, or 256, 384, 521
};
struct StoreRequest {
  std::string certificate;  // DER
};
struct FetchRequest {};
struct DeleteRequest {};
struct EndSession {
  std::uint8_t reason = 0;
  std::string info;  // the server's text; printable characters only
};
struct RetryLater {
  std::optional<std::uint32_t> seconds;
};
using ServerMessage =
    std::variant<AuthRequest, KeyRequest, StoreRequest, FetchRequest, DeleteRequest, EndSession, RetryLater>;

// INVALID_ARGUMENT for anything a server of ours would not send; needs exactly 8 bytes.
absl::StatusOr<Header> parse_header(std::string_view bytes);
// Unknown elements are skipped, an element twice is refused. INVALID_ARGUMENT names what is wrong.
absl::StatusOr<ServerMessage> parse_body(const Header& header, std::string_view body);

// What the hardware certificate proves: the MIC, for this session (cisco-formats.md D3).
struct SudiProof {
  std::string certificate;  // DER
  std::string sha1;
  std::string sha512;
};

struct Proof {
  std::string certificate;  // DER
  std::string sha1;
  std::string sha512;
  std::optional<SudiProof> sudi;
};

// Every one a whole message for one write. Empty when a part does not fit into its element.
crypto::Secret auth_response(std::uint32_t session, std::string_view device, const crypto::Secret& password,
                             const std::optional<Proof>& proof);
std::string key_response(std::uint32_t session, std::string_view spki);
std::string in_progress(std::uint32_t session);
std::string fetch_response(std::uint32_t session, std::string_view certificate);
// A response that says nothing but how it went.
std::string plain_response(Command command, std::uint32_t session, Reason reason);

// What both proofs are made over (cisco-formats.md D3).
std::string proof_input(std::string_view device, std::string_view certificate);
std::string sudi_input(std::uint32_t session, std::string_view certificate);

}  // namespace phone::enrolment
