// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-install: puts a signed image of one service on this phone. Exit 0 installed, 1 refused or failed with the
// reason on one line, 2 usage. The verdict cannot be skipped,
// and the trust_store that runs keeps it on record.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "common/product/product.hpp"
#include "services/trust_store/install/ask_rpc.hpp"

int main(int argc, char** argv) {
  phone::trust::InstallOrder order;
  std::filesystem::path socket_dir = "run/phone", roles = "etc/phone/roles";
  CLI::App app{"Installs a signed image of one service on this phone.", "phone-install"};
  app.set_version_flag("--version", phone::product::version_line("phone-install"), "print the version and exit");
  app.add_option("image", order.image, "PACKAGE.deb.sgn")->required()->check(CLI::ExistingFile);
  app.add_option("--root", order.root, "root of the phone's file system")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--package", order.package, "refuse an image of another package");
  app.add_option("--socket-dir", socket_dir, "directory of trust_store's socket, to record the installation")
      ->capture_default_str();
  app.add_option("--roles", roles, "table of roles: the uid used with trust_store")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto ask = phone::trust::trust_store_at(order.root / socket_dir / "trust_store/grpc.sock", order.root / roles);
  const auto done = phone::trust::install(order, ask);
  if (!done.ok()) {
    std::fprintf(stderr, "phone-install: %s\n", std::string(done.status().message()).c_str());
    return 1;
  }
  std::printf("installed: %s\n", done->c_str());
  return 0;
}
