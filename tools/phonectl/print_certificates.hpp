// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/certificates/v1/certificate_manager.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// All certificates of this phone, one block each, and the last enrolment.
std::string print_certificates(const phone::certificates::v1::CertificateState& state, const View& view);

}  // namespace phone::phonectl
