// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <pugixml.hpp>

#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {

// devicePool/dateTimeSetting besides its zone: the time servers, and how dates and times are written
// (cucm-calls.md 8.7).
void read_date_time(pugi::xml_node device, ElementReader& all, Configuration& into);

}  // namespace phone::policy
