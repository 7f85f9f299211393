// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "phone/mesh/v1/events.pb.h"

namespace phone::policy {

// An event as a syslog message (RFC 5424), facility "log audit": `host` is the phone's name, the process the service
// that said it, the message id its kind; its details are structured data. Text of peers cannot break out of it.
std::string syslog_line(const mesh::v1::Event& event, const std::string& host);

// With its length before it (RFC 6587 section 3.4.1).
std::string syslog_frame(const std::string& line);

}  // namespace phone::policy
