// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What the whole mesh costs while a phone is registered and idle: PSS, wake-ups a second, and from exec to serving, per
// process.
#include <cstdio>
#include <cstdlib>

#include "tests/bench/system/process_cost.hpp"
#include "tools/rig/lab.hpp"
#include "tools/rig/phone.hpp"
#include "tools/rig/units.hpp"

namespace phone::bench {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
constexpr double kGoalMegabytes = 40.0;
constexpr absl::Duration kWatched = absl::Seconds(5);
int bench(double limit) {
  auto stage = rig::Stage::make();
  if (!stage.ok()) return std::fprintf(stderr, "%s\n", stage.status().ToString().c_str()), 2;
  if (auto done = rig::Lab::manufacture(*stage, kDevice); !done.ok())
    return std::fprintf(stderr, "%s\n", done.ToString().c_str()), 2;
  (void)stage->set_options("network_access", "--port port0");
  (void)stage->set_options("media", "--device null");
  auto phone = rig::Phone::install(*stage);
  if (!phone.ok())
    return std::fprintf(stderr, "%s\n", phone.status().ToString().c_str()),
           absl::IsUnavailable(phone.status()) ? 77 : 2;
  auto lab = rig::Lab::serve(*stage, **phone, kDevice);
  if (!lab.ok()) return std::fprintf(stderr, "%s\n", lab.status().ToString().c_str()), 2;
  (void)(*phone)->power_on();
  auto registered = (*lab)->wait_for(
      [](const nlohmann::json& event) { return event.value("event", "") == "registered"; }, absl::Seconds(40));
  if (!registered.ok()) return std::fprintf(stderr, "the phone did not register\n"), 2;

  std::printf("%-22s %9s %12s %18s\n", "registered and idle", "PSS MB", "wake-ups/s", "exec to serving ms");
  double sum = 0;
  for (const std::string& service : rig::kServices) {
    const long pid = rig::process_of(**phone, service).value_or(0);
    const long before = wake_ups(pid);
    absl::SleepFor(kWatched);  // what is measured is rest
    const double rate = static_cast<double>(wake_ups(pid) - before) / absl::ToDoubleSeconds(kWatched);
    const double megabytes = pss_megabytes(pid);
    const double serving = (std::atof((*phone)->property(service, "ActiveEnterTimestampMonotonic").c_str()) -
                            std::atof((*phone)->property(service, "ExecMainStartTimestampMonotonic").c_str())) /
                           1000;
    sum += megabytes;
    std::printf("%-22s %9.1f %12.1f %18.1f\n", service.c_str(), megabytes, rate, serving);
  }
  const auto add = [&](const char* service) {
    const auto pids = pids_outside(**phone, service);
    double megabytes = 0;
    for (const long pid : pids) megabytes += pss_megabytes(pid);
    sum += megabytes;
    std::printf("%-22s %9.1f %s\n", service, megabytes, pids.empty() ? "  not running" : "");
  };
  for (const char* service : kOnDemand) add(service);
  const double mesh = sum;
  std::printf("%-22s %9.1f   goal %.0f\n", "the mesh", mesh, kGoalMegabytes);
  for (const char* service : kDriven) add(service);
  std::printf("%-22s %9.1f\n", "with what it drives", sum);
  return limit > 0 && mesh > limit * kGoalMegabytes ? 1 : 0;
}

}  // namespace
}  // namespace phone::bench

// bench-idle-mesh [LIMIT]: fails beyond LIMIT times the goal; without LIMIT it only reports.
int main(int argc, char** argv) { return phone::bench::bench(argc > 1 ? std::atof(argv[1]) : 0); }
