// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-lab: the call manager for trying and testing. Not for production: it trusts its own directory and nothing else.
#include <cstdio>

#include "common/product/product.hpp"
#include "tools/lab/commands.hpp"

int main(int argc, char** argv) {
  CLI::App app("The call manager for trying and testing: PKI, trust lists, configuration, TVS, CAPF and SIP.");
  app.set_version_flag("--version", phone::product::version_line("phone-lab"), "print the version and exit");
  app.require_subcommand(1);
  phone::lab::Run run;
  phone::lab::add_pki_commands(app, run);
  phone::lab::add_file_commands(app, run);
  phone::lab::add_serve_command(app, run);
  phone::lab::add_configure_command(app, run);
  phone::lab::add_audio_commands(app, run);
  CLI11_PARSE(app, argc, argv);
  const absl::Status done = run();
  if (done.ok()) return 0;
  std::fprintf(stderr, "phone-lab: %s\n", std::string(done.message()).c_str());
  return 1;
}
