// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/system/scene/wired_bench.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace phone::system {
namespace fs = std::filesystem;
using nlohmann::json;
using rig::operator+;

namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

WiredBench::WiredBench(const std::string& key) {
  auto stage = rig::Stage::make();
  if (!stage.ok()) return;
  stage_.emplace(*std::move(stage));
  auto phone = rig::Phone::install(*stage_);
  if (!phone.ok()) {
    std::cerr << phone.status() << "\n";
    return;
  }
  phone_ = *std::move(phone);
  port_.emplace(*stage_, *phone_);
  if (auto made = port_->make_certificates(kDevice); !made.ok()) {
    std::cerr << made << "\n";
    return;
  }
  const auto made = rig::run(
      {.argv = {(stage_->bin() / "phone-manufacture").string(), "--state-dir",
                stage_->state("certificate_manager").string(), "--device", kDevice, "--mic-certificate",
                port_->file(absl::StrCat("mic-", key, ".pem")).string(), "--mic-key", "-", "--owner", "7402:7402"},
       .input = content(port_->file(absl::StrCat("mic-", key, ".key")))});
  manufactured_ = made.ok() && made->exit_code == 0;
  if (!manufactured_)
    std::cerr << "phone-manufacture: " << (made.ok() ? made->output : made.status().ToString()) << "\n";
}

bool WiredBench::start(const std::string& options) {
  return power_on(absl::StrCat("--port port0 --alternate-server 10.77.0.1 --no-dhcp ", options));
}

bool WiredBench::start_with_dhcp(const std::string& options) {
  return power_on(absl::StrCat("--port port0 --dhcp ", options));
}

bool WiredBench::power_on(const std::string& options) {
  if (!manufactured_) return false;
  (void)stage_->set_options("network_access", options);
  const auto started =
      phone_->systemctl({"start", "phone-certificate-manager.socket", "phone-network-access.socket",
                         "phone-gateway.socket", "phone-supplicant.service", "phone-lldp.service",
                         "phone-certificate-manager.service", "phone-network-access.service", "phone-gateway.service"});
  return started.exit_code == 0;
}

json WiredBench::network() {
  auto network = phone_->phonectl({"network", "--json"});
  return network.ok() ? *network : json::object();
}

bool WiredBench::sees(const std::function<bool(const json&)>& wanted, absl::Duration patience) {
  return rig::poll_until(
      patience, [&] { return wanted(network()); }, absl::Milliseconds(100));
}

json WiredBench::access() {
  const json all = network();
  return all.contains("wiredAccess") ? all["wiredAccess"] : json::object();
}

bool WiredBench::becomes(const std::string& state, const std::string& cause, absl::Duration patience) {
  return rig::poll_until(patience, [&] {
    const json now = access();
    return now.value("state", "") == "ACCESS_STATE_" + state &&
           (cause.empty() || now.value("cause", "") == "ACCESS_CAUSE_" + cause);
  });
}

rig::Outcome WiredBench::apply(std::vector<std::string> words, const std::string& password) {
  auto outcome = rig::run(
      {.argv = phone_->inside() + std::vector<std::string>{"/usr/lib/phone/phonectl", "network", "802.1x"} + words,
       .input = password.empty() ? "" : password + "\n"});
  return outcome.ok() ? *outcome : rig::Outcome{-1, std::string(outcome.status().message())};
}

std::vector<std::string> WiredBench::tls() const {
  return {"tls", "--authority", port_->file("authority.pem").string(), "--server", "radius.lab.test"};
}

std::vector<std::string> WiredBench::fast() const {
  return {"fast",       "--authority", port_->file("authority.pem").string(), "--server", "radius.lab.test",
          "--identity", "anna"};
}

std::string WiredBench::logs() const {
  std::string all;
  for (const auto& entry : fs::directory_iterator(stage_->root() / "log")) all += content(entry.path());
  return all;
}

}  // namespace phone::system
