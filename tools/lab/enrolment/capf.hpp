// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// One CAPF session, the server's side (cisco-formats.md D): messages in, messages out, no sockets.
#pragma once

#include <ctime>
#include <functional>
#include <optional>
#include <string>

#include "tools/lab/devices.hpp"

namespace phone::lab {

constexpr size_t kCapfHeader = 8;
size_t capf_body_length(std::string_view header);

enum class CapfReason : uint8_t { kNoAction = 0, kDone = 1, kInvalid = 7, kUnknownDevice = 9 };

class CapfSession {
 public:
  using Issue = std::function<absl::StatusOr<IdentityPtr>(const std::string& device, std::string_view spki)>;

  // With this a phone that proves itself with an LSC in the last fifth of its life gets a new one without anybody
  // having scheduled it.
  void allow_renewal(std::time_t now) { renewal_at_ = now; }
  // Whatever the device's key shall be, one of RSA 512 is asked for.
  void ask_for_weak_key() { weak_ = true; }

  struct Step {
    std::string send;
    bool over = false;
  };

  // `authorities` may have issued a certificate a phone proves itself with.
  CapfSession(uint32_t session, Devices& devices, std::vector<IdentityPtr> authorities, Issue issue)
      : session_(session), devices_(devices), authorities_(std::move(authorities)), issue_(std::move(issue)) {}

  std::string start() const;  // the server speaks first
  Step receive(std::string_view message);

  // For the events.
  const std::string& device() const { return device_.name; }
  const std::string& what() const { return what_; }      // "install", "fetch", ..
  const std::string& result() const { return result_; }  // "done" or why not
  const IdentityPtr& certificate() const { return certificate_; }
  bool proven_by_hardware() const { return sudi_; }

 private:
  enum class Waiting { kAuthentication, kKey, kStored, kFetched, kDeleted };

  Step authenticated(const std::vector<struct Element>& elements);
  Step key_made(const std::vector<struct Element>& elements);
  Step end(CapfReason reason, const std::string& result);
  std::string proof_problem(const std::vector<struct Element>& elements);
  std::string sudi_problem(const std::string& value) const;
  bool may_renew(const std::vector<struct Element>& elements);

  std::optional<std::time_t> renewal_at_;
  uint32_t session_;
  Devices& devices_;
  std::vector<IdentityPtr> authorities_;
  Issue issue_;
  Waiting waiting_ = Waiting::kAuthentication;
  Device device_;
  IdentityPtr certificate_;
  bool sudi_ = false;
  bool weak_ = false;
  std::string what_ = "nothing";
  std::string result_;
};

}  // namespace phone::lab
