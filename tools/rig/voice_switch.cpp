// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/voice_switch.hpp"

#include "absl/strings/str_cat.h"

namespace phone::rig {
namespace {

constexpr char kTap[] = "voicelab";

}  // namespace

absl::StatusOr<Process> VoiceSwitch::dhcp(const std::string& port, const std::string& network,
                                          const std::vector<std::string>& options) const {
  return Process::start(
      {.argv = phone_.beside() +
               std::vector<std::string>{"dnsmasq", "--keep-in-foreground", "--port=0", "--user=root",
                                        "--conf-file=/dev/null", absl::StrCat("--interface=", port),
                                        "--bind-interfaces", "--log-dhcp", "--log-facility=-", "--pid-file",
                                        absl::StrCat("--dhcp-range=", network, ".50,", network, ".60,1h"),
                                        absl::StrCat("--dhcp-leasefile=", (directory_ / port).string(), ".leases")} +
               options,
       .output = (directory_ / port).string() + ".log"});
}

absl::Status VoiceSwitch::serve_addresses(const std::vector<std::string>& options) {
  std::filesystem::create_directories(directory_);
  auto tap =
      Process::start({.argv = phone_.beside() + std::vector<std::string>{PHONE_SOURCE_DIR "/tests/peers/vlan_tap.py",
                                                                         "lab0", absl::StrCat(kVlan), kTap},
                      .output = (directory_ / "tap.log").string(),
                      .hold_input = true,
                      .capture = true});
  if (!tap.ok()) return tap.status();
  tap_ = *std::move(tap);
  if (auto ready = tap_.read_line(absl::Now() + absl::Seconds(10)); !ready.ok()) return ready.status();
  run({"ip", "address", "add", "10.78.0.1/24", "dev", kTap});
  auto native = dhcp("lab0", "10.77.0", options + std::vector<std::string>{"--dhcp-option=150,10.77.0.1"});
  if (!native.ok()) return native.status();
  native_ = *std::move(native);
  auto voice = dhcp(kTap, "10.78.0", options + std::vector<std::string>{"--dhcp-option=150,10.78.0.1"});
  if (!voice.ok()) return voice.status();
  voice_ = *std::move(voice);
  return absl::OkStatus();
}

std::vector<std::string> VoiceSwitch::control() const { return {"lldpcli", "-u", (directory_ / "lldpd").string()}; }

absl::Status VoiceSwitch::introduce(bool with_voice_vlan) {
  std::filesystem::create_directories(directory_);
  // -ccccc: CDP version 2 whether or not anybody answers; -M 4: a network connectivity device.
  auto started = Process::start(
      {.argv = phone_.beside() + std::vector<std::string>{"lldpd", "-dd", "-ccccc", "-M", "4", "-I", "lab0", "-L", "",
                                                          "-u", (directory_ / "lldpd").string(), "-p",
                                                          (directory_ / "lldpd.pid").string()},
       .output = (directory_ / "lldpd.log").string()});
  if (!started.ok()) return started.status();
  lldpd_ = *std::move(started);
  if (!poll_until(absl::Seconds(5), [&] {
        return run(control() + std::vector<std::string>{"configure", "system", "hostname", kName}).exit_code == 0;
      })) {
    return absl::UnavailableError("lldpd does not start");
  }
  std::vector<std::vector<std::string>> orders = {{"configure", "lldp", "tx-interval", "2"}, {"resume"}};
  if (with_voice_vlan) {
    orders.insert(orders.begin(), {"configure", "med", "policy", "application", "voice", "tagged", "vlan",
                                   absl::StrCat(kVlan), "priority", "voice", "dscp", "46"});
  }
  for (const auto& words : orders) {
    if (run(control() + words).exit_code != 0) return absl::InternalError("lldpcli refuses");
  }
  return absl::OkStatus();
}

std::string VoiceSwitch::neighbours() const {
  return run(control() + std::vector<std::string>{"show", "neighbors", "details", "hidden"}).output;
}

Outcome VoiceSwitch::run(std::vector<std::string> words) const {
  auto outcome = rig::run({.argv = phone_.beside() + words});
  return outcome.ok() ? *outcome : Outcome{-1, std::string(outcome.status().message())};
}

}  // namespace phone::rig
