// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// The upload of a problem report (RFC 7578): fields `devicename` and file `prt_file`, cucm-calls.md 8.8.
namespace phone::url_services {

struct Form {
  std::string type;  // with its boundary
  std::string body;
};

// INVALID_ARGUMENT for a device or file name with anything but letters, digits, '-', '_' and '.'. The boundary occurs
// nowhere in the archive.
absl::StatusOr<Form> write_form(std::string_view device_name, std::string_view file_name, std::string_view archive);

}  // namespace phone::url_services
