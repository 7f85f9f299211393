// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/eap_key/functions.hpp"
#include "services/network_access/eap_key/token.hpp"

namespace phone::eap_key {

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* handle) {
  if (slot != kSlot) return CKR_SLOT_ID_INVALID;
  if (handle == nullptr) return CKR_ARGUMENTS_BAD;
  return guarded([&](Token& held) -> CK_RV {
    const std::lock_guard lock(held.mutex);
    for (std::size_t i = 0; i < kMaxSessions; ++i) {
      if (held.sessions[i].open) continue;
      held.sessions[i] = Session{.open = true};
      *handle = i + 1;
      return CKR_OK;
    }
    return CKR_SESSION_COUNT;
  });
}

CK_RV close_session(CK_SESSION_HANDLE handle) {
  return in_session(handle, [](Token&, Session& session, auto&) -> CK_RV {
    session = Session();
    return CKR_OK;
  });
}

CK_RV close_all_sessions(CK_SLOT_ID slot) {
  if (slot != kSlot) return CKR_SLOT_ID_INVALID;
  return guarded([](Token& held) -> CK_RV {
    const std::lock_guard lock(held.mutex);
    held.sessions.fill(Session());
    return CKR_OK;
  });
}

CK_RV get_session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO* info) {
  if (info == nullptr) return CKR_ARGUMENTS_BAD;
  return in_session(handle, [&](Token&, Session&, auto&) -> CK_RV {
    *info = {kSlot, CKS_RO_PUBLIC_SESSION, CKF_SERIAL_SESSION, 0};
    return CKR_OK;
  });
}

// There is no PIN; a caller that insists is let through to the same rights.
CK_RV login(CK_SESSION_HANDLE handle, CK_USER_TYPE, unsigned char*, CK_ULONG) {
  return in_session(handle, [](Token&, Session&, auto&) -> CK_RV { return CKR_OK; });
}
CK_RV logout(CK_SESSION_HANDLE handle) {
  return in_session(handle, [](Token&, Session&, auto&) -> CK_RV { return CKR_OK; });
}

}  // namespace phone::eap_key
