// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/http/fetch.hpp"
#include "services/policy/configuration/audit_collector.hpp"

namespace phone::policy {

// The way to a collector: through phone-download, since this process has no network. TLS ends here.
struct CollectorWay {
  http::Fetch fetch;
  tls::Policy tls;
  std::function<absl::StatusOr<std::string>(const std::vector<std::string>& chain, const AuditCollector&)> verify;
  const std::atomic<bool>* cancelled = nullptr;
};

// Sends whole frames ("LEN SP MSG"), with UDP one of them, without its length. Empty: the collector has read all of it,
// or with UDP: it has left. Else why not. Blocks.
std::string send_frames(const CollectorWay& way, const AuditCollector& to, const std::string& frames);

}  // namespace phone::policy
