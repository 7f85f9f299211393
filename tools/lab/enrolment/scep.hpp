// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A SCEP registration authority, the server's side (RFC 8894): messages in, messages out, no sockets. A CA of its own
// issues the certificates; the RA signs the answers and opens the requests.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tools/lab/identity.hpp"

namespace phone::lab {

struct ScepSettings {
  std::string challenge;                    // empty: none is asked for
  int pending = 0;                          // so many polls are answered with PENDING
  bool ra = true;                           // GetCACert answers with CA and RA; false: the CA does everything itself
  int days = 365;                           // of the certificates issued
  std::optional<std::string> capabilities;  // GetCACaps' lines, other than an RFC 8894 server's; "404": it is not known
  bool post = true;                         // false: only GET is served
  // What a hostile or broken server does.
  bool bring_old_back = false;  // a renewal is answered with the certificate it was signed with
  bool other_key = false;       // the certificate is for another key
  bool other_nonce = false;
  bool other_transaction = false;
  bool other_ca = false;  // the certificate is issued by another CA
};

class ScepAuthority {
 public:
  struct Answer {
    std::string message;  // DER; empty: not a message that can be answered
    std::string device;   // common name in the request
    std::string what;     // "PKCSReq", "RenewalReq", "CertPoll"
    std::string result;   // "issued", "pending" or why not
    std::string serial;   // of the certificate issued, hex
  };

  ScepAuthority(IdentityPtr ca, IdentityPtr ra, ScepSettings settings)
      : ca_(std::move(ca)), ra_(std::move(ra)), settings_(std::move(settings)) {}

  std::string capabilities() const;
  bool takes_post() const { return settings_.post; }
  struct Certificates {
    std::string type;
    std::string body;
  };
  Certificates certificates() const;
  Answer receive(std::string_view message);

 private:
  struct Request;
  Answer answered(const Request& request, int status, int failure, const Identity* issued) const;
  Answer refused(const Request& request, int failure, const std::string& why) const;
  Answer decide(Request& request);
  Answer poll(const Request& request);
  Answer issue_for(const Request& request);
  const Identity& speaker() const { return settings_.ra ? *ra_ : *ca_; }

  const IdentityPtr ca_;
  const IdentityPtr ra_;
  const ScepSettings settings_;
  std::mutex mutex_;
  struct Waiting {
    std::string spki;
    int polls = 0;
  };
  std::map<std::string, Waiting> waiting_;  // by transaction
};

}  // namespace phone::lab
