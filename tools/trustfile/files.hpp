// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Files in and out, bounded; and what kind of file it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/trust_store/lists/trust_list.hpp"
#include "tools/trustfile/commands.hpp"

namespace phone::trustfile {

absl::StatusOr<std::string> read(const Path& file, std::size_t limit);
// Whole or not at all, 0600: what is written may be a configuration's plaintext.
absl::Status write(const Path& file, std::string_view content);

// A trust list by its name, "ITLSEP..tlv" or "ctl_x.tlv", else by the name it is signed for; nothing for other files.
std::optional<trust::ListKind> list_kind(const Path& file, std::string_view content);
bool is_image(std::string_view start);

// "SEP0A1B2C3D4E5F" of "SEP0A1B2C3D4E5F.cnf.xml.sgn" or "ITLSEP0A1B2C3D4E5F.tlv"; empty for a name without one.
std::string device_of(std::string_view file_name);

std::string time_text(absl::Time time);

}  // namespace phone::trustfile
