// phone-pkcs11.so: a PKCS#11 v2.40 module (OASIS) that wpa_supplicant loads. It holds no key: C_Sign asks
// certificate_manager, as whoever loaded it and for EAP alone. What a supplicant needs is here; every other function
// answers CKR_FUNCTION_NOT_SUPPORTED.
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "services/network_access/eap_key/attributes.hpp"
#include "services/network_access/eap_key/keys.hpp"

namespace phone::eap_key {
namespace {

constexpr CK_SLOT_ID kSlot = 0;
constexpr std::size_t kMaxSessions = 64;
constexpr std::size_t kMaxInput = 256;
constexpr std::array<CK_OBJECT_CLASS, 3> kClasses = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKO_CERTIFICATE};
constexpr std::array<CK_MECHANISM_TYPE, 3> kMechanisms = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA};
constexpr char kDefaultSocket[] = "/run/phone/certificate_manager/grpc.sock";

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

std::mutex g_mutex;
std::shared_ptr<Token> g_token;

std::shared_ptr<Token> token() {
  const std::lock_guard lock(g_mutex);
  return g_token;
}

// No exception crosses the C boundary; a handle that is none is refused in one place.
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

void pad(unsigned char* to, std::size_t size, std::string_view text) {
  std::memset(to, ' ', size);
  std::memcpy(to, text.data(), std::min(size, text.size()));
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

bool matches(const Key& key, std::size_t place, CK_OBJECT_CLASS kind, const CK_ATTRIBUTE* wanted, CK_ULONG count) {
  for (CK_ULONG i = 0; i < count; ++i) {
    const auto value = attribute(key, kPlaces[place].label, kind, wanted[i].type);
    if (!value || value->size() != wanted[i].ulValueLen) return false;
    if (!value->empty() && std::memcmp(value->data(), wanted[i].pValue, value->size()) != 0) return false;
  }
  return true;
}

CK_RV find_objects_init(CK_SESSION_HANDLE handle, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  if (wanted == nullptr && count != 0) return CKR_ARGUMENTS_BAD;
  for (CK_ULONG i = 0; i < count; ++i) {
    if (wanted[i].pValue == nullptr && wanted[i].ulValueLen != 0) return CKR_ARGUMENTS_BAD;
  }
  return in_session(handle, [&](Token& held, Session& session, auto& lock) -> CK_RV {
    if (session.finding) return CKR_OPERATION_ACTIVE;
    lock.unlock();  // other sessions go on while certificate_manager is asked
    std::string_view label;
    for (CK_ULONG i = 0; i < count; ++i) {
      if (wanted[i].type == CKA_LABEL) label = {static_cast<const char*>(wanted[i].pValue), wanted[i].ulValueLen};
    }
    held.keys.look(label);
    std::vector<CK_OBJECT_HANDLE> found;
    for (std::size_t place = 0; place < kPlaces.size(); ++place) {
      const auto key = held.keys.at(place);
      for (std::size_t kind = 0; key && kind < kClasses.size(); ++kind) {
        if (matches(*key, place, kClasses[kind], wanted, count)) found.push_back(handle_of(place, kind));
      }
    }
    lock.lock();
    session.found = std::move(found);
    session.finding = true;
    return CKR_OK;
  });
}

CK_RV find_objects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE* objects, CK_ULONG room, CK_ULONG* count) {
  if (count == nullptr || (objects == nullptr && room != 0)) return CKR_ARGUMENTS_BAD;
  return in_session(handle, [&](Token&, Session& session, auto&) -> CK_RV {
    if (!session.finding) return CKR_OPERATION_NOT_INITIALIZED;
    *count = std::min<CK_ULONG>(room, session.found.size());
    std::copy_n(session.found.begin(), *count, objects);
    session.found.erase(session.found.begin(), session.found.begin() + static_cast<long>(*count));
    return CKR_OK;
  });
}

CK_RV find_objects_final(CK_SESSION_HANDLE handle) {
  return in_session(handle, [](Token&, Session& session, auto&) -> CK_RV {
    if (!session.finding) return CKR_OPERATION_NOT_INITIALIZED;
    session.finding = false;
    session.found.clear();
    return CKR_OK;
  });
}

CK_RV get_attribute_value(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  if (wanted == nullptr && count != 0) return CKR_ARGUMENTS_BAD;
  return in_session(handle, [&](Token& held, Session&, auto&) -> CK_RV {
    const auto key = object == 0 ? std::nullopt : held.keys.at(place_of(object));
    if (!key) return CKR_OBJECT_HANDLE_INVALID;
    CK_RV result = CKR_OK;
    for (CK_ULONG i = 0; i < count; ++i) {
      const auto value = attribute(*key, kPlaces[place_of(object)].label, class_of(object), wanted[i].type);
      const CK_ULONG room = wanted[i].ulValueLen;
      wanted[i].ulValueLen = value ? value->size() : CK_UNAVAILABLE_INFORMATION;
      if (!value) {
        result = CKR_ATTRIBUTE_TYPE_INVALID;
      } else if (wanted[i].pValue != nullptr && room < value->size()) {
        wanted[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
        result = CKR_BUFFER_TOO_SMALL;
      } else if (wanted[i].pValue != nullptr && !value->empty()) {
        std::memcpy(wanted[i].pValue, value->data(), value->size());
      }
    }
    return result;
  });
}

// Salt as long as the digest and one digest throughout: what TLS 1.3 uses and certificate_manager makes (RFC
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

std::optional<Order> order_of(const Session& session, std::string_view input) {
  if (session.mechanism == CKM_RSA_PKCS) return pkcs1_order(input);
  if (session.mechanism == CKM_ECDSA) return ecdsa_order(input);
  return Order{Scheme::kRsaPss, session.pss_digest, input};
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
