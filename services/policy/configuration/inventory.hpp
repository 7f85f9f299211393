// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <pugixml.hpp>

#include "absl/status/status.h"
#include "services/policy/configuration/remarks.hpp"

namespace phone::policy {

// Holds a configuration against the table of elements: names are made those of the table, whatever their case, and what
// is configured, unknown or misspelt is noted. INVALID_ARGUMENT: an element of security, or a group of elements, is
// there twice, so that it is not clear what is meant.
absl::Status take_inventory(pugi::xml_node device, Remarks& into);

}  // namespace phone::policy
