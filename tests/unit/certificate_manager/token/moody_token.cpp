// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// moody_token.cpp -- a PKCS#11 module: SoftHSM's token with the moods of a card, as the file named by MOODY_TOKEN says,
// by words: "slots=7" (their numbers begin there), "away", "reset=2" (sessions opened before another number are
// closed), "full", "locked", "final-try", "forgets" (does not count wrong PINs). Logins are counted in FILE.logins.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>

namespace {

CK_FUNCTION_LIST* real = nullptr;
CK_FUNCTION_LIST ours;
std::mutex mutex;
std::map<CK_SESSION_HANDLE, unsigned long> opened_at;  // the reset's number

std::string control() {
  const char* name = std::getenv("MOODY_TOKEN");
  std::ifstream in(name == nullptr ? "" : name);
  return {std::istreambuf_iterator<char>(in), {}};
}
bool is(const char* word) { return control().find(word) != std::string::npos; }
unsigned long number(const std::string& word) {
  const std::string text = control();
  const auto at = text.find(word + "=");
  return at == std::string::npos ? 0 : std::strtoul(text.c_str() + at + word.size() + 1, nullptr, 10);
}

// The wrong numbers are no slots of this boot.
bool translate(CK_SLOT_ID& slot) {
  const unsigned long first = number("slots");
  if (slot < first) return false;
  slot -= first;
  return true;
}

CK_RV session_state(CK_SESSION_HANDLE session) {
  if (is("away")) return CKR_DEVICE_REMOVED;
  const std::lock_guard lock(mutex);
  return opened_at[session] == number("reset") ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
}

CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID* list, CK_ULONG* count) {
  if (is("away")) {
    *count = 0;
    return CKR_OK;
  }
  const CK_RV value = real->C_GetSlotList(present, list, count);
  for (CK_ULONG i = 0; list != nullptr && value == CKR_OK && i < *count; ++i) list[i] += number("slots");
  return value;
}

CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  if (is("away") || !translate(slot)) return CKR_SLOT_ID_INVALID;
  const CK_RV value = real->C_GetTokenInfo(slot, info);
  if (is("locked")) info->flags |= CKF_USER_PIN_LOCKED;
  if (is("final-try")) info->flags |= CKF_USER_PIN_FINAL_TRY;
  if (is("forgets")) info->flags &= ~CK_FLAGS{CKF_USER_PIN_COUNT_LOW};
  return value;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify, CK_SESSION_HANDLE* session) {
  if (is("away") || !translate(slot)) return CKR_SLOT_ID_INVALID;
  const CK_RV value = real->C_OpenSession(slot, flags, application, notify, session);
  const std::lock_guard lock(mutex);
  if (value == CKR_OK) opened_at[*session] = number("reset");
  return value;
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_BYTE* pin, CK_ULONG size) {
  std::ofstream(std::string(std::getenv("MOODY_TOKEN")) + ".logins", std::ios::app) << "login\n";
  return real->C_Login(session, user, pin, size);
}

CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* attributes, CK_ULONG count) {
  const CK_RV state = session_state(session);
  return state == CKR_OK ? real->C_FindObjectsInit(session, attributes, count) : state;
}

CK_RV generate(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* to_public, CK_ULONG public_count,
               CK_ATTRIBUTE* to_private, CK_ULONG private_count, CK_OBJECT_HANDLE* public_key,
               CK_OBJECT_HANDLE* private_key) {
  if (is("full")) return CKR_DEVICE_MEMORY;
  return real->C_GenerateKeyPair(session, mechanism, to_public, public_count, to_private, private_count, public_key,
                                 private_key);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  void* library = dlopen(PHONE_SOFTHSM, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return CKR_GENERAL_ERROR;
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(library, "C_GetFunctionList"));
  if (get == nullptr || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
  ours = *real;
  ours.C_GetSlotList = get_slot_list;
  ours.C_GetTokenInfo = get_token_info;
  ours.C_OpenSession = open_session;
  ours.C_Login = login;
  ours.C_FindObjectsInit = find_init;
  ours.C_GenerateKeyPair = generate;
  *list = &ours;
  return CKR_OK;
}
