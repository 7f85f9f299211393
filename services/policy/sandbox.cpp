#include "services/policy/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::policy {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  return sandbox::service("policy", paths.roles)
      .writes(paths.state_dir, "the policy last applied and the audit log")
      .resolves_names("DHCP may name provisioning servers")
      .connects_tcp("provisioning servers speak HTTP and HTTPS")
      .talks_udp("provisioning servers speak TFTP")
      .enter();
}

}  // namespace phone::policy
