// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <p11-kit/pkcs11.h>

// The functions of PKCS#11 v2.40 (OASIS, section 5) that this module has.
namespace phone::eap_key {

// General purpose, slot and token.
CK_RV initialize(void*);
CK_RV finalize(void*);
CK_RV get_info(CK_INFO* info);
CK_RV get_slot_list(unsigned char, CK_SLOT_ID* list, CK_ULONG* count);
CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO* info);
CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info);
CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE* list, CK_ULONG* count);
CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO* info);

// Sessions.
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS, void*, CK_NOTIFY, CK_SESSION_HANDLE* handle);
CK_RV close_session(CK_SESSION_HANDLE handle);
CK_RV close_all_sessions(CK_SLOT_ID slot);
CK_RV get_session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO* info);
CK_RV login(CK_SESSION_HANDLE handle, CK_USER_TYPE, unsigned char*, CK_ULONG);
CK_RV logout(CK_SESSION_HANDLE handle);

// Objects.
CK_RV find_objects_init(CK_SESSION_HANDLE handle, CK_ATTRIBUTE* wanted, CK_ULONG count);
CK_RV find_objects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE* objects, CK_ULONG room, CK_ULONG* count);
CK_RV find_objects_final(CK_SESSION_HANDLE handle);
CK_RV get_attribute_value(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* wanted, CK_ULONG count);

// Signing.
CK_RV sign_init(CK_SESSION_HANDLE handle, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE object);
CK_RV sign(CK_SESSION_HANDLE handle, unsigned char* data, CK_ULONG size, unsigned char* to, CK_ULONG* room);

}  // namespace phone::eap_key
