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

// What a token says, for people (PKCS#11 2.40, section 5.1).
struct Answer {
  CK_RV value;
  absl::StatusCode code;
  const char* sentence;
};
constexpr Answer kAnswers[] = {
    {CKR_PIN_INCORRECT, absl::StatusCode::kPermissionDenied, "the token's PIN is wrong"},
    {CKR_PIN_LEN_RANGE, absl::StatusCode::kPermissionDenied, "the token's PIN has a wrong length"},
    {CKR_PIN_EXPIRED, absl::StatusCode::kPermissionDenied, "the token's PIN has expired"},
    {CKR_PIN_LOCKED, absl::StatusCode::kPermissionDenied, "the token's PIN is locked after too many wrong ones"},
    {CKR_USER_PIN_NOT_INITIALIZED, absl::StatusCode::kPermissionDenied, "the token has no PIN yet"},
    {CKR_DEVICE_MEMORY, absl::StatusCode::kResourceExhausted, "the token is full"},
    {CKR_HOST_MEMORY, absl::StatusCode::kResourceExhausted, "there is no memory for the token's module"},
    {CKR_DEVICE_ERROR, absl::StatusCode::kInternal, "the token has failed, as one without room on its flash does"},
    {CKR_GENERAL_ERROR, absl::StatusCode::kInternal, "the token has failed, as one without room on its flash does"},
    {CKR_TOKEN_WRITE_PROTECTED, absl::StatusCode::kFailedPrecondition, "the token is write protected"},
    {CKR_DEVICE_REMOVED, absl::StatusCode::kUnavailable, "the token was removed"},
    {CKR_TOKEN_NOT_PRESENT, absl::StatusCode::kUnavailable, "there is no token in the slot"},
    {CKR_TOKEN_NOT_RECOGNIZED, absl::StatusCode::kUnavailable, "the token cannot be read"},
    {CKR_SLOT_ID_INVALID, absl::StatusCode::kUnavailable, "the token's slot has another number now"},
    {CKR_SESSION_HANDLE_INVALID, absl::StatusCode::kUnavailable, "the token has closed the session"},
    {CKR_SESSION_CLOSED, absl::StatusCode::kUnavailable, "the token has closed the session"},
    {CKR_USER_NOT_LOGGED_IN, absl::StatusCode::kUnavailable, "the token has ended the login"},
};

// A token that comes or goes changes the list between two questions about it.
constexpr int kMostTries = 3;

}  // namespace

absl::Status token_status(const char* call, CK_RV value) {
  if (value == CKR_OK) return absl::OkStatus();
  for (const Answer& one : kAnswers) {
    if (one.value == value) return absl::Status(one.code, absl::StrCat(call, ": ", one.sentence));
  }
  return absl::InternalError(absl::StrFormat("%s: token answers 0x%08x", call, value));
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

absl::StatusOr<std::vector<CK_SLOT_ID>> Module::slots() const {
  CK_RV value = CKR_OK;
  for (int tries = 0; tries < kMostTries; ++tries) {
    CK_ULONG count = 0;
    value = functions_->C_GetSlotList(CK_TRUE, nullptr, &count);
    if (value != CKR_OK) break;
    std::vector<CK_SLOT_ID> found(count);
    if (count > 0) value = functions_->C_GetSlotList(CK_TRUE, found.data(), &count);
    if (value == CKR_BUFFER_TOO_SMALL) continue;
    if (value != CKR_OK) break;
    found.resize(count);
    return found;
  }
  return token_status("C_GetSlotList", value);
}

template <class Accept>
absl::StatusOr<CK_SLOT_ID> Module::find_slot(Accept accept) const {
  const auto all = slots();
  if (!all.ok()) return all.status();
  for (const CK_SLOT_ID slot : *all) {
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
        absl::StrCat("no token labelled \"", label, "\": it was removed, or phone-manufacture has not been run"));
  }
  return slot;
}

absl::StatusOr<CK_TOKEN_INFO> Module::token_in(CK_SLOT_ID slot) const {
  CK_TOKEN_INFO info{};
  if (auto status = token_status("C_GetTokenInfo", functions_->C_GetTokenInfo(slot, &info)); !status.ok())
    return status;
  return info;
}

absl::StatusOr<CK_SLOT_ID> Module::free_slot() const {
  return find_slot([](const CK_TOKEN_INFO& info) { return (info.flags & CKF_TOKEN_INITIALIZED) == 0; });
}

}  // namespace phone::certificates
