// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a call manager and its administrator serve behind URLs, over HTTPS with Tomcat's certificate: UDS at
// /cucm-uds/users, and a receiver of problem reports at /prt (cucm-calls.md 8.8).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/lab/events.hpp"
#include "tools/lab/faults.hpp"
#include "tools/lab/listener.hpp"
#include "tools/lab/pki.hpp"
#include "tools/lab/stream.hpp"
#include "tools/lab/url/users.hpp"

namespace phone::lab {

struct UrlServerSettings {
  std::string credentials;  // "user:password"; empty: everybody may search (usersResourceAuthEnabled)
  std::size_t extra_users = 0;
  bool all_at_once = false;       // the number of results that is asked for is not obeyed
  std::filesystem::path reports;  // directory for reports; empty: none is taken
};

class UrlServer {
 public:
  UrlServer(const Pki& pki, UrlServerSettings settings, const Faults& faults, Events& events);

  absl::Status start(const std::string& address, uint16_t port);
  uint16_t port() const { return listener_.port(); }

 private:
  struct Asked;
  struct Answer {
    int status = 404;
    std::string type = "text/plain", body;
  };
  void serve(int socket, const std::string& peer);
  Answer search(const Asked& asked, const std::string& peer, std::optional<Fault> fault);
  Answer take_report(const Asked& asked, const std::string& peer);

  const Pki& pki_;
  const UrlServerSettings settings_;
  const std::vector<DirectoryUser> users_;
  const Faults& faults_;
  Events& events_;
  ContextPtr context_, stranger_context_;
  Listener listener_;  // last: its threads use all above
};

}  // namespace phone::lab
