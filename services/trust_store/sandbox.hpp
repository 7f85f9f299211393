#pragma once

#include "absl/status/status.h"

namespace phone::trust {

// What this process gives up before it reads its first hostile byte. The unit file of systemd takes away the rest.
absl::Status enter_sandbox();

}  // namespace phone::trust
