// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>
#include <string>

#include "services/network_access/eap_key/key.hpp"

namespace phone::eap_key {

// The value of one attribute of an object (PKCS#11 v2.40 section 4). Nothing for an attribute the object does not have;
// a private key has no secret ones at all.
std::optional<std::string> attribute(const Key& key, std::string_view label, CK_OBJECT_CLASS object,
                                     CK_ATTRIBUTE_TYPE type);

}  // namespace phone::eap_key
