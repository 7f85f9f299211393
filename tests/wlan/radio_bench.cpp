// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/wlan/radio_bench.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace phone::wlan {
namespace fs = std::filesystem;
using nlohmann::json;
using rig::operator+;

namespace {

constexpr char kSharedKey[] = "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f";
// Each look is a process of its own, and the machine is emulated.
constexpr absl::Duration kLook = absl::Milliseconds(700);
constexpr int kNear = 2000, kFar = 100;  // mBm; a simulated radio is never heard worse than some -50 dBm

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool done(const std::vector<std::string>& words) {
  const auto outcome = rig::run({.argv = words});
  if (outcome.ok() && outcome->exit_code == 0) return true;
  std::cerr << "refused: " << absl::StrJoin(words, " ") << "\n";
  return false;
}

std::string device(unsigned point) { return absl::StrCat("wlan", point); }

}  // namespace

RadioBench::RadioBench() {
  for (unsigned radio = 0; radio < 3; ++radio) {
    addresses_.emplace_back(
        absl::StripAsciiWhitespace(content(absl::StrCat("/sys/class/net/wlan", radio, "/address"))));
  }
  if (!bench_.installed()) {
    std::cerr << "the phone was not installed\n";
    return;
  }
  const std::string name(absl::StripAsciiWhitespace(content("/sys/class/net/wlan2/phy80211/name")));
  ready_ = done({"iw", "phy", name, "set", "netns", bench_.phone().phone_pid()}) &&
           done(bench_.phone().inside() + std::vector<std::string>{"ip", "link", "set", "wlan2", "name", "wlan0"}) &&
           done({"ip", "link", "add", "air", "type", "bridge", "forward_delay", "0"}) &&
           done({"ip", "addr", "add", "10.9.0.1/24", "dev", "air"}) && done({"ip", "link", "set", "air", "up"}) &&
           bench_.start("--wlan wlan0 --roam-below=-42");
  (void)done(bench_.phone().inside() + std::vector<std::string>{"ip", "addr", "add", "10.9.0.2/24", "dev", "wlan0"});
}

std::string RadioBench::configuration(unsigned point, const Network& network) {
  const unsigned other = 1 - point;
  std::string text = absl::StrCat(
      "interface=", device(point),
      "\nbridge=air\ndriver=nl80211\nctrl_interface=", (bench_.stage().root() / "air").string(),
      "\nlogger_stdout=-1\nlogger_stdout_level=1\nssid=", kSsid, "\nhw_mode=g\nchannel=", point == 0 ? 1 : 6,
      "\nieee80211n=1\nwmm_enabled=1\nnas_identifier=ap", point, "\n");
  if (absl::StrContains(absl::StrJoin(network.lines, "\n"), "FT-")) {
    const std::string& next = addresses_[other];
    absl::StrAppend(&text, "mobility_domain=a1b2\nft_over_ds=", network.over_the_ds ? 1 : 0,
                    "\nr1_key_holder=", absl::StrReplaceAll(addresses_[point], {{":", ""}}),
                    "\npmk_r1_push=1\nr0kh=", next, " ap", other, " ", kSharedKey, "\nr1kh=", next, " ", next, " ",
                    kSharedKey, "\n");
  }
  if (!network.users.empty()) {
    absl::StrAppend(&text, "ieee8021x=1\n",
                    bench_.port().eap_server({.server = network.server, .users = network.users}));
  }
  for (const auto& line : network.lines) absl::StrAppend(&text, line, "\n");
  return text;
}

bool RadioBench::start(const Network& network) {
  stop();
  // A radio keeps its power: the one the last walk ended at would be chosen again.
  walk_to(0);
  const fs::path directory = bench_.stage().root() / "access-points";
  fs::create_directories(directory);
  std::vector<std::string> words = {"hostapd", "-t"};
  for (unsigned point = 0; point < network.points; ++point) {
    const fs::path file = directory / device(point);
    std::ofstream(file) << configuration(point, network);
    words.push_back(file.string());
  }
  auto process = rig::Process::start({.argv = words, .output = (directory / "log").string()});
  if (!process.ok()) return false;
  hostapd_ = *std::move(process);
  return rig::poll_until(absl::Seconds(30), [&] {
    for (unsigned point = 0; point < network.points; ++point) {
      if (!absl::StrContains(log(), absl::StrCat(device(point), ": AP-ENABLED"))) return false;
    }
    return true;
  });
}

void RadioBench::walk_to(unsigned near) {
  for (const unsigned point : {near, 1 - near}) {
    (void)done({"iw", "dev", device(point), "set", "txpower", "fixed", absl::StrCat(point == near ? kNear : kFar)});
  }
}

std::string RadioBench::log() const { return content(bench_.stage().root() / "access-points" / "log"); }

std::string RadioBench::station(unsigned point) const {
  const auto outcome = rig::run({.argv = {"hostapd_cli", "-p", (bench_.stage().root() / "air").string(), "-i",
                                          device(point), "sta", addresses_[2]}});
  return outcome.ok() && !outcome->output.starts_with("FAIL") ? outcome->output : "";
}

rig::Outcome RadioBench::apply(std::vector<std::string> words, const std::string& secret) {
  auto outcome = rig::run(
      {.argv = bench_.phone().inside() + std::vector<std::string>{"/usr/lib/phone/phonectl", "network", "wlan"} + words,
       .input = secret.empty() ? "" : secret + "\n"});
  return outcome.ok() ? *outcome : rig::Outcome{-1, std::string(outcome.status().message())};
}

json RadioBench::wlan() {
  const json all = bench_.network();
  return all.contains("wlan") ? all["wlan"] : json::object();
}

std::string RadioBench::state() {
  const json access = wlan().value("access", json::object());
  const std::string cause = access.value("cause", "");
  return absl::StrReplaceAll(absl::StrCat(access.value("state", ""), cause.empty() ? "" : " ", cause),
                             {{"ACCESS_STATE_", ""}, {" ACCESS_CAUSE_NONE", ""}, {"ACCESS_CAUSE_", ""}});
}

bool RadioBench::becomes(const std::string& state, const std::string& cause, absl::Duration patience) {
  const std::string wanted = absl::StrCat(state, cause.empty() ? "" : " ", cause);
  return rig::poll_until(
      patience, [&] { return this->state() == wanted; }, kLook);
}

bool RadioBench::is_at(unsigned point) {
  return rig::poll_until(
      absl::Seconds(10),
      [&] {
        const json now = wlan();
        return now.value("accessPoint", "") == addresses_[point] && !now.value("keyManagement", "").empty();
      },
      kLook);
}

bool RadioBench::moves_to(unsigned point) {
  walk_to(point);
  return rig::poll_until(
      absl::Seconds(8),
      [&] {
        const json now = wlan();
        return now.value("accessPoint", "") == addresses_[point] && now.contains("lastRoam") &&
               now["lastRoam"].value("to", "") == addresses_[point] && !now.value("keyManagement", "").empty();
      },
      kLook);
}

}  // namespace phone::wlan
