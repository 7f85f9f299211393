// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/pc.hpp"

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::rig {
namespace fs = std::filesystem;

absl::StatusOr<std::unique_ptr<Pc>> Pc::plug_in(const Phone& phone) {
  auto pc = std::make_unique<Pc>();
  auto process = Process::start({.argv = {"unshare", "-n", "sleep", "infinity"}});
  if (!process.ok()) return process.status();
  pc->namespace_ = *std::move(process);
  const std::string network = absl::StrCat("/proc/", pc->namespace_.pid(), "/ns/net");
  const bool apart = poll_until(absl::Seconds(10), [&] {
    std::error_code error;
    const auto there = fs::read_symlink(network, error);
    return !error && there != fs::read_symlink("/proc/self/ns/net", error);
  });
  if (!apart) return absl::UnavailableError("no network namespace for a PC here");
  const std::string phone_pid = phone.inside()[2];
  if (pc->run({"ip", "link", "add", "pc0", "address", kAddress, "type", "veth", "peer", "name", "pcport0", "netns",
               phone_pid})
              .exit_code != 0 ||
      pc->run({"ip", "link", "set", "pc0", "up"}).exit_code != 0) {
    return absl::InternalError("the PC's cable cannot be made");
  }
  return pc;
}

absl::Status Pc::start_supplicant(const SwitchPort& certificates) {
  const auto file = [&](const char* name) { return certificates.file(name).string(); };
  std::ofstream conf(file("pc.conf"));
  conf << "ap_scan=0\nnetwork={\nkey_mgmt=IEEE8021X\neapol_flags=0\neap=TLS\nidentity=\"" << kIdentity
       << "\"\nca_cert=\"" << file("authority.pem") << "\"\ndomain_match=\"radius.lab.test\"\nclient_cert=\""
       << file("mic-rsa.pem") << "\"\nprivate_key=\"" << file("mic-rsa.key") << "\"\n}\n";
  conf.close();
  auto started = Process::start(
      {.argv = inside() + std::vector<std::string>{"wpa_supplicant", "-D", "wired", "-i", "pc0", "-c", file("pc.conf")},
       .output = file("pc.log")});
  if (!started.ok()) return started.status();
  supplicant_ = *std::move(started);
  return absl::OkStatus();
}

bool Pc::has_link() const {
  // Not from /sys, which shows the network namespace of the process that mounted it.
  const auto link = run({"ip", "-o", "link", "show", "dev", "pc0"});
  return link.exit_code == 0 && absl::StrContains(link.output, "LOWER_UP");
}

std::vector<std::string> Pc::inside() const { return {"nsenter", "-t", std::to_string(namespace_.pid()), "-n"}; }

Outcome Pc::run(std::vector<std::string> words) const {
  auto outcome = rig::run({.argv = inside() + words});
  return outcome.ok() ? *outcome : Outcome{-1, std::string(outcome.status().message())};
}

}  // namespace phone::rig
