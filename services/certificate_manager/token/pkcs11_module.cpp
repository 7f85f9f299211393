// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/token/pkcs11_module.hpp"

#include <dlfcn.h>

#include <map>
#include <mutex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace phone::certificates {
namespace {

std::string label_of(const CK_TOKEN_INFO& info) {
  std::string label(reinterpret_cast<const char*>(info.label), sizeof info.label);
  label.erase(label.find_last_not_of(' ') + 1);
  return label;
}

}  // namespace

absl::Status token_status(const char* call, CK_RV value) {
  if (value == CKR_OK) return absl::OkStatus();
  const std::string text = absl::StrFormat("%s: token answers 0x%08x", call, value);
  switch (value) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_LOCKED:
      return absl::PermissionDeniedError(text);
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
      return absl::UnavailableError(text);
    default:
      return absl::InternalError(text);
  }
}

absl::StatusOr<std::shared_ptr<Module>> Module::load(const std::filesystem::path& path) {
  static std::mutex mutex;
  static auto* const loaded = new std::map<std::filesystem::path, std::shared_ptr<Module>>;
  const std::lock_guard lock(mutex);
  if (const auto found = loaded->find(path); found != loaded->end()) return found->second;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return absl::UnavailableError(absl::StrCat("the PKCS#11 module could not be loaded: ", dlerror()));
  auto get_list = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  CK_FUNCTION_LIST* functions = nullptr;
  if (get_list == nullptr || get_list(&functions) != CKR_OK || functions == nullptr) {
    dlclose(library);
    return absl::UnavailableError(absl::StrCat(path.string(), " is not a PKCS#11 module"));
  }
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV value = functions->C_Initialize(&arguments);
  if (value != CKR_OK && value != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
    return absl::UnavailableError(token_status("C_Initialize", value).message());
  }
  std::shared_ptr<Module> made(new Module(functions));
  loaded->emplace(path, made);
  return made;
}

template <class Accept>
absl::StatusOr<CK_SLOT_ID> Module::find_slot(Accept accept) const {
  CK_ULONG count = 0;
  if (auto status = token_status("C_GetSlotList", functions_->C_GetSlotList(CK_TRUE, nullptr, &count)); !status.ok()) {
    return status;
  }
  std::vector<CK_SLOT_ID> slots(count);
  if (count > 0) {
    if (auto status = token_status("C_GetSlotList", functions_->C_GetSlotList(CK_TRUE, slots.data(), &count));
        !status.ok()) {
      return status;
    }
  }
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info{};
    if (functions_->C_GetTokenInfo(slot, &info) == CKR_OK && accept(info)) return slot;
  }
  return absl::NotFoundError("no such token");
}

absl::StatusOr<CK_SLOT_ID> Module::slot_of(const std::string& label) const {
  auto slot = find_slot(
      [&](const CK_TOKEN_INFO& info) { return (info.flags & CKF_TOKEN_INITIALIZED) != 0 && label_of(info) == label; });
  if (absl::IsNotFound(slot.status())) {
    return absl::NotFoundError(
        absl::StrCat("no token labelled \"", label, "\": this phone has no MIC: run phone-manufacture first"));
  }
  return slot;
}

absl::StatusOr<CK_SLOT_ID> Module::free_slot() const {
  return find_slot([](const CK_TOKEN_INFO& info) { return (info.flags & CKF_TOKEN_INITIALIZED) == 0; });
}

}  // namespace phone::certificates
