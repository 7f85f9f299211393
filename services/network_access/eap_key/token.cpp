// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/token.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "services/network_access/eap_key/functions.hpp"

namespace phone::eap_key {
namespace {

constexpr char kDefaultSocket[] = "/run/phone/certificate_manager/grpc.sock";

std::mutex g_mutex;
std::shared_ptr<Token> g_token;

void pad(unsigned char* to, std::size_t size, std::string_view text) {
  std::memset(to, ' ', size);
  std::memcpy(to, text.data(), std::min(size, text.size()));
}

}  // namespace

std::shared_ptr<Token> token() {
  const std::lock_guard lock(g_mutex);
  return g_token;
}

CK_RV initialize(void*) {
  const std::lock_guard lock(g_mutex);
  if (g_token != nullptr) return CKR_CRYPTOKI_ALREADY_INITIALIZED;
  try {
    const char* socket = std::getenv("PHONE_CERTIFICATE_MANAGER");
    g_token = std::make_shared<Token>(socket != nullptr ? socket : kDefaultSocket);
  } catch (const std::bad_alloc&) {
    return CKR_HOST_MEMORY;
  } catch (...) {
    return CKR_GENERAL_ERROR;
  }
  return CKR_OK;
}

CK_RV finalize(void*) {
  const std::lock_guard lock(g_mutex);
  if (g_token == nullptr) return CKR_CRYPTOKI_NOT_INITIALIZED;
  g_token.reset();
  return CKR_OK;
}

CK_RV get_info(CK_INFO* info) {
  if (info == nullptr) return CKR_ARGUMENTS_BAD;
  *info = {};
  info->cryptokiVersion = {2, 40};
  pad(info->manufacturerID, sizeof info->manufacturerID, "Phonemesh");
  pad(info->libraryDescription, sizeof info->libraryDescription, "EAP keys of this phone");
  return CKR_OK;
}

CK_RV get_slot_list(unsigned char, CK_SLOT_ID* list, CK_ULONG* count) {
  if (count == nullptr) return CKR_ARGUMENTS_BAD;
  const bool fits = list == nullptr || *count >= 1;
  *count = 1;
  if (!fits) return CKR_BUFFER_TOO_SMALL;
  if (list != nullptr) *list = kSlot;
  return CKR_OK;
}

CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO* info) {
  if (slot != kSlot) return CKR_SLOT_ID_INVALID;
  if (info == nullptr) return CKR_ARGUMENTS_BAD;
  *info = {};
  pad(info->slotDescription, sizeof info->slotDescription, "certificate_manager");
  pad(info->manufacturerID, sizeof info->manufacturerID, "Phonemesh");
  info->flags = CKF_TOKEN_PRESENT;
  return CKR_OK;
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  if (slot != kSlot) return CKR_SLOT_ID_INVALID;
  if (info == nullptr) return CKR_ARGUMENTS_BAD;
  *info = {};
  pad(info->label, sizeof info->label, "phone");
  pad(info->manufacturerID, sizeof info->manufacturerID, "Phonemesh");
  pad(info->model, sizeof info->model, "EAP");
  pad(info->serialNumber, sizeof info->serialNumber, "1");
  pad(info->utcTime, sizeof info->utcTime, "");
  info->flags = CKF_TOKEN_INITIALIZED | CKF_WRITE_PROTECTED;
  info->ulMaxSessionCount = kMaxSessions;
  info->ulTotalPublicMemory = info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
  info->ulTotalPrivateMemory = info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
  return CKR_OK;
}

CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE* list, CK_ULONG* count) {
  if (slot != kSlot) return CKR_SLOT_ID_INVALID;
  if (count == nullptr) return CKR_ARGUMENTS_BAD;
  const bool fits = list == nullptr || *count >= kMechanisms.size();
  *count = kMechanisms.size();
  if (!fits) return CKR_BUFFER_TOO_SMALL;
  if (list != nullptr) std::copy(kMechanisms.begin(), kMechanisms.end(), list);
  return CKR_OK;
}

CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info) {
  if (slot != kSlot) return CKR_SLOT_ID_INVALID;
  if (info == nullptr) return CKR_ARGUMENTS_BAD;
  if (std::find(kMechanisms.begin(), kMechanisms.end(), type) == kMechanisms.end()) return CKR_MECHANISM_INVALID;
  *info = type == CKM_ECDSA ? CK_MECHANISM_INFO{256, 521, CKF_SIGN} : CK_MECHANISM_INFO{1024, 4096, CKF_SIGN};
  return CKR_OK;
}

}  // namespace phone::eap_key
