// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/lab.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace phone::rig {
namespace {

namespace fs = std::filesystem;

absl::Status command(std::vector<std::string> argv, const std::string& log) {
  auto outcome = run({.argv = argv, .output = log}, absl::Minutes(3));  // keys are made, on shared machines
  if (!outcome.ok()) return outcome.status();
  if (outcome->exit_code != 0) return absl::InternalError(absl::StrCat(argv[0], " ", argv[1], " failed, see ", log));
  return absl::OkStatus();
}

// The keys and certificates of a cluster, copied from those that the first phone of the day got: a score of RSA keys
// take as much processor time as a phone's start.
absl::Status cluster(const Stage& stage, const std::string& lab, const std::string& log) {
  const fs::path all = fs::path(PHONE_BINARY_DIR) / "clusters";
  const fs::path today = all / absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone());
  std::error_code error;
  const bool there = fs::exists(today, error);
  if (there) fs::copy(today, stage.lab(), fs::copy_options::recursive, error);
  if (error) return absl::InternalError(absl::StrCat(today.string(), ": ", error.message()));
  auto done = command({lab, "pki", "--dir", stage.lab().string(), "--host", Lab::kAddress, "--host", Lab::kAddress6,
                       "--far-end", Lab::kFarEnd},
                      log);
  if (!done.ok() || there) return done;
  // Several tests may be first; that of one is kept, whole or not at all.
  const fs::path mine = absl::StrCat(today.string(), ".", getpid());
  fs::remove_all(mine, error);
  fs::create_directories(mine, error);
  fs::copy(stage.lab(), mine, fs::copy_options::recursive, error);
  if (!error) fs::rename(mine, today, error);
  if (error) fs::remove_all(mine, error);
  return absl::OkStatus();
}

absl::Status make_tone(const Stage& stage, const std::string& file, int hertz, absl::Duration length) {
  return command({(stage.bin() / "phone-lab").string(), "tone", "--hz", absl::StrCat(hertz), "--seconds",
                  absl::StrCat(absl::ToInt64Seconds(length)), file},
                 stage.log("phone-lab-setup.log").string());
}

}  // namespace

absl::Status Lab::manufacture(const Stage& stage, const std::string& device) {
  const std::string lab = (stage.bin() / "phone-lab").string();
  const std::string log = stage.log("phone-lab-setup.log").string();
  if (auto done = cluster(stage, lab, log); !done.ok()) return done;
  return command({lab, "manufacture", "--dir", stage.lab().string(), "--device", device, "--state-dir",
                  stage.state("certificate_manager").string(), "--owner", "7402:7402", "--program",
                  (stage.bin() / "phone-manufacture").string()},
                 log);
}

absl::StatusOr<std::unique_ptr<Lab>> Lab::serve(const Stage& stage, const Phone& phone, const std::string& device,
                                                std::vector<std::string> arguments, const std::string& bind) {
  auto lab = std::make_unique<Lab>();
  if (auto given = lab->give_addresses(stage, phone, "10.77.0.50", "10.77.0.60"); !given.ok()) return given;
  lab->events_ = (stage.root() / "lab-events.jsonl").string();
  std::error_code none;
  fs::remove(lab->events_, none);  // a lab that is started anew has seen nothing
  const std::vector<std::string> serve{(stage.bin() / "phone-lab").string(),
                                       "serve",
                                       "--dir",
                                       stage.lab().string(),
                                       "--bind",
                                       bind,
                                       "--device",
                                       device,
                                       "--fault-file",
                                       (stage.root() / "lab-faults").string(),
                                       "--control-file",
                                       (stage.root() / "lab-orders").string(),
                                       "--events",
                                       lab->events_};
  auto serving =
      Process::start({.argv = phone.beside() + serve + arguments, .output = stage.log("phone-lab.log").string()});
  if (!serving.ok()) return serving.status();
  lab->serving_ = *std::move(serving);
  const bool ready = poll_until(absl::Seconds(15), [&] { return !lab->events().empty() || !lab->serving_.running(); });
  if (!ready || !lab->serving_.running())
    return absl::UnavailableError("phone-lab does not serve; see log/phone-lab.log");
  return lab;
}

