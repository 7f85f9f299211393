// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/remotecc.hpp"

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
bool is_remotecc(const Message& refer) {
  const std::string content = refer.field("Content-Type").value_or("");
  const std::string_view type = trim(std::string_view(content).substr(0, content.find(';')));
  return iequals(type, "application/x-cisco-remotecc-request+xml") ||
         iequals(type, "application/x-cisco-remotecc-response+xml") || iequals(type, "multipart/mixed") ||
         iequals(type, "text/plain");
}

bool implies_subscription(const Message& refer) {
  for (const std::string& option : list_items(refer, "Require")) {
    if (iequals(option, "norefersub")) return false;
  }
  return !iequals(trim(refer.field("Refer-Sub").value_or("")), "false");
}

Message refuse_refer(const Message& refer, std::string_view to_tag) {
  Message response = make_response(refer, 603, "", to_tag);
  response.add("Warning", "399 phone \"this phone places no calls at the request of another\"");
  return response;
}

}  // namespace phone::signaling
