#include "services/trust_store/sandbox.hpp"

#include <sys/prctl.h>

#include <cerrno>

namespace phone::trust {

absl::Status enter_sandbox() {
  // No program it might be made to start gains more than it has.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return absl::ErrnoToStatus(errno, "no_new_privs");
  // No core dump, and no other process of this uid may look into it.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return absl::ErrnoToStatus(errno, "not dumpable");
  return absl::OkStatus();
}

}  // namespace phone::trust
