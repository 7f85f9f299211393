// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// phone-manufacture: gives a phone its MIC, as the factory would. The private key comes on stdin and is not written
// anywhere but into the token.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "common/product/product.hpp"
#include "services/certificate_manager/token/manufacture.hpp"

int main(int argc, char** argv) {
  namespace certificates = phone::certificates;
  CLI::App app{"Installs a phone's manufacturer-installed certificate (MIC) and its key."};
  app.set_version_flag("--version", phone::product::version_line("phone-manufacture"), "print the version and exit");
  certificates::Manufacture order;
  std::string certificate_file, key_source, owner;
  bool reset = false;
  app.add_option("--state-dir", order.state, "the certificate manager's state directory")->required();
  CLI::Option* device = app.add_option("--device", order.device, "device name: SEP and the MAC address");
  CLI::Option* certificate =
      app.add_option("--mic-certificate", certificate_file, "PEM file: the certificate, then its issuers");
  app.add_option("--mic-key", key_source, "'-': read the key in PEM format from stdin")->check(CLI::IsMember({"-"}));
  app.add_option("--pkcs11-module", order.module, "token library");
  app.add_option("--owner", owner, "UID:GID to own the directory");
  app.add_flag("--reset", reset, "instead: destroy every key and remove every file but those of the MIC")
      ->excludes(device)
      ->excludes(certificate);
  CLI11_PARSE(app, argc, argv);
  if (reset) {
    if (const auto status = certificates::back_to_manufacture(order.state, order.module); !status.ok()) {
      std::cerr << "phone-manufacture: " << status.message() << "\n";
      return 1;
    }
    return 0;
  }
  if (order.device.empty() || certificate_file.empty()) {
    std::cerr << "phone-manufacture: --device and --mic-certificate are required\n";
    return 2;
  }
  if (!owner.empty()) {
    unsigned user = 0;
    unsigned group = 0;
    char colon = 0;
    std::istringstream numbers(owner);
    if (!(numbers >> user >> colon >> group) || colon != ':' || !numbers.eof()) {
      std::cerr << "phone-manufacture: --owner must be UID:GID\n";
      return 2;
    }
    order.owner = {user, group};
  }
  std::ifstream file(certificate_file, std::ios::binary);
  order.certificate_pem.assign(std::istreambuf_iterator<char>(file), {});
  order.key_pem = phone::crypto::Secret(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  if (const auto status = certificates::manufacture(order); !status.ok()) {
    std::cerr << "phone-manufacture: " << status.message() << "\n";
    return 1;
  }
  return 0;
}
