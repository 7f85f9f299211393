// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

// The identity of this phone. Every protocol that names a model, a product, a load or a user agent takes it from here.
// PHONE_MODEL and PHONE_CUCM_MODEL in CMake set the model, the project's version sets the load.
namespace phone::product {

// "9861", as in the names of certificates.
std::string_view model();
// The number CUCM has for the model, in the Contact of REGISTER. See decisions/ of signaling for why it is another
// model's.
std::string_view cucm_model();
// "DP-9861": the product in CDP and LLDP, and how an 802.1X identity begins (F44).
std::string product_id();
// "0.1.0": of the project, and so of every program of one build.
std::string_view version();
// "phonectl (Phonemesh) 0.1.0", which --version of every program prints.
std::string version_line(std::string_view program);
// "phonemesh-0.1.0": the software that runs, as ActiveLoad in REGISTER and as the software version in CDP and LLDP.
std::string load();
// "Cisco-CP9861/0.1.0": User-Agent of SIP.
std::string user_agent();
// "CP-9861-SEP0A1B2C3D4E5F": the common name of the MIC, and our name for TVS servers.
std::string certificate_name(std::string_view device, std::string_view of_model = model());

}  // namespace phone::product
