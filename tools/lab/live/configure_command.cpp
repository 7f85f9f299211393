// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tools/lab/commands.hpp"
#include "tools/lab/live/changes.hpp"

namespace phone::lab {
namespace {

struct ConfigureOptions {
  std::string dir, auth_string_file;
  ChangeRequest request;
};

absl::Status configure(ConfigureOptions options) {
  if (!options.auth_string_file.empty()) {
    auto secret = read_file(options.auth_string_file);
    if (!secret.ok()) return secret.status();
    options.request.authentication_string = secret->substr(0, secret->find_first_of("\r\n"));
    if (options.request.authentication_string.empty())
      return absl::InvalidArgumentError(absl::StrCat(options.auth_string_file, " has no string in its first line"));
  }
  if (!std::filesystem::exists(std::filesystem::path(options.dir) / "manufacturing.pem"))
    return absl::NotFoundError(absl::StrCat(options.dir, " is not the directory of a call manager"));
  auto changes = read_changes(options.dir);
  if (!changes.ok()) return changes.status();
  const Changes before = *changes;
  if (absl::Status good = apply(options.request, *changes); !good.ok()) return good;
  if (*changes != before) {
    if (absl::Status written = write_changes(options.dir, *changes); !written.ok()) return written;
  }
  for (const auto& [path, value] : changes->elements) std::printf("%s=%s\n", path.c_str(), value.c_str());
  if (!changes->capf_mode.empty())
    std::printf("CAPF: %s, authentication by %s\n", changes->capf_mode.c_str(), changes->capf_auth.c_str());
  std::printf("%s\n", *changes != before
                          ? "A phone that is registered is told within a second; another one learns of it "
                            "by `phonectl reprovision`."
                          : "Nothing is changed.");
  return absl::OkStatus();
}

}  // namespace

void add_configure_command(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand(
      "configure", "change the configuration that `serve` gives out while it runs, and have it tell the phones");
  auto options = std::make_shared<ConfigureOptions>();
  command->add_option("--dir", options->dir, "folder of the PKI, as given to `serve`")->required();
  command->add_option("--set", options->request.set, "path/below/device=text");
  command->add_option("--unset", options->request.unset, "path/below/device: as `serve` was told again");
  command->add_option("--capf-mode", options->request.capf_mode, "the CAPF operation that each phone is to make, once")
      ->check(CLI::IsMember(capf_operation_words()));
  command->add_option("--capf-auth", options->request.capf_auth, "how the phone authenticates for it")
      ->check(CLI::IsMember(capf_auth_words()))
      ->capture_default_str();
  command->add_option("--auth-string-file", options->auth_string_file,
                      "file with the string of --capf-auth string, in its first line");
  command->callback([&run, options] { run = [options] { return configure(*options); }; });
}

}  // namespace phone::lab
