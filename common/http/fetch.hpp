// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "common/tls/policy.hpp"

// One blocking exchange with a server outside: bounded in bytes, time and speed, never redirected, never through a
// proxy. For threads that may block. The caller chooses where it is made: get.hpp in this process, remote.hpp in
// another one, secure.hpp where the server must be known.
namespace phone::http {

enum class Scheme {
  kHttp,
  kHttps,  // its TLS ends in the process that asks (secure.hpp)
  kTftp,
  kPipe,          // a TCP connection with its bytes passed as they are; phone-download only
  kPipeAnswered,  // the same, and how the server closed is told at the end
  // The content as it is, read to its end by the server (RFC 6587): over TCP by phone-download, or over TLS that ends
  // in the process that asks where a verifier is given (secure.hpp).
  kDeliver,
  kDatagram  // the content in one UDP datagram; phone-download only
};

// The outcome for the caller to act on. kUnreachable, kUnavailable and kUnserved leave another way to the same file
// open (cisco-formats.md E2).
enum class Outcome {
  kOk,
  kAbsent,       // 404, 410, or TFTP's file-not-found: final for this name
  kUnavailable,  // 503
  kUnreachable,  // no connection was made
  kRefused,      // the server's certificate was refused; `detail` has the reason
  kTooLarge,
  kBroken,     // the connection was lost, stalled or ran out of time
  kFailed,     // the request cannot be made
  kCancelled,  // the caller no longer wants it
  kUnserved    // the server answered, with no file: any other status, any other TFTP error; `detail` has its words
};

const char* to_string(Outcome);

inline constexpr std::size_t kStallBytesPerSecond = 64;
// An exchange ends by silence and by size: every so many bytes allow it another second beyond its total time. TFTP with
// blocks of 512 bytes at a round trip of 100 ms has 5000.
inline constexpr std::size_t kSlowestBytesPerSecond = 2048;

// Judges the server's certificate chain (DER, leaf first) inside the handshake. An error is the reason of the refusal.
using PeerVerifier = std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain_der)>;

struct Request {
  Scheme scheme = Scheme::kHttp;
  std::string host;  // name or address, IPv6 without brackets
  std::uint16_t port = 0;
  std::string name;                // relative to the root: "SEP0A1B2C3D4E5F.cnf.xml.sgn"
  std::string query;               // already percent-encoded: "operation=GetCACaps"; not for kTftp
  std::string post;                // with content POST instead of GET
  std::string post_type;           // its media type
  PeerVerifier verify;             // mandatory for kHttps; kDeliver: by TLS
  std::optional<tls::Policy> tls;  // mandatory with TLS: the policy's settings of it
  std::size_t limit = std::size_t{4} << 20;
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds total_timeout{30000};  // beside the time that the bytes received allow
  std::chrono::seconds stall_timeout{8};           // below kStallBytesPerSecond for so long
  const std::atomic<bool>* cancelled = nullptr;    // looked at about once a second
  // Value of the header Authorization. Sent over TLS only, to the server that `verify` vouched for: with any other
  // scheme the request is refused, and no other process gets to see it.
  crypto::Secret authorization = {};
  bool strict_time = false;  // what has arrived allows no more time: a person waits for the answer
};

struct Result {
  Outcome outcome = Outcome::kFailed;
  std::string body;    // with kOk only
  std::string type;    // its media type in lower case without parameters, with kOk only
  std::string url;     // for people
  std::string detail;  // why not, for people
  int status = 0;      // of HTTP, when its TLS ended in this process; 0: there is none
};

// How long an exchange may take once so many bytes have arrived.
std::chrono::milliseconds allowed_time(const Request& request, std::size_t received);
// At most, over the whole of it.
inline std::chrono::milliseconds longest_time(const Request& request) { return allowed_time(request, request.limit); }

using Fetch = std::function<Result(const Request&)>;

}  // namespace phone::http
