// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/json.hpp"

#include <google/protobuf/util/json_util.h>

namespace phone::phonectl {

std::string to_json(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  std::string out;
  // Fails only for Any and for times out of range, neither of which a service of ours sends.
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok()) out = "{}";
  if (out.empty() || out.back() != '\n') out += "\n";
  return out;
}

}  // namespace phone::phonectl
