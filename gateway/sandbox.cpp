// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/sandbox.hpp"

#include "common/sandbox/sandbox.hpp"
#include "gateway/on_demand_watch.hpp"

namespace phone::gateway {

absl::Status enter_sandbox(const mesh::Paths& paths, const std::filesystem::path& run) {
  auto sandbox = sandbox::service("gateway", paths.roles);
  for (const char* service : kOnDemand) {
    sandbox.reads(run_directory_of(run, service), "how processes ended that are not always there to say so");
  }
  return sandbox.reads(paths.state_dir, "certificate, key and authorities of the diagnostics door")
      .listens_tcp("the diagnostics door, once policy opens it")
      .enter();  // it is called and never calls out; it writes nothing
}

}  // namespace phone::gateway
