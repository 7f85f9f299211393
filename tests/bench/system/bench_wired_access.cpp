// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Link-up to authorized, for each method of wired 802.1X: the phone's own manager against the same wpa_supplicant
// driven by hand, in one run. What the first PAC costs is printed beside them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tests/system/scene/wired_bench.hpp"

namespace phone::bench {
namespace {

using rig::operator+;

constexpr int kTimes = 9;  // each needs about 2 s: the kernel tells of a cable out late
constexpr double kGoal = 1.2;
constexpr double kHeld = 5 * kGoal;  // what fails a run on a shared machine
constexpr char kTool[] = PHONE_SOURCE_DIR "/tests/peers/link_up_times.py";
constexpr char kControl[] = "/run/phone-supplicant/interfaces/port0";
constexpr char kPassword[] = "of-the-bench";

std::vector<double> times(system::WiredBench& bench, const std::string& role) {
  std::vector<double> taken;
  auto tool =
      rig::Process::start({.argv = bench.phone().inside() +
                                   std::vector<std::string>{kTool, kControl, "port0", std::to_string(kTimes), role},
                           .capture = true});
  if (!tool.ok() || !tool->read_line(absl::Now() + absl::Seconds(10)).ok()) return taken;
  for (int i = 0; i < kTimes; ++i) {
    bench.port().run({"ip", "link", "set", "lab0", "down"});
    // The kernel tells of a cable out with up to a second's delay, and not at all when it is in again before that.
    if (!tool->read_line(absl::Now() + absl::Seconds(5)).ok()) break;
    bench.port().run({"ip", "link", "set", "lab0", "up"});
    const auto line = tool->read_line(absl::Now() + absl::Seconds(15));
    if (!line.ok() || *line == "never") break;
    taken.push_back(std::atof(line->c_str()));
    bench.becomes("AUTHENTICATED", "", absl::Milliseconds(role == "watch" ? 5000 : 0));
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

struct Method {
  const char* name;
  bool tls13, fast;
};

// 0 when the ratio is within what is held.
int measure(system::WiredBench& bench, const Method& method) {
  const std::vector<std::string> users = {absl::StrCat("\"", system::kIdentity, "\" TLS"), "\"DP-9861-anna\" FAST",
                                          absl::StrCat("\"anna\" MSCHAPV2 \"", kPassword, "\" [2]")};
  if (!bench.port().start({.users = users, .tls13 = method.tls13}).ok()) return 2;
  const absl::Time start = absl::Now();
  bench.apply(method.fast ? bench.fast() : bench.tls(), method.fast ? kPassword : "");
  if (!bench.becomes("AUTHENTICATED")) return std::printf("%-28s never authenticated\n", method.name), 1;
  const double first = absl::ToDoubleMilliseconds(absl::Now() - start);
  const auto ours = times(bench, "watch");
  // The manager goes, and its socket, or the next caller would bring it back; what it gave the supplicant stays where
  // it was.
  const char* const keep =
      "cp -a /run/phone-network_access/eap /run/eap-kept; systemctl stop phone-network-access.socket "
      "phone-network-access.service; "
      "mkdir -p /run/phone-network_access; cp -a /run/eap-kept /run/phone-network_access/eap; rm -r /run/eap-kept";
  (void)rig::run({.argv = bench.phone().inside() + std::vector<std::string>{"sh", "-c", keep}});
  const auto by_hand = times(bench, "drive");
  (void)bench.phone().systemctl({"start", "phone-network-access.socket", "phone-network-access.service"});
  if (ours.size() < kTimes || by_hand.size() < kTimes) {
    std::printf("%-28s incomplete: %zu of ours, %zu by hand\n", method.name, ours.size(), by_hand.size());
    return 1;
  }
  const double ratio = ours[kTimes / 2] / by_hand[kTimes / 2];
  std::printf(
      "%-28s %7.1f ms [%.1f-%.1f]   by hand %7.1f ms [%.1f-%.1f]   ratio %.2f (goal %.1f)   first, with phonectl %.0f "
      "ms\n",
      method.name, ours[kTimes / 2], ours.front(), ours.back(), by_hand[kTimes / 2], by_hand.front(), by_hand.back(),
      ratio, kGoal, first);
  return ratio <= kHeld ? 0 : 1;
}

int bench() {
  system::WiredBench bench("rsa");
  if (!bench.start()) return std::fprintf(stderr, "no bench here: root, namespaces, hostapd are needed\n"), 77;
  int status = 0;
  for (const Method& method :
       {Method{"EAP-TLS, TLS 1.3, RSA", true, false}, Method{"EAP-TLS, TLS 1.2, RSA", false, false},
        Method{"EAP-FAST with PAC", true, true}}) {
    status = std::max(status, measure(bench, method));
  }
  return status;
}

}  // namespace
}  // namespace phone::bench

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  return phone::bench::bench();
}
