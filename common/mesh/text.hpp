// text.hpp -- Debian's abseil has a string_view of its own, which does not convert from the standard one.
#pragma once

#include <absl/strings/string_view.h>

#include <string_view>

namespace phone::mesh {

inline absl::string_view text(std::string_view s) { return {s.data(), s.size()}; }

}  // namespace phone::mesh
