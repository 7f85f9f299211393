// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-pkcs11.so: a PKCS#11 v2.40 module (OASIS) that wpa_supplicant loads. It holds no key: C_Sign asks
// certificate_manager, with the loading process's uid and for EAP only. A supplicant's needs are here; every other
// function answers CKR_FUNCTION_NOT_SUPPORTED.
#include "services/network_access/eap_key/functions.hpp"

namespace phone::eap_key {
namespace {

template <class... Arguments>
CK_RV unsupported(Arguments...) {
  return CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV get_function_list(CK_FUNCTION_LIST** list);

// In the order of the standard's list (pkcs11f.h).
CK_FUNCTION_LIST g_functions = {
    {2, 40},
    initialize,
    finalize,
    get_info,
    get_function_list,
    get_slot_list,
    get_slot_info,
    get_token_info,
    get_mechanism_list,
    get_mechanism_info,
    unsupported,
    unsupported,
    unsupported,  // InitToken, InitPIN, SetPIN
    open_session,
    close_session,
    close_all_sessions,
    get_session_info,
    unsupported,
    unsupported,  // Get, SetOperationState
    login,
    logout,
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // Create, Copy, DestroyObject, GetObjectSize
    get_attribute_value,
    unsupported,  // SetAttributeValue
    find_objects_init,
    find_objects,
    find_objects_final,
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // Encrypt
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // Decrypt
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // Digest
    sign_init,
    sign,
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // Verify
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // dual operations
    unsupported,
    unsupported,
    unsupported,
    unsupported,
    unsupported,  // keys
    unsupported,
    unsupported,  // SeedRandom, GenerateRandom
    unsupported,
    unsupported,
    unsupported,  // parallel functions, WaitForSlotEvent
};

CK_RV get_function_list(CK_FUNCTION_LIST** list) {
  if (list == nullptr) return CKR_ARGUMENTS_BAD;
  *list = &g_functions;
  return CKR_OK;
}

}  // namespace
}  // namespace phone::eap_key

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  return phone::eap_key::get_function_list(list);
}
