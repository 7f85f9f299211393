// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>

#include "services/policy/files/ports.hpp"

namespace phone::policy {

struct Ports {
  std::uint16_t http = 6970;
  std::uint16_t https = 6971;
  std::uint16_t tftp = 69;
};

// HTTPS when asked for, then HTTP, then TFTP; the next way only when the one before was unreachable or busy
// (cisco-formats.md E2, E3; decisions/0001).
class HttpDownloader final : public DownloadPort {
 public:
  HttpDownloader(TrustPort& trust, http::Fetch by, Ports ports, const std::atomic<bool>& cancelled)
      : trust_(trust), fetch_(std::move(by)), ports_(ports), cancelled_(cancelled) {}
  Download fetch(const std::string& server, const std::string& name, std::size_t limit, bool secure,
                 const tls::Policy& tls) override;

 private:
  TrustPort& trust_;
  const http::Fetch fetch_;
  const Ports ports_;
  const std::atomic<bool>& cancelled_;
};

}  // namespace phone::policy
