// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/str_cat.h"
#include "tools/lab/commands.hpp"

namespace phone::lab {
namespace {

struct FileOptions {
  ClusterOptions cluster;
  std::string out;
  std::vector<std::string> faults;
};

absl::Status write_names(const FileOptions& options, const std::vector<std::string>& names_of_device,
                         const std::vector<std::string>& common) {
  auto cluster = open_cluster(options.cluster);
  if (!cluster.ok()) return cluster.status();
  if ((*cluster)->plan.host.empty()) (*cluster)->plan.host = "127.0.0.1";
  Faults faults;
  for (const std::string& one : options.faults) {
    if (absl::Status added = faults.add(one); !added.ok()) return added;
  }
  const Provisioning files((*cluster)->pki, *(*cluster)->devices, (*cluster)->plan, (*cluster)->lists, faults);
  std::vector<std::string> names = common;
  for (const std::string& device : options.cluster.devices) {
    for (const std::string& pattern : names_of_device) {
      std::string name = pattern;
      names.push_back(name.replace(name.find('*'), 1, device.substr(0, device.find('='))));
    }
  }
  for (const std::string& name : names) {
    const auto bytes = files.file(name, true);
    if (!bytes) continue;  // no CTL, or nothing to encrypt for: as a server would say 404
    const std::filesystem::path file = std::filesystem::path(options.out) / name;
    if (absl::Status written = write_file(file, *bytes); !written.ok()) return written;
    std::printf("%s %zu bytes\n", file.c_str(), bytes->size());
  }
  return absl::OkStatus();
}

absl::Status write_releases(const FileOptions& options) {
  auto cluster = open_cluster(options.cluster);
  if (!cluster.ok()) return cluster.status();
  const Faults no_faults;
  const Provisioning files((*cluster)->pki, *(*cluster)->devices, (*cluster)->plan, (*cluster)->lists, no_faults);
  for (const std::string& each : options.cluster.devices) {
    const std::string device = each.substr(0, each.find('='));
    const auto release = files.release(device);
    if (!release.ok()) return release.status();
    const std::filesystem::path file = std::filesystem::path(options.out) / absl::StrCat(device, ".release.sgn");
    if (absl::Status written = write_file(file, *release); !written.ok()) return written;
    std::printf("%s %zu bytes\n", file.c_str(), release->size());
  }
  return absl::OkStatus();
}

std::shared_ptr<FileOptions> common_options(CLI::App& command) {
  auto options = std::make_shared<FileOptions>();
  add_cluster_options(command, options->cluster);
  command.add_option("--out", options->out, "folder to write into")->required();
  command.add_option("--fault", options->faults, "target=kind, see the README");
  return options;
}

}  // namespace

void add_file_commands(CLI::App& app, Run& run) {
  CLI::App* lists = app.add_subcommand("lists", "write CTL and ITL files");
  auto list_options = common_options(*lists);
  lists->callback([&run, list_options] {
    run = [list_options] { return write_names(*list_options, {"CTL*.tlv", "ITL*.tlv"}, {"ITLFile.tlv"}); };
  });
  CLI::App* config = app.add_subcommand("config", "write configuration files, bare, signed and encrypted");
  auto config_options = common_options(*config);
  config->callback([&run, config_options] {
    run = [config_options] {
      return write_names(*config_options, {"*.cnf.xml", "*.cnf.xml.sgn", "*.cnf.xml.enc.sgn"}, {});
    };
  });
  CLI::App* release = app.add_subcommand("release", "write a release, which lets a device leave this cluster");
  auto release_options = common_options(*release);
  release->callback([&run, release_options] { run = [release_options] { return write_releases(*release_options); }; });
}

}  // namespace phone::lab
