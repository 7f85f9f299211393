// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include <pugixml.hpp>

#include "services/policy/configuration/configuration.hpp"
#include "services/policy/configuration/xml_reader.hpp"

namespace phone::policy {

// The switches of vendorConfig and our own elements. The device's own vendorConfig wins over the common profile's, that
// over the enterprise's; what none of them says is strict: web pages off, gratuitous ARP off, PC voice VLAN access off
// (F24, F25).
void read_hardening(pugi::xml_node device, ElementReader& all, Configuration& into);

// Strongest first (FEATURES.md, F30).
const std::vector<std::string>& known_srtp_suites();

}  // namespace phone::policy
