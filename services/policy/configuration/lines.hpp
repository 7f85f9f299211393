// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {

// The buttons that are lines and speed dials (cucm-calls.md 8.2).
void read_lines(pugi::xml_node device, ElementReader& all, Configuration& into);

}  // namespace phone::policy
