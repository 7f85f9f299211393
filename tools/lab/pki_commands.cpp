// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/product/product.hpp"
#include "tools/lab/commands.hpp"
#include "tools/lab/issue.hpp"

namespace phone::lab {
namespace {

struct Manufacture {
  std::string dir, device, state_dir = "/var/lib/phone/certificate_manager", program = "phone-manufacture", owner;
  std::string model{product::model()}, key = "rsa2048";
  std::vector<std::string> more;  // passed on as they are
};

// Runs the program with the key on its standard input: it must not stand in a file, argument or environment.
absl::Status run_with_input(const std::vector<std::string>& command, const std::string& input) {
  int ends[2];
  if (pipe(ends) != 0) return absl::InternalError("pipe");
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    std::fprintf(stderr, "cannot start %s: %s\n", arguments[0], std::strerror(errno));
    _exit(127);
  }
  close(ends[0]);
  if (write(ends[1], input.data(), input.size()) < 0) std::perror("write");
  close(ends[1]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
    return absl::InternalError(absl::StrCat(command[0], " ended with status ", status));
  }
  return absl::OkStatus();
}

absl::Status manufacture(const Manufacture& options) {
  auto pki = load_pki(options.dir);
  if (!pki.ok()) return pki.status();
  const Request request{.subject = {{"O", "Lab Phones"},
                                    {"OU", absl::StrCat("PID:DP-", options.model, " SN:FCH00000001")},
                                    {"CN", product::certificate_name(options.device, options.model)}},
                        .extensions = Extensions::kManufactured,
                        .hosts = {product::certificate_name(options.device, options.model), options.device},
                        .days = 7300};
  KeyPtr key = options.key == "ec256" ? make_ec("P-256") : make_rsa(options.key == "rsa4096" ? 4096 : 2048);
  auto mic = issued_by(*pki->manufacturing, request, std::move(key));
  if (!mic.ok()) return mic.status();
  const std::filesystem::path certificate = pki->mic_file(options.device);
  if (absl::Status saved = write_file(certificate, (*mic)->certificate_pem()); !saved.ok()) return saved;
  std::error_code none;
  std::filesystem::remove(pki->lsc_file(options.device), none);  // a phone fresh from the factory has no LSC
  std::vector<std::string> command = {options.program,      "--state-dir",  options.state_dir,
                                      "--device",           options.device, "--mic-certificate",
                                      certificate.string(), "--mic-key",    "-"};
  if (!options.owner.empty()) command.insert(command.end(), {"--owner", options.owner});
  command.insert(command.end(), options.more.begin(), options.more.end());
  return run_with_input(command, (*mic)->key_pem());
}

}  // namespace

void add_pki_commands(CLI::App& app, Run& run) {
  {
    CLI::App* command = app.add_subcommand("pki", "make the keys and certificates of a cluster; keeps what is there");
    auto dir = std::make_shared<std::string>();
    auto hosts = std::make_shared<std::vector<std::string>>();
    auto far_ends = std::make_shared<std::vector<std::string>>();
    command->add_option("--dir", *dir)->required();
    command->add_option("--host", *hosts, "address or name of the cluster, for the server certificates");
    command->add_option("--far-end", *far_ends, "directory number of a far-end phone to make a certificate for");
    command->callback([&run, dir, hosts, far_ends] {
      run = [dir, hosts, far_ends]() -> absl::Status {
        if (absl::Status made = make_pki(*dir, *hosts); !made.ok()) return made;
        auto pki = load_pki(*dir);
        if (!pki.ok()) return pki.status();
        for (const std::string& number : *far_ends) {
          if (absl::Status made = make_far_end(*pki, number); !made.ok()) return made;
        }
        return absl::OkStatus();
      };
    });
  }
  CLI::App* command = app.add_subcommand("manufacture", "issue a MIC and put it into a phone with phone-manufacture");
  auto options = std::make_shared<Manufacture>();
  command->add_option("--dir", options->dir)->required();
  command->add_option("--device", options->device, "SEP<MAC>")->required();
  command->add_option("--state-dir", options->state_dir)->capture_default_str();
  command->add_option("--program", options->program)->capture_default_str();
  command->add_option("--owner", options->owner, "UID:GID of the state");
  command->add_option("--model", options->model)->capture_default_str();
  command->add_option("--key", options->key)
      ->check(CLI::IsMember({"rsa2048", "rsa4096", "ec256"}))
      ->capture_default_str();
  command->add_option("more", options->more, "further options of phone-manufacture, after --");
  command->callback([&run, options] { run = [options] { return manufacture(*options); }; });
}

}  // namespace phone::lab
