// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/devices.hpp"

namespace phone::lab {
namespace {

struct OperationWord {
  const char* text;
  CapfOperation operation;
};
constexpr OperationWord kOperations[] = {{"none", CapfOperation::kNone},
                                         {"install", CapfOperation::kInstall},
                                         {"upgrade", CapfOperation::kInstall},
                                         {"fetch", CapfOperation::kFetch},
                                         {"delete", CapfOperation::kDelete}};
struct AuthWord {
  const char* text;
  CapfAuth auth;
};
constexpr AuthWord kAuths[] = {{"string", CapfAuth::kString},
                               {"null", CapfAuth::kNullString},
                               {"existing", CapfAuth::kExisting},
                               {"mic", CapfAuth::kMic}};

template <class Row, size_t kCount>
std::vector<std::string> texts(const Row (&rows)[kCount]) {
  std::vector<std::string> all;
  for (const Row& row : rows) all.emplace_back(row.text);
  return all;
}

}  // namespace

CapfOperation capf_operation(const std::string& word) {
  for (const OperationWord& one : kOperations) {
    if (word == one.text) return one.operation;
  }
  return CapfOperation::kNone;
}

CapfAuth capf_auth(const std::string& word) {
  for (const AuthWord& one : kAuths) {
    if (word == one.text) return one.auth;
  }
  return CapfAuth::kNone;
}

std::vector<std::string> capf_operation_words() { return texts(kOperations); }
std::vector<std::string> capf_auth_words() { return texts(kAuths); }

void Devices::add(Device device) {
  if (auto mic = Identity::load(pki_.mic_file(device.name)); mic.ok()) device.mic = *mic;
  if (auto lsc = Identity::load(pki_.lsc_file(device.name)); lsc.ok()) device.lsc = *lsc;
  const std::lock_guard lock(mutex_);
  devices_[device.name] = std::move(device);
}

std::optional<Device> Devices::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(name);
  return found == devices_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Device> Devices::by_number(const std::string& number) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, device] : devices_) {
    if (device.number == number) return device;
  }
  return std::nullopt;
}

std::vector<std::string> Devices::numbers_of_phones() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> numbers;
  for (const auto& [name, device] : devices_) {
    if (!device.far_end) numbers.push_back(device.number);
  }
  return numbers;
}

void Devices::schedule_all(CapfOperation operation, CapfAuth auth, const std::string& auth_string) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, device] : devices_) {
    if (device.far_end) continue;
    device.operation = operation;
    device.auth = auth;
    device.auth_string = auth_string;
  }
}

void Devices::finished(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = devices_.find(name); found != devices_.end()) found->second.operation = CapfOperation::kNone;
}

absl::Status Devices::keep_lsc(const std::string& name, IdentityPtr lsc) {
  const std::string pem = lsc->certificate_pem();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = devices_.find(name); found != devices_.end()) found->second.lsc = std::move(lsc);
  }
  return write_file(pki_.lsc_file(name), pem);
}

void Devices::forget_lsc(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = devices_.find(name); found != devices_.end()) found->second.lsc = nullptr;
  std::error_code ignored;
  std::filesystem::remove(pki_.lsc_file(name), ignored);
}

std::string device_of(const Identity& certificate) {
  const std::string name = certificate.common_name();
  const size_t start = name.rfind("SEP");
  return start == std::string::npos ? name : name.substr(start);
}

}  // namespace phone::lab
