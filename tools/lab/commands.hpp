// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The subcommands of phone-lab; each adds its options and leaves in `run` what to do.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"
#include "tools/lab/configuration.hpp"
#include "tools/lab/provisioning.hpp"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {

using Run = std::function<absl::Status()>;

void add_pki_commands(CLI::App& app, Run& run);   // pki, manufacture
void add_file_commands(CLI::App& app, Run& run);  // lists, config
void add_serve_command(CLI::App& app, Run& run);
void add_configure_command(CLI::App& app, Run& run);
void add_audio_commands(CLI::App& app, Run& run);  // audio-check, tone

// What `lists`, `config` and `serve` have in common.
struct ClusterOptions {
  std::string dir;
  std::vector<std::string> devices;  // "SEP0A1B2C3D4E5F" or "SEP0A1B2C3D4E5F=1001"
  std::string signer_version = "1.1";
  std::string hash = "sha512";
  bool no_ctl = false;
  bool regenerated = false;
  bool rollback = false;
  uint32_t signed_at = 0;
  bool plain_configuration = false;
  std::string security_mode = "encrypted";
  bool unprotected = false;
  std::string srst_certificate = "srst";
  std::vector<std::string> set;  // "vendorConfig/fipsMode=true"
  std::string capf_mode = "install", capf_auth = "null", auth_string_file, key = "rsa2048";
  Plan plan;
};
void add_cluster_options(CLI::App& command, ClusterOptions& options);

// What `serve` does with calls besides passing them on.
void add_call_options(CLI::App& command, SipSettings& calls);

struct Cluster {
  Pki pki;
  std::unique_ptr<Devices> devices;
  Plan plan;
  ListOptions lists;
};
absl::StatusOr<std::unique_ptr<Cluster>> open_cluster(const ClusterOptions& options);

}  // namespace phone::lab
