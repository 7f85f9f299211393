// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Which servers a run asks, in which order, and what their answers mean for the file.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/http/plain.hpp"
#include "services/policy/run/provisioning_run.hpp"

namespace phone::policy {
namespace {

constexpr std::size_t kMostServers = 16;  // of the network and of the ITL together

}  // namespace

void ProvisioningRun::learn(TrustFacts facts) {
  facts_ = std::move(facts);
  for (const std::string& host : facts_.tftp_servers) {
    auto& servers = input_.servers;
    if (servers.size() >= kMostServers || !http::plain_host(host)) continue;
    if (std::find(servers.begin(), servers.end(), host) == servers.end()) servers.push_back(host);
  }
}

Download ProvisioningRun::fetch(const std::string& name, std::size_t limit, bool secure) {
  Download last;
  std::optional<std::pair<std::size_t, Download>> spoke;  // the first server that answered, with no file
  for (std::size_t tried = 0; tried < input_.servers.size() && !cancelled_.load(); ++tried) {
    const std::string& server = input_.servers[server_];
    last = downloader_.fetch(server, name, limit, secure, input_.tls);
    const bool final = last.outcome == http::Outcome::kOk || last.outcome == http::Outcome::kAbsent;
    if (final) {
      result_.server = server;
      if (last.outcome == http::Outcome::kAbsent)
        report(name, FileState::kAbsent, "the server does not have this file");
      return last;
    }
    const bool reached = last.outcome == http::Outcome::kTooLarge || last.outcome == http::Outcome::kRefused;
    const bool unserved = last.outcome == http::Outcome::kUnserved;
    if (unserved) result_.server = server;
    report(name,
           reached    ? FileState::kRefused
           : unserved ? FileState::kAbsent
                      : FileState::kUnreachable,
           absl::StrCat(server, ": ", http::to_string(last.outcome), last.detail.empty() ? "" : ", ", last.detail));
    if (unserved && !spoke) spoke.emplace(server_, last);
    server_ = (server_ + 1) % input_.servers.size();
  }
  if (!spoke || cancelled_.load()) return last;
  server_ = spoke->first;
  result_.server = input_.servers[server_];
  return std::move(spoke->second);
}

}  // namespace phone::policy
