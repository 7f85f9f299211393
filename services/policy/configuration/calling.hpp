// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {

// What the configuration says about dialling, answering and holding calls, and the phone's time zone
// (cucm-calls.md 8.1, 8.7, 8.9).
void read_calling(pugi::xml_node device, ElementReader& all, Configuration& into);

}  // namespace phone::policy
