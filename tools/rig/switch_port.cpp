// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/switch_port.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::rig {
namespace fs = std::filesystem;

absl::Status SwitchPort::make_certificates(const std::string& device) const {
  // Made before for this device: on an emulated machine making them takes a minute.
  if (const char* const made = std::getenv("PHONE_LAB_PKI")) {
    std::error_code error;
    fs::copy(made, directory_, fs::copy_options::recursive, error);
    return error ? absl::InternalError(absl::StrCat(made, ": ", error.message())) : absl::OkStatus();
  }
  const auto made =
      rig::run({.argv = {PHONE_SOURCE_DIR "/tools/rig/wired_pki.sh", directory_.string(), device}}, absl::Seconds(60));
  if (!made.ok()) return made.status();
  return made->exit_code == 0 ? absl::OkStatus() : absl::InternalError("wired_pki.sh failed");
}

bool SwitchPort::authorized(const std::string& hardware_address) const {
  return absl::StrContains(station(hardware_address), "flags=[AUTHORIZED]");
}

std::string SwitchPort::eap_server(const Settings& settings) const {
  std::ofstream users(directory_ / "users");
  for (const auto& line : settings.users) users << line << "\n";
  return absl::StrCat(
      "eap_server=1\neap_user_file=", file("users").string(), "\nca_cert=", file(settings.clients).string(),
      ".pem\nserver_cert=", file(settings.server).string(), ".pem\nprivate_key=", file(settings.server).string(),
      ".key\ndh_file=", file("dh.pem").string(),
      "\npac_opaque_encr_key=000102030405060708090a0b0c0d0e0f\neap_fast_a_id=101112131415161718191a1b1c1d1e1f\n"
      "eap_fast_a_id_info=lab\neap_fast_prov=3\n",
      settings.tls13 ? "tls_flags=[ENABLE-TLSv1.3]\n" : "");
}

absl::Status SwitchPort::start(const Settings& settings) {
  stop();
  std::ofstream to(directory_ / "hostapd.conf");
  to << "interface=" << port_
     << "\ndriver=wired\nieee8021x=1\nuse_pae_group_addr=0\nlogger_stdout=-1\nlogger_stdout_level=1\n"
     << "ctrl_interface=" << file("control").string() << "\n"
     << eap_server(settings);
  for (const auto& line : settings.more) to << line << "\n";
  to.close();
  std::error_code ignored;
  fs::remove(directory_ / "control" / port_, ignored);
  auto process = Process::start(
      {.argv = phone_.beside() + std::vector<std::string>{"hostapd", (directory_ / "hostapd.conf").string()},
       .output = (directory_ / "hostapd.log").string()});
  if (!process.ok()) return process.status();
  hostapd_ = *std::move(process);
  if (!poll_until(absl::Seconds(10), [&] { return fs::exists(directory_ / "control" / port_); })) {
    return absl::UnavailableError(absl::StrCat("hostapd did not start: ", log()));
  }
  return absl::OkStatus();
}

Outcome SwitchPort::run(std::vector<std::string> words) const {
  auto outcome = rig::run({.argv = phone_.beside() + words});
  return outcome.ok() ? *outcome : Outcome{-1, std::string(outcome.status().message())};
}

std::string SwitchPort::station(const std::string& hardware_address) const {
  const auto outcome =
      run({"hostapd_cli", "-p", (directory_ / "control").string(), "-i", port_, "sta", hardware_address});
  return outcome.exit_code == 0 && !outcome.output.starts_with("FAIL") ? outcome.output : "";
}

std::string SwitchPort::log() const {
  std::ifstream in(directory_ / "hostapd.log");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace phone::rig
