// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <p11-kit/pkcs11.h>

#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "services/network_access/eap_key/keys.hpp"

// The state behind the module's C functions, and how each of them comes to it.
namespace phone::eap_key {

inline constexpr CK_SLOT_ID kSlot = 0;
inline constexpr std::size_t kMaxSessions = 64;
inline constexpr std::array<CK_OBJECT_CLASS, 3> kClasses = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKO_CERTIFICATE};
inline constexpr std::array<CK_MECHANISM_TYPE, 3> kMechanisms = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA};

// Handles are place and class, so they mean the same for as long as the module is loaded.
constexpr CK_OBJECT_HANDLE handle_of(std::size_t place, std::size_t kind) { return 1 + place * kClasses.size() + kind; }
constexpr std::size_t place_of(CK_OBJECT_HANDLE handle) { return (handle - 1) / kClasses.size(); }
constexpr CK_OBJECT_CLASS class_of(CK_OBJECT_HANDLE handle) { return kClasses[(handle - 1) % kClasses.size()]; }

struct Session {
  bool open = false;
  bool finding = false;
  std::vector<CK_OBJECT_HANDLE> found;
  bool signing = false;
  std::size_t place = 0;
  CK_MECHANISM_TYPE mechanism = 0;
  std::string pss_digest;
};

struct Token {
  explicit Token(std::string socket) : keys(std::move(socket)) {}
  Keys keys;
  std::mutex mutex;  // sessions
  std::array<Session, kMaxSessions> sessions;
};

// None before C_Initialize and after C_Finalize.
std::shared_ptr<Token> token();

// No exception crosses the C boundary; invalid handles are refused in one place.
template <class Work>
CK_RV guarded(Work work) {
  try {
    const auto held = token();
    return held == nullptr ? CKR_CRYPTOKI_NOT_INITIALIZED : work(*held);
  } catch (const std::bad_alloc&) {
    return CKR_HOST_MEMORY;
  } catch (...) {
    return CKR_GENERAL_ERROR;
  }
}
template <class Work>
CK_RV in_session(CK_SESSION_HANDLE handle, Work work) {
  return guarded([&](Token& held) -> CK_RV {
    std::unique_lock lock(held.mutex);
    if (handle == 0 || handle > kMaxSessions || !held.sessions[handle - 1].open) return CKR_SESSION_HANDLE_INVALID;
    return work(held, held.sessions[handle - 1], lock);
  });
}

}  // namespace phone::eap_key
