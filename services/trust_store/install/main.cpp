// phone-install: puts a signed image of one service on this phone. Exit 0 installed, 1 refused or failed with the
// reason on one line, 2 usage. There is no way past the verdict.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "services/trust_store/install/install.hpp"

int main(int argc, char** argv) {
  phone::trust::InstallOrder order;
  CLI::App app{"Puts a signed image of one service on this phone.", "phone-install"};
  app.add_option("image", order.image, "PACKAGE.deb.sgn")->required()->check(CLI::ExistingFile);
  app.add_option("--root", order.root, "the phone's file system")->check(CLI::ExistingDirectory)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto done = phone::trust::install(order);
  if (!done.ok()) {
    std::fprintf(stderr, "phone-install: %s\n", std::string(done.status().message()).c_str());
    return 1;
  }
  std::printf("installed: %s\n", done->c_str());
  return 0;
}
