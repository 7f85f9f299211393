// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/secret.hpp"
#include "common/http/fetch.hpp"
#include "services/policy/configuration/configuration.hpp"
#include "services/policy/files/encrypted_file.hpp"

// What a provisioning run needs of other processes. peers_rpc is the real one; tests bring their own.
namespace phone::policy {

struct ListFacts {
  bool installed = false;
  std::string sha1;  // lower-case hex, of the file
  std::string server;
  std::string signer_version;
};

struct TrustFacts {
  ListFacts ctl;
  ListFacts itl;
  bool signed_files_required = false;
  bool mixed_mode = false;
  // Hosts that the ITL itself names as TFTP servers (F32). The common name of their certificate is not one: that of a
  // multi-server certificate is not an address.
  std::vector<std::string> tftp_servers;
};

struct ListFile {
  bool ctl = false;  // else ITL
  std::string content;
  std::string server;
  std::string name;  // it was requested under
  friend bool operator==(const ListFile&, const ListFile&) = default;
};

struct ListAnswer {
  bool ctl = false;
  bool accepted = false;
  bool unchanged = false;
  std::string reason;
};

struct OfferAnswer {
  std::vector<ListAnswer> lists;
  std::uint32_t alarm = 0;  // cisco-formats.md A5
  TrustFacts facts;
};

struct ReleaseAnswer {
  bool accepted = false;
  std::string reason;
};

struct FileVerdict {
  bool trusted = false;
  std::string reason;
  std::string signer;
  std::string body;
  std::optional<Encryption> encryption;
  std::int64_t signed_at = 0;  // Unix seconds; 0: not stated
  bool same_second = false;    // as another one that was put in force: their order is unknown
};

class TrustPort {
 public:
  virtual ~TrustPort() = default;
  virtual absl::StatusOr<TrustFacts> facts() = 0;
  virtual absl::StatusOr<OfferAnswer> offer(const std::vector<ListFile>& lists) = 0;
  // An accepted release of the cluster in force removes the lists.
  virtual absl::StatusOr<ReleaseAnswer> release(const std::string& content) = 0;
  virtual absl::StatusOr<FileVerdict> verify_file(const std::string& requested_name, const std::string& content) = 0;
  // The same once it has been read and is about to be put in force: compared with every form of the file that was.
  virtual absl::StatusOr<FileVerdict> put_in_force(const std::string& requested_name, const std::string& content) = 0;
  // In the role TFTP, that of a provisioning server.
  virtual absl::StatusOr<std::string> verify_server(const std::vector<std::string>& chain, const std::string& host) = 0;
};

struct CertificateFacts {
  std::string device_name;  // empty: no MIC
  std::vector<std::string> md5;
};

struct EnrolOrder {
  CapfAuthMode mode = CapfAuthMode::kLsc;
  std::vector<Server> servers;
  std::string reason;
};

struct EnrolmentEnd {
  bool good = false;
  std::string text;  // "installed", or why not
};

class CertificatePort {
 public:
  virtual ~CertificatePort() = default;
  virtual absl::StatusOr<CertificateFacts> facts() = 0;
  // Orders an enrolment and waits for its final report. DEADLINE_EXCEEDED, CANCELLED.
  virtual absl::StatusOr<EnrolmentEnd> enrol(const EnrolOrder& order, std::chrono::seconds patience) = 0;
  // PERMISSION_DENIED with the reason when it was wrapped for another key.
  virtual absl::StatusOr<crypto::Secret> unwrap(const std::string& wrapped_key) = 0;
};

struct Download {
  http::Outcome outcome = http::Outcome::kFailed;
  std::string body;
  std::string url;
  std::string detail;
  // Over HTTPS, from a server that trust_store accepted: TLS ended in this process (http/secure.hpp).
  bool authenticated = false;
};

class DownloadPort {
 public:
  virtual ~DownloadPort() = default;
  // `secure` tries HTTPS first.
  virtual Download fetch(const std::string& server, const std::string& name, std::size_t limit, bool secure,
                         const tls::Policy& tls) = 0;
};

}  // namespace phone::policy