absl::Status Lab::give_addresses(const Stage& stage, const Phone& phone, const std::string& first,
                                 const std::string& last, const std::vector<std::string>& options) {
  dhcp_ = Process();
  const auto leases = stage.root() / "leases";
  std::error_code none;
  fs::remove(leases, none);
  // It answers for names only where a test wants it to.
  const bool names =
      std::any_of(options.begin(), options.end(), [](const auto& one) { return one.starts_with("--port"); });
  auto dhcp = Process::start(
      {.argv = phone.beside() +
               std::vector<std::string>{
                   "dnsmasq", "--keep-in-foreground", "--user=root", "--conf-file=/dev/null", "--interface=lab0",
                   "--bind-interfaces", "--dhcp-authoritative", absl::StrCat("--dhcp-range=", first, ",", last, ",1h"),
                   absl::StrCat("--dhcp-option=150,", kAddress), absl::StrCat("--dhcp-leasefile=", leases.string()),
                   "--log-facility=-", "--pid-file"} +
               (names ? std::vector<std::string>{} : std::vector<std::string>{"--port=0"}) + options,
       .output = stage.log("dnsmasq.log").string()});
  if (!dhcp.ok()) return dhcp.status();
  dhcp_ = *std::move(dhcp);
  return absl::OkStatus();
}

absl::StatusOr<Lab::Tones> Lab::make_tones(const Stage& stage, int our_hertz, int far_hertz, absl::Duration length) {
  Tones tones{.ours = (stage.etc() / "capture.wav").string(), .far = {}};
  // Ours is played in a loop, the far end's is not.
  if (auto done = make_tone(stage, tones.ours, our_hertz, absl::Minutes(1)); !done.ok()) return done;
  auto far = make_far_tone(stage, far_hertz, length, "far-tone.wav");
  if (!far.ok()) return far.status();
  tones.far = *std::move(far);
  return tones;
}

absl::StatusOr<std::string> Lab::make_far_tone(const Stage& stage, int hertz, absl::Duration length,
                                               const std::string& name) {
  std::string file = (stage.lab() / name).string();
  if (auto done = make_tone(stage, file, hertz, length); !done.ok()) return done;
  return file;
}

FarEndOptions Lab::far_end(const Stage& stage, const std::string& number, const std::string& tone) const {
  return {.number = number,
          .certificate = (stage.lab() / "far-end" / absl::StrCat(number, ".both.pem")).string(),
          .authorities = (stage.lab() / "far-end" / absl::StrCat(number, ".ca.pem")).string(),
          .tone = tone};
}

absl::Status Lab::join_six(const Phone& phone) {
  const auto add = [](const std::vector<std::string>& where, const std::string& address, const char* device) {
    return run({.argv = where + std::vector<std::string>{"ip", "-6", "addr", "add", absl::StrCat(address, "/64"), "dev",
                                                         device, "nodad"}});
  };
  for (const auto& outcome : {add(phone.beside(), kAddress6, "lab0"), add(phone.inside(), "fd77::50", "port0")}) {
    if (!outcome.ok()) return outcome.status();
    if (outcome->exit_code != 0) return absl::InternalError(outcome->output);
  }
  return absl::OkStatus();
}

absl::Status Lab::give_six(const Phone& phone) {
  const std::string line =
      absl::StrCat("ip -4 address flush dev lab0; ip -6 address add ", kAddress6, "/64 dev lab0 nodad");
  const auto outcome = run({.argv = phone.beside() + std::vector<std::string>{"sh", "-c", line}});
  if (!outcome.ok()) return outcome.status();
  return outcome->exit_code == 0 ? absl::OkStatus() : absl::InternalError(outcome->output);
}

absl::Status Lab::order(const Stage& stage, const std::string& line) {
  std::ofstream out(stage.root() / "lab-orders", std::ios::app);
  out << line << "\n";
  out.close();
  return out ? absl::OkStatus() : absl::InternalError("cannot write the lab's orders");
}

absl::Status Lab::misbehave(const Stage& stage, const std::string& faults) { return stage.put("lab-faults", faults); }

std::vector<nlohmann::json> Lab::events() const {
  std::vector<nlohmann::json> events;
  std::ifstream in(events_);
  for (std::string line; std::getline(in, line);) {
    auto event = nlohmann::json::parse(line, nullptr, false);
    if (!event.is_discarded()) events.push_back(std::move(event));
  }
  return events;
}

absl::StatusOr<nlohmann::json> Lab::wait_for(std::function<bool(const nlohmann::json&)> wanted, absl::Duration timeout,
                                             size_t skip) const {
  nlohmann::json found;
  const bool seen = poll_until(timeout, [&] {
    const auto all = events();
    for (size_t i = skip; i < all.size(); ++i) {
      if (wanted(all[i])) {
        found = all[i];
        return true;
      }
    }
    return false;
  });
  if (!seen) return absl::DeadlineExceededError("the call manager has not seen it");
  return found;
}

}  // namespace phone::rig
