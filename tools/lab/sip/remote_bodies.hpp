// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What a call manager says to a phone outside a dialog (cucm-calls.md 1, 4, 5 and 6): bodies made of the words of an
// order, "bulkupdate line=1 mwi=yes".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace phone::lab {

// A dialog as the phone sees it: the local tag is the phone's.
struct PhoneDialog {
  std::string call_id, local_tag, remote_tag;
};

// One part of an order: its first word, and the others, with %XX decoded in their values.
struct RemotePart {
  std::string name;
  std::map<std::string, std::string> values;
};

// What the phone is known by.
struct RemotePhone {
  std::string register_call_id;
  std::string stamp;  // versionStamp of the configuration that the lab serves
  std::optional<PhoneDialog> dialog;
};

struct RemoteBody {
  std::string type, content;
};

// PIDF of a number: an activity (alerting, on-the-phone, dnd; empty: none), and open or closed.
std::string presence_document(const std::string& number, const std::string& activity, const std::string& basic);
// service-control, message-summary, presence, dialog (dialog-info of a shared line), text (its value `content`, type
// `type`), or an element of x-cisco-remotecc-request.
RemoteBody remote_body(const RemotePart& part, const RemotePhone& phone);
// Several as multipart/mixed, as in cucm-calls.md 1.1.
RemoteBody combined(const std::vector<RemoteBody>& bodies);
// truncated, doubled, elements, nested, entities, namespaces, long, empty; false for another word.
bool spoil_body(RemoteBody& body, const std::string& how);

}  // namespace phone::lab
