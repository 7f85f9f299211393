// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>

#include "services/trust_store/install/install.hpp"

namespace phone::trust {

// The trust_store behind `socket`, asked in the installer's role by a process of its own, so that root itself
// connects to no service. No such socket: no trust_store runs there. UNAVAILABLE when it does not answer within 5 s.
AskTrustStore trust_store_at(std::filesystem::path socket, std::filesystem::path roles);

}  // namespace phone::trust
