// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <google/protobuf/message.h>
#include <string>

namespace phone::phonectl {

// Standard protobuf JSON: lowerCamelCase names, 64-bit numbers as strings. `pretty` over several lines,
// else one line (for streams).
std::string to_json(const google::protobuf::Message& message, bool pretty);

}  // namespace phone::phonectl
