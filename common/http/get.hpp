#pragma once

#include "common/http/fetch.hpp"

namespace phone::http {

// The exchange made here, by libcurl.
Result get(const Request&);

}  // namespace phone::http
