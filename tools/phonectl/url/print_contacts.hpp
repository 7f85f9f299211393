// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/url/v1/url_services.pb.h"
#include "tools/phonectl/text.hpp"

namespace phone::phonectl {

// Name, number, department and mail of each, then how many more the server has.
std::string print_contacts(const phone::url::v1::SearchContactsReply& reply, const View& view);

}  // namespace phone::phonectl
