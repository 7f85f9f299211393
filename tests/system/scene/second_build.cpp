// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/second_build.hpp"

#include <fstream>

#include "absl/strings/str_cat.h"

namespace phone::system {
namespace fs = std::filesystem;
using rig::operator+;

fs::path program_of(rig::SecureCall& call, const std::string& service) {
  return call.stage().bin() / rig::program_of(service);
}

std::string make_second_build(rig::SecureCall& call, const std::string& service, const std::string& mark) {
  const fs::path build = call.stage().etc() / "second-build";
  std::error_code error;
  fs::copy_file(program_of(call, service), build, fs::copy_options::overwrite_existing, error);
  std::ofstream out(build, std::ios::app);
  out << mark << "\n";
  return error || !out ? std::string() : "/etc/phone/second-build";
}

int upgrade(rig::SecureCall& call, const std::string& service, const std::string& build, int seconds) {
  const auto outcome =
      rig::run({.argv = call.phone().inside() +
                        std::vector<std::string>{"/usr/lib/phone/phone-upgrade", service, build, absl::StrCat(seconds)},
                .output = call.stage().log("upgrade.log").string()},
               absl::Seconds(60));
  return outcome.ok() ? outcome->exit_code : -1;
}

}  // namespace phone::system
