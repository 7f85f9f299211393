// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "absl/time/time.h"
#include "common/crypto/secret.hpp"
#include "common/http/fetch.hpp"
#include "services/url_services/contacts/found_contacts.hpp"
#include "services/url_services/contacts/remembered_credentials.hpp"
#include "services/url_services/exchange/servers.hpp"

namespace phone::url_services {

struct SearchOrder {
  std::string query;  // of the URL, encoded
  std::string user;   // empty: the credentials remembered, if any
  crypto::Secret authorization;
};

enum class SearchOutcome {
  kDone,
  kCredentialsWanted,
  kCredentialsRefused,
  kNotConfigured,
  kServerRefused,
  kServerFailed
};

struct SearchResult {
  SearchOutcome outcome = SearchOutcome::kServerFailed;
  FoundContacts found;
  std::string reason;  // one sentence unless done
  std::string server;
  std::string user;  // whose credentials were used
};

struct ReportOrder {
  std::string file_name, archive;
};

struct ReportResult {
  bool accepted = false;
  std::string reason;
  std::string server;
};

// The exchanges with the servers that the configuration names, each over HTTPS with a server that trust_store accepts.
// Remembers a user's credentials once a server has taken them. Blocks in `fetch`; one thread.
class Exchanges {
 public:
  // The answer must be there before the gateway stops waiting for it (10 s).
  static constexpr std::chrono::milliseconds kConnect{2500}, kSearch{6500}, kUpload{7000};

  Exchanges(http::Fetch fetch, JudgeServer judge, const std::atomic<bool>& cancelled)
      : fetch_(std::move(fetch)), judge_(std::move(judge)), cancelled_(cancelled) {}

  // Another server, other demands on TLS and a lock that closes end what is remembered.
  void configure(UrlSettings settings);
  SearchResult search(const SearchOrder& order, absl::Time now);
  ReportResult upload(const ReportOrder& order);
  bool forget() { return credentials_.forget(); }
  bool remembers(absl::Time now) { return credentials_.held(now); }

 private:
  http::Request request(const UrlServer& server, const char* purpose) const;

  const http::Fetch fetch_;
  const JudgeServer judge_;
  const std::atomic<bool>& cancelled_;
  UrlSettings settings_;
  RememberedCredentials credentials_;
};

}  // namespace phone::url_services
