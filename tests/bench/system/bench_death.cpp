// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What death and replacement cost while a secure call is up, side by side in one run: from kill -9 to serving for every
// process, the gap in the sound when media dies and where its time goes, an upgrade as callers see it, and how long the
// phone and baresip are without registration when their server was gone for 3 s.
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "tools/rig/secure_call.hpp"

namespace phone::bench {
namespace {

using rig::operator+;
using rig::SecureCall;
using rig::Wire;

constexpr int kRounds = 5;
constexpr double kGapGoalMs = 250, kStartGoalMs = 50, kReadyGoalMs = 160, kKeysGoalMs = 40;
constexpr double kLatencyGoalMs = 50, kRegisteredGoalMs = 2000;
constexpr absl::Duration kServerGone = absl::Seconds(3);
const absl::Duration kPatience = absl::Seconds(100);

double monotonic_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double> all) {
  if (all.empty()) return 0;
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

double stamp_ms(SecureCall& call, const std::string& service, const char* which) {
  return std::atof(call.phone().property(service, which).c_str()) / 1000;
}

struct Death {
  double started_ms = 0, ready_ms = 0, sound_ms = 0;  // after the kill
};

// A question to systemd costs what is measured its processor: it is put seldom, and for media when its sound is back.
constexpr absl::Duration kSeldom = absl::Milliseconds(250), kTwoPackets = absl::Milliseconds(40);

// Kills the main process of a service and waits until its successor serves.
Death kill_one(SecureCall& call, const std::string& service) {
  const auto process = rig::process_of(call.phone(), service);
  if (!process) return {};
  const double before = stamp_ms(call, service, "ActiveEnterTimestampMonotonic");
  const absl::Time killed_at = absl::Now();
  const double killed = monotonic_ms();
  ::kill(*process, SIGKILL);
  Death death;
  if (service == "media") {
    rig::poll_until(absl::Seconds(10), [&] {
      return call.wire().first_after(Wire::From::kPhone, killed_at + kTwoPackets) != absl::InfiniteFuture();
    });
    death.sound_ms = absl::ToDoubleMilliseconds(call.wire().largest_gap(Wire::From::kPhone, killed_at));
  }
  absl::SleepFor(kSeldom);
  rig::poll_until(
      absl::Seconds(10), [&] { return stamp_ms(call, service, "ActiveEnterTimestampMonotonic") > before; }, kSeldom);
  death.started_ms = stamp_ms(call, service, "ExecMainStartTimestampMonotonic") - killed;
  death.ready_ms = stamp_ms(call, service, "ActiveEnterTimestampMonotonic") - killed;
  (void)call.is_well(absl::Seconds(20));
  return death;
}

void deaths(SecureCall& call) {
  std::printf("%-22s %14s %14s\n", "kill -9, median of 5", "started ms", "serving ms");
  std::vector<double> gap, started, ready;
  for (const auto& service : rig::kServices) {
    std::vector<double> one_started, one_ready;
    for (int i = 0; i < kRounds; ++i) {
      const Death death = kill_one(call, service);
      one_started.push_back(death.started_ms);
      one_ready.push_back(death.ready_ms);
      if (service == "media") gap.push_back(death.sound_ms);
    }
    std::printf("%-22s %14.1f %14.1f\n", service.c_str(), median(one_started), median(one_ready));
    std::fflush(stdout);
    if (service == "media") started = one_started, ready = one_ready;
    call.phone().systemctl({"reset-failed", rig::unit_of(service)});
  }
  std::printf("\n%-44s %10s %10s\n", "media killed, as the far end hears it", "ms", "budget");
  std::printf("%-44s %10.1f %10.0f\n", "  supervisor notices and starts it", median(started), kStartGoalMs);
  std::printf("%-44s %10.1f %10.0f\n", "  exec to serving", median(ready) - median(started), kReadyGoalMs);
  std::printf("%-44s %10.1f %10.0f\n", "  keys from signaling, first packet", median(gap) - median(ready), kKeysGoalMs);
  std::printf("%-44s %10.1f %10.0f\n", "gap", median(gap), kGapGoalMs);
}

void upgrades(SecureCall& call, const std::string& rpc_load) {
  std::printf("\n%-22s %8s %8s %10s %10s %10s   8 callers, 1,000 calls/s, 5 swaps\n", "upgrade", "calls", "failed",
              "p50 ms", "p99 ms", "worst ms");
  for (const std::string service :
       {"gateway", "trust_store", "policy", "certificate_manager", "network_access", "signaling", "media"}) {
    auto load =
        rig::Process::start({.argv = call.phone().inside() + std::vector<std::string>{rpc_load, "/etc/phone/roles",
                                                                                      absl::StrCat(service, ":8:1000")},
                             .hold_input = true,
                             .capture = true});
    if (!load.ok()) return;
    for (int i = 0; i < kRounds; ++i) {
      std::error_code error;
      std::filesystem::copy_file(call.stage().bin() / rig::program_of(service), call.stage().etc() / "second-build",
                                 std::filesystem::copy_options::overwrite_existing, error);
      (void)rig::run({.argv = call.phone().inside() + std::vector<std::string>{"/usr/lib/phone/phone-upgrade", service,
                                                                               "/etc/phone/second-build"},
                      .output = call.stage().log("upgrade.log").string()},
                     absl::Seconds(60));
    }
    const auto said = nlohmann::json::parse(load->end_input(absl::Seconds(30)).value_or(""), nullptr, false);
    if (!said.is_object() || !said.contains(service)) continue;
    const auto& one = said[service];
    std::printf("%-22s %8d %8d %10.2f %10.2f %10.2f   goal: 0 failed, p99 %.0f\n", service.c_str(),
                one.value("calls", 0), one.value("failed", -1), one.value("p50_us", 0) / 1000.0,
                one.value("p99_us", 0) / 1000.0, one.value("worst_us", 0) / 1000.0, kLatencyGoalMs);
    std::fflush(stdout);
    call.phone().systemctl({"reset-failed", rig::unit_of(service)});
  }
}

void registrations(SecureCall& call) {
  const auto back = call.without_server(kServerGone);
  if (!back.ok()) return;
  const double since = absl::ToDoubleSeconds(*back - absl::UnixEpoch());
  std::printf("\n%-44s %10s\n", "registered again after the server was gone 3 s", "ms");
  for (const bool ours : {true, false}) {
    auto seen = call.lab().wait_for(
        [&](const nlohmann::json& event) {
          return event.value("event", "") == "registered" && event.value("time", 0.0) >= since &&
                 (event.value("number", "") == rig::Lab::kFarEnd) != ours;
        },
        kPatience);
    const double took = seen.ok() ? (seen->value("time", 0.0) - since) * 1000 : absl::ToDoubleMilliseconds(kPatience);
    std::printf("%-44s %s%9.0f%s\n", ours ? "  this phone" : "  baresip", seen.ok() ? " " : ">", took,
                ours ? absl::StrCat("   goal ", static_cast<int>(kRegisteredGoalMs)).c_str() : "");
  }
}

int bench(const std::string& directory) {
  auto call = SecureCall::make();
  if (!call.ok()) {
    std::fprintf(stderr, "%s\n", call.status().ToString().c_str());
    return absl::IsUnavailable(call.status()) ? 77 : 2;
  }
  deaths(**call);
  upgrades(**call, directory + "/rpc-load");
  registrations(**call);
  return 0;
}

}  // namespace
}  // namespace phone::bench

int main(int, char** argv) {
  const std::string self(argv[0]);
  return phone::bench::bench(std::filesystem::absolute(self).parent_path().string());
}
