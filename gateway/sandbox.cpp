// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"
#include "gateway/events/on_demand_driver.hpp"

namespace phone::gateway {

absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& run) {
  auto sandbox = sandbox::service("gateway", paths.roles);
  for (const char* service : kOnDemand) {
    sandbox.reads(run_directory_of(run, service), "exits of on-demand services");
  }
  return sandbox.reads(paths.state_dir, "certificate, key and client CAs of remote diagnostics")
      .listens_tcp("remote diagnostics, once policy enables it")
      .enter();  // it is called and never calls out; it writes nothing
}

}  // namespace phone::gateway
