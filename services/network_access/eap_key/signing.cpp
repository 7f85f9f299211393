// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstring>

#include "services/network_access/eap_key/functions.hpp"
#include "services/network_access/eap_key/token.hpp"

namespace phone::eap_key {
namespace {

constexpr std::size_t kMaxInput = 256;

// Salt as long as the digest and one digest throughout: as TLS 1.3 uses and certificate_manager makes it (RFC
// 8446 4.2.3).
std::string_view pss_digest(const CK_MECHANISM& mechanism) {
  if (mechanism.pParameter == nullptr || mechanism.ulParameterLen != sizeof(CK_RSA_PKCS_PSS_PARAMS)) return {};
  CK_RSA_PKCS_PSS_PARAMS parameters{};
  std::memcpy(&parameters, mechanism.pParameter, sizeof parameters);
  if (parameters.hashAlg == CKM_SHA256 && parameters.mgf == CKG_MGF1_SHA256 && parameters.sLen == 32) return "SHA256";
  if (parameters.hashAlg == CKM_SHA384 && parameters.mgf == CKG_MGF1_SHA384 && parameters.sLen == 48) return "SHA384";
  if (parameters.hashAlg == CKM_SHA512 && parameters.mgf == CKG_MGF1_SHA512 && parameters.sLen == 64) return "SHA512";
  return {};
}

std::optional<Order> order_of(const Session& session, std::string_view input) {
  if (session.mechanism == CKM_RSA_PKCS) return pkcs1_order(input);
  if (session.mechanism == CKM_ECDSA) return ecdsa_order(input);
  return Order{Scheme::kRsaPss, session.pss_digest, input};
}

}  // namespace

CK_RV sign_init(CK_SESSION_HANDLE handle, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE object) {
  if (mechanism == nullptr) return CKR_ARGUMENTS_BAD;
  return in_session(handle, [&](Token& held, Session& session, auto&) -> CK_RV {
    if (session.signing) return CKR_OPERATION_ACTIVE;
    const auto key = object == 0 || class_of(object) != CKO_PRIVATE_KEY ? std::nullopt : held.keys.at(place_of(object));
    if (!key) return CKR_KEY_HANDLE_INVALID;
    if (std::find(kMechanisms.begin(), kMechanisms.end(), mechanism->mechanism) == kMechanisms.end()) {
      return CKR_MECHANISM_INVALID;
    }
    if ((mechanism->mechanism == CKM_ECDSA) == key->rsa) return CKR_KEY_TYPE_INCONSISTENT;
    session.pss_digest = mechanism->mechanism == CKM_RSA_PKCS_PSS ? pss_digest(*mechanism) : "";
    if (mechanism->mechanism == CKM_RSA_PKCS_PSS && session.pss_digest.empty()) return CKR_MECHANISM_PARAM_INVALID;
    session.signing = true;
    session.place = place_of(object);
    session.mechanism = mechanism->mechanism;
    return CKR_OK;
  });
}

CK_RV sign(CK_SESSION_HANDLE handle, unsigned char* data, CK_ULONG size, unsigned char* to, CK_ULONG* room) {
  if (data == nullptr || room == nullptr) return CKR_ARGUMENTS_BAD;
  return in_session(handle, [&](Token& held, Session& session, auto& lock) -> CK_RV {
    if (!session.signing) return CKR_OPERATION_NOT_INITIALIZED;
    const auto key = held.keys.at(session.place);
    if (!key) {
      session.signing = false;
      return CKR_KEY_HANDLE_INVALID;
    }
    const bool fits = *room >= key->signature_bytes;
    *room = key->signature_bytes;
    if (to == nullptr) return CKR_OK;
    if (!fits) return CKR_BUFFER_TOO_SMALL;
    const Session order = session;
    session.signing = false;
    if (size > kMaxInput) return CKR_DATA_LEN_RANGE;
    lock.unlock();
    const auto wanted = order_of(order, {reinterpret_cast<const char*>(data), size});
    if (!wanted) return CKR_DATA_INVALID;
    const auto made = held.keys.sign(order.place, *wanted);
    if (!made || made->size() != key->signature_bytes) return CKR_FUNCTION_FAILED;
    std::memcpy(to, made->data(), made->size());
    return CKR_OK;
  });
}

}  // namespace phone::eap_key
