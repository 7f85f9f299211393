// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the call manager knows of each phone: its number, its certificates and the CAPF operation scheduled for it.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tools/lab/pki.hpp"

namespace phone::lab {

enum class CapfOperation { kNone, kInstall, kFetch, kDelete };
enum class CapfAuth : int { kNone = 0, kString = 1, kNullString = 2, kExisting = 3, kMic = 4 };  // capfAuthMode

// The words of --capf-mode and --capf-auth; what is no such word is none.
CapfOperation capf_operation(const std::string& word);
CapfAuth capf_auth(const std::string& word);
std::vector<std::string> capf_operation_words();
std::vector<std::string> capf_auth_words();

struct KeyOrder {
  bool ec = false;
  unsigned bits = 2048;  // RSA size, or 256, 384, 521
};

struct Device {
  std::string name;
  std::string number;
  CapfOperation operation = CapfOperation::kNone;
  CapfAuth auth = CapfAuth::kNullString;
  std::string auth_string;
  KeyOrder key;
  IdentityPtr mic;
  IdentityPtr lsc;
  bool far_end = false;
};

class Devices {
 public:
  explicit Devices(const Pki& pki) : pki_(pki) {}

  void add(Device device);  // certificates are read from the directory
  std::optional<Device> find(const std::string& name) const;
  std::optional<Device> by_number(const std::string& number) const;

  std::vector<std::string> numbers_of_phones() const;  // without the far ends
  // What each phone is to do at CAPF next; far ends have their certificates.
  void schedule_all(CapfOperation operation, CapfAuth auth, const std::string& auth_string);
  void finished(const std::string& name);  // the scheduled operation is over: back to none
  absl::Status keep_lsc(const std::string& name, IdentityPtr lsc);
  void forget_lsc(const std::string& name);

 private:
  const Pki& pki_;
  mutable std::mutex mutex_;
  std::map<std::string, Device> devices_;
};

// The device a client certificate speaks for: the CN of an LSC, the part after the model in a MIC's ("CP-9861-SEP..").
std::string device_of(const Identity& certificate);

}  // namespace phone::lab
