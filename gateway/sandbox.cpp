#include "gateway/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"

namespace phone::gateway {

absl::Status enter_sandbox(const mesh::Paths& paths) {
  return sandbox::service("gateway", paths.roles)
      .reads(paths.state_dir, "certificate, key and authorities of the diagnostics door")
      .listens_tcp("the diagnostics door, once policy opens it")
      .enter();  // it is called and never calls out; it writes nothing
}

}  // namespace phone::gateway
