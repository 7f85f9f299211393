// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "services/policy/run/provisioning_run.hpp"

// The three peers of a provisioning run, scripted.
namespace phone::policy::fakes {

class Trust : public TrustPort {
 public:
  absl::StatusOr<TrustFacts> facts() override {
    return reachable ? absl::StatusOr<TrustFacts>(held) : absl::UnavailableError("gone");
  }
  absl::StatusOr<OfferAnswer> offer(const std::vector<ListFile>& lists) override {
    offered.push_back(lists);
    if (at_offer) at_offer();
    if (!reachable) return absl::UnavailableError("gone");
    OfferAnswer answer = on_offer;
    if (answer.lists.empty()) {
      for (const auto& list : lists) answer.lists.push_back({.ctl = list.ctl, .accepted = true});
    }
    held = answer.facts;
    return answer;
  }
  absl::StatusOr<ReleaseAnswer> release(const std::string& content) override {
    releases.push_back(content);
    const bool good = content == "good release";
    if (good) on_offer = after_release;
    return ReleaseAnswer{.accepted = good,
                         .reason = good ? "signed by a SAST" : "is not a list signer (SAST) of a list in force"};
  }
  absl::StatusOr<FileVerdict> verify_file(const std::string& name, const std::string& content) override {
    verified.push_back(name);
    if (const auto it = verdicts.find(name); it != verdicts.end()) return it->second;
    return FileVerdict{.trusted = true, .signer = "CN=tftp", .body = content};
  }
  absl::StatusOr<FileVerdict> put_in_force(const std::string& name, const std::string& content) override {
    forced.emplace_back(name, content);
    return on_force;
  }
  absl::StatusOr<std::string> verify_server(const std::vector<std::string>&, const std::string&) override {
    return "ITL";
  }

  bool reachable = true;
  std::function<void()> at_offer;
  TrustFacts held;
  OfferAnswer on_offer, after_release;
  std::vector<std::string> releases;
  std::map<std::string, FileVerdict> verdicts;
  std::vector<std::vector<ListFile>> offered;
  std::vector<std::string> verified;
  FileVerdict on_force{.trusted = true, .signer = "CN=tftp", .signed_at = 1795500000};
  std::vector<std::pair<std::string, std::string>> forced;
};

class Certificates : public CertificatePort {
 public:
  absl::StatusOr<CertificateFacts> facts() override { return held; }
  absl::StatusOr<EnrolmentEnd> enrol(const EnrolOrder& order, std::chrono::seconds patience) override {
    orders.push_back(order);
    patiences.push_back(patience);
    if (!after_enrolment.empty()) held.md5 = after_enrolment;
    return end;
  }
  absl::StatusOr<crypto::Secret> unwrap(const std::string&) override {
    ++unwraps;
    if (keys.empty()) return absl::PermissionDeniedError("wrapped for another key");
    crypto::Secret key = crypto::Secret::copy_of(keys.front());
    if (keys.size() > 1) keys.pop_front();
    return key;
  }

  CertificateFacts held{.device_name = "SEP0A1B2C3D4E5F", .md5 = {"aa11"}};
  EnrolmentEnd end{.good = true, .text = "installed"};
  std::vector<std::string> after_enrolment;
  std::vector<EnrolOrder> orders;
  std::vector<std::chrono::seconds> patiences;
  std::deque<std::string> keys;
  int unwraps = 0;
};

// Files of each server by name; a server that is not there cannot be reached.
class Files : public DownloadPort {
 public:
  Download fetch(const std::string& server, const std::string& name, std::size_t, bool secure,
                 const tls::Policy&) override {
    asked.push_back(server + "/" + name);
    const auto it = servers.find(server);
    if (it == servers.end()) return {.outcome = http::Outcome::kUnreachable, .detail = "connection refused"};
    if (const auto odd = unserved.find(server + "/" + name); odd != unserved.end())
      return {.outcome = http::Outcome::kUnserved, .detail = odd->second};
    const auto file = it->second.find(name);
    if (file == it->second.end()) return {.outcome = http::Outcome::kAbsent};
    if (file->second.size() > 1 && next_[name] + 1 < file->second.size()) {
      return {.outcome = http::Outcome::kOk, .body = file->second[next_[name]++], .authenticated = secure && https};
    }
    return {.outcome = http::Outcome::kOk, .body = file->second.back(), .authenticated = secure && https};
  }

  bool https = false;
  std::map<std::string, std::map<std::string, std::vector<std::string>>>
      servers;                                  // each content in turn, then the last again and again
  std::map<std::string, std::string> unserved;  // "server/name": what the server says in place of the file
  std::vector<std::string> asked;

 private:
  std::map<std::string, std::size_t> next_;
};

}  // namespace phone::policy::fakes
