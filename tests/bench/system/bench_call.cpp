// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// What calls cost, side by side with baresip in one run, against the same lab and the same far end: from power-on to
// registered, from exec to registered, from INVITE to established, the processor in a secure call, PSS in the call.
// With --calls N also what N short calls and as many questions leave in memory.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/bench/system/process_cost.hpp"
#include "tools/rig/far_end.hpp"
#include "tools/rig/lab.hpp"
#include "tools/rig/units.hpp"

namespace phone::bench {
namespace {

using rig::operator+;

constexpr char kDevice[] = "SEP0A1B2C3D4E5F", kOurs[] = "1001", kCaller[] = "1003";
constexpr double kWarmStartGoalMs = 500, kProcessorGoal = 0.5, kGrowthGoalMegabytes = 1;
constexpr int kRounds = 5;
constexpr absl::Duration kWatched = absl::Seconds(4), kPatience = absl::Seconds(40);

double median(std::vector<double> all) {
  if (all.empty()) return 0;
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

class Calls {
 public:
  absl::Status set_up() {
    auto stage = rig::Stage::make();
    if (!stage.ok()) return stage.status();
    stage_.emplace(*std::move(stage));
    if (auto done = rig::Lab::manufacture(*stage_, kDevice); !done.ok()) return done;
    auto tones = rig::Lab::make_tones(*stage_, 440, 1000, absl::Minutes(15));
    if (!tones.ok()) return tones.status();
    tone_ = tones->far;
    (void)stage_->set_options("network_access", "--port port0");
    (void)stage_->set_options("media", "--device null");
    auto phone = rig::Phone::install(*stage_);
    if (!phone.ok()) return phone.status();
    phone_ = *std::move(phone);
    auto lab = rig::Lab::serve(*stage_, *phone_, kDevice, {"--far-end", kCaller});
    if (!lab.ok()) return lab.status();
    lab_ = *std::move(lab);
    auto far_end = baresip(rig::Lab::kFarEnd, "10.77.0.2");
    if (!far_end.ok()) return far_end.status();
    far_end_ = *std::move(far_end);
    if (auto done = phone_->power_on(); !done.ok()) return done;
    return registered(kOurs, 0).status();
  }

  // From power-on to registered, with lists and certificates on flash.
  double warm_start() {
    if (!phone_->power_off().ok()) return 0;
    const size_t skip = lab_->events().size();
    const double began = now();
    if (!phone_->power_on().ok()) return 0;
    return 1000 * (registered(kOurs, skip).value_or(began) - began);
  }
  double signaling_start() {
    const size_t skip = lab_->events().size();
    const auto process = rig::process_of(*phone_, "signaling");
    if (!process) return 0;
    ::kill(*process, SIGKILL);
    const double at = registered(kOurs, skip).value_or(0);
    // The supervisor's part is bench-death's.
    const double started = std::atof(phone_->property("signaling", "ExecMainStartTimestampMonotonic").c_str()) / 1e6;
    (void)phone_->systemctl({"reset-failed", "phone-signaling"});
    return 1000 * (at - now() + monotonic() - started);
  }
  double baresip_start() {
    const size_t skip = lab_->events().size();
    const double began = now();
    caller_.reset();
    auto caller = baresip(kCaller, "10.77.0.3");
    if (!caller.ok()) return 0;
    caller_ = *std::move(caller);
    return 1000 * (registered(kCaller, skip).value_or(began) - began);
  }

  // From the INVITE to the far end's 200, as the call manager between them sees it.
  double call(bool ours) {
    const size_t skip = lab_->events().size();
    if (ours) {
      (void)phone_->phonectl_text({"call", rig::Lab::kFarEnd});
    } else {
      (void)caller_->command("dial", rig::Lab::kFarEnd);
    }
    const double calling = call_is("calling", skip), connected = call_is("connected", skip);
    return 1000 * (connected - calling);
  }
  void hang_up(bool ours) {
    const size_t skip = lab_->events().size();
    if (ours) {
      (void)phone_->phonectl_text({"hangup"});
    } else {
      (void)caller_->command("hangup");
    }
    (void)call_is("ended", skip);
  }

  struct Cost {
    double signaling = 0, media = 0, baresip = 0;  // milliseconds of a processor for a second of the call
  };
  Cost processor() const {
    const long signaling = pid_outside(*phone_, "signaling"), media = pid_outside(*phone_, "media");
    const auto used = [&] {
      return Cost{.signaling = processor_milliseconds(signaling),
                  .media = processor_milliseconds(media),
                  .baresip = processor_milliseconds(far_end_->pid())};
    };
    const Cost before = used();
    absl::SleepFor(kWatched);  // what is measured is a call that goes on
    const Cost after = used();
    const double seconds = absl::ToDoubleSeconds(kWatched);
    return {.signaling = (after.signaling - before.signaling) / seconds,
            .media = (after.media - before.media) / seconds,
            .baresip = (after.baresip - before.baresip) / seconds};
  }

  std::map<std::string, double> own_memory() const {
    std::map<std::string, double> all;
    for (const char* service : {"signaling", "media", "gateway"}) {
      all[service] = own_megabytes(pid_outside(*phone_, service));
    }
    return all;
  }
  // Short calls, each ended by the user as soon as it is dialled, and a question after each. How many there were.
  int call_shortly(int times) {
    const std::string each = absl::StrCat("/usr/lib/phone/phonectl call ", rig::Lab::kFarEnd,
                                          " && /usr/lib/phone/phonectl hangup && /usr/lib/phone/phonectl status");
    auto done = rig::run({.argv = phone_->inside() +
                                  std::vector<std::string>{
                                      "sh", "-c",
                                      absl::StrCat("i=0 n=0; while [ $i -lt ", times, " ]; do { ", each,
                                                   "; } >/dev/null 2>&1 && n=$((n+1)); i=$((i+1)); done; echo $n")}},
                         absl::Hours(2));
    return done.ok() ? std::atoi(done->output.c_str()) : 0;
  }

  rig::Phone& phone() { return *phone_; }
  std::string suite() {
    auto status = phone_->phonectl({"status", "--json"});
    return status.ok() && !(*status)["media"]["stream"].empty()
               ? (*status)["media"]["stream"][0].value("transmitSuite", "?")
               : "no stream";
  }

 private:
  static double now() { return absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()); }
  static double monotonic() {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
  }
  absl::StatusOr<rig::FarEnd> baresip(const char* number, const char* address) {
    rig::FarEndOptions options = lab_->far_end(*stage_, number, tone_);
    options.address = address;
    options.records = false;
    return rig::FarEnd::start(*stage_, *phone_, options);
  }
  absl::StatusOr<double> registered(const std::string& number, size_t skip) {
    auto event = lab_->wait_for(
        [&](const nlohmann::json& one) {
          return one.value("event", "") == "registered" && one.value("number", "") == number;
        },
        kPatience, skip);
    if (!event.ok()) return event.status();
    return event->value("time", 0.0);
  }
  double call_is(const char* state, size_t skip) {
    auto event = lab_->wait_for(
        [&](const nlohmann::json& one) { return one.value("event", "") == "call" && one.value("state", "") == state; },
        kPatience, skip);
    return event.ok() ? event->value("time", 0.0) : 0;
  }

  std::optional<rig::Stage> stage_;
  std::unique_ptr<rig::Phone> phone_;
  std::unique_ptr<rig::Lab> lab_;
  std::optional<rig::FarEnd> far_end_, caller_;
  std::string tone_;
};

int starts_and_calls(Calls& calls, double limit) {
  bool failed = false;
  std::vector<double> warm, ours, theirs;
  for (int i = 0; i < kRounds; ++i) warm.push_back(calls.warm_start());
  std::printf("%-44s %10.0f ms   goal %.0f\n", "power-on to registered, median of 5", median(warm), kWarmStartGoalMs);
  failed |= limit > 0 && median(warm) > limit * kWarmStartGoalMs;
  for (int i = 0; i < kRounds; ++i) {
    theirs.push_back(calls.baresip_start());
    ours.push_back(calls.signaling_start());
  }
  std::printf("%-44s %10.0f ms   baresip %.0f, ratio %.2f\n", "exec to registered, median of 5", median(ours),
              median(theirs), median(ours) / median(theirs));
  ours.clear(), theirs.clear();
  for (int i = 0; i < kRounds; ++i) {
    for (const bool us : {true, false}) {
      (us ? ours : theirs).push_back(calls.call(us));
      calls.hang_up(us);
    }
  }
  std::printf("%-44s %10.1f ms   baresip %.1f, ratio %.2f\n", "INVITE to established, median of 5", median(ours),
              median(theirs), median(ours) / median(theirs));
  return failed ? 1 : 0;
}

int in_a_call(Calls& calls, double limit) {
  (void)calls.call(true);
  std::vector<double> ratio;
  Calls::Cost last;
  for (int i = 0; i < kRounds; ++i) {
    last = calls.processor();
    ratio.push_back((last.signaling + last.media) / last.baresip);
  }
  std::printf("%-44s %10.2f      goal %.2f   (%s; the last: signaling %.1f, media %.1f, baresip %.1f ms a second)\n",
              "processor in a call, of baresip's", median(ratio), kProcessorGoal, calls.suite().c_str(), last.signaling,
              last.media, last.baresip);
  double sum = 0;
  for (const char* service : kServices) sum += pss_megabytes(pid_outside(calls.phone(), service));
  std::printf("%-44s %10.1f MB\n", "PSS of the mesh in a call", sum);
  calls.hang_up(true);
  return limit > 0 && median(ratio) > limit * kProcessorGoal ? 1 : 0;
}

int memory(Calls& calls, int times) {
  int made = calls.call_shortly(times / 10);
  const auto before = calls.own_memory();
  made += calls.call_shortly(times - times / 10);
  std::printf("%d of %d calls were made and ended\n", made, times);
  bool grown = made < times * 9 / 10;
  for (const auto& [service, megabytes] : calls.own_memory()) {
    std::printf("%-44s %10.2f MB   goal %.0f more than the %.2f after a tenth of %d calls and questions\n",
                service.c_str(), megabytes, kGrowthGoalMegabytes, before.at(service), times);
    grown |= megabytes > before.at(service) + kGrowthGoalMegabytes;
  }
  return grown ? 1 : 0;
}

int bench(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  Calls calls;
  if (auto done = calls.set_up(); !done.ok()) {
    std::fprintf(stderr, "%s\n", done.ToString().c_str());
    return absl::IsUnavailable(done) ? 77 : 2;
  }
  if (argc > 2 && std::string_view(argv[1]) == "--calls") return memory(calls, std::atoi(argv[2]));
  const double limit = argc > 1 ? std::atof(argv[1]) : 0;
  const int first = starts_and_calls(calls, limit);
  return std::max(first, in_a_call(calls, limit));
}

}  // namespace
}  // namespace phone::bench

// bench-call [LIMIT]: fails beyond LIMIT times a goal; without LIMIT it only reports. bench-call --calls N: memory
// alone.
int main(int argc, char** argv) { return phone::bench::bench(argc, argv); }
