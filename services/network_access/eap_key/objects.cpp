// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cstring>

#include "services/network_access/eap_key/attributes.hpp"
#include "services/network_access/eap_key/functions.hpp"
#include "services/network_access/eap_key/token.hpp"

namespace phone::eap_key {
namespace {

constexpr CK_ULONG kMaxAttributes = 64;  // of one call; an object has a third of that

bool matches(const Key& key, std::size_t place, CK_OBJECT_CLASS kind, const CK_ATTRIBUTE* wanted, CK_ULONG count) {
  for (CK_ULONG i = 0; i < count; ++i) {
    const auto value = attribute(key, kPlaces[place].label, kind, wanted[i].type);
    if (!value || value->size() != wanted[i].ulValueLen) return false;
    if (!value->empty() && std::memcmp(value->data(), wanted[i].pValue, value->size()) != 0) return false;
  }
  return true;
}

}  // namespace

CK_RV find_objects_init(CK_SESSION_HANDLE handle, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  if ((wanted == nullptr && count != 0) || count > kMaxAttributes) return CKR_ARGUMENTS_BAD;
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
  if ((wanted == nullptr && count != 0) || count > kMaxAttributes) return CKR_ARGUMENTS_BAD;
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

}  // namespace phone::eap_key
