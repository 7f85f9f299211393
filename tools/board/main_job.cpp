// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/main_job.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tools/board/day_lines.hpp"
#include "tools/board/diagnostics_lines.hpp"
#include "tools/board/facts.hpp"
#include "tools/board/keep.hpp"
#include "tools/board/screen.hpp"
#include "tools/board/switch_lines.hpp"
#include "tools/rig/far_end.hpp"
#include "tools/rig/lab.hpp"

namespace phone::board {
namespace {

constexpr char kDevice[] = "SEP0A1B2C3D4E5F";
constexpr int kOurHertz = 440;   // what the phone's file device sends
constexpr int kFarHertz = 1000;  // what the far end sends

constexpr absl::Duration kRegistrationBack = absl::Seconds(2);
constexpr absl::Duration kReadyFromFlash = absl::Seconds(1);
constexpr double kBusyMachine = 5;  // times slower than the goal; the figure is shown beside it

// The phone, the lab and the far end, with the questions the lines ask.
struct Scene {
  rig::Stage& stage;
  rig::Phone& phone;
  rig::Lab& lab;
  rig::FarEnd& far_end;

  auto on_status(Fact (*question)(const Json&)) {
    return [this, question]() -> Fact {
      auto status = phone.phonectl({"status", "--json"});
      if (!status.ok()) return status.status();
      return question(*status);
    };
  }
  Fact tone(const std::string& recording, int hertz) {
    auto heard = rig::run(
        {.argv = {(stage.bin() / "phone-lab").string(), "audio-check", recording, "--hz", absl::StrCat(hertz)}});
    if (!heard.ok()) return heard.status();
    if (heard->exit_code != 0) return absl::NotFoundError(heard->output);
    std::string text = heard->output;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
};

void lines_to_a_secure_call(Board& board, Scene& scene) {
  board.hold({"link", "network_access", scene.on_status(link_is_up)});
  board.hold({"CTL and ITL installed", "trust_store", [&]() -> Fact {
                auto trust = scene.phone.phonectl({"trust", "--json"});
                return trust.ok() ? lists_are_installed(*trust) : trust.status();
              }});
  board.hold({"signed partial configuration verified", "policy", scene.on_status(partial_configuration_was_verified)});
  board.hold({"LSC enrolled", "certificate_manager", scene.on_status(lsc_is_enrolled)});
  board.hold({"encrypted configuration decrypted", "policy", scene.on_status(configuration_was_decrypted)});
  board.hold({"registered", "signaling", scene.on_status(is_registered)});
  board.hold({"trust list alarm accepted", "the call manager", [&] { return alarm_was_accepted(scene.lab.events()); }});
  board.hold({"call established", "signaling, with baresip", [&]() -> Fact {
                static bool dialled = false;
                if (!dialled) {
                  auto call = scene.phone.phonectl_text({"call", rig::Lab::kFarEnd});
                  if (call.exit_code != 0) return absl::UnavailableError(call.output);
                  dialled = true;
                }
                return scene.on_status(call_is_established)();
              }});
  board.hold({"SRTP in both directions", "media", scene.on_status(srtp_runs_both_ways)});
  board.hold({"lock icon", "signaling", scene.on_status(lock_is_shown)});
  board.hold({"secure indication tone played", "media", scene.on_status(secure_tone_was_played)});
  board.hold({"far end's tone in what the phone plays", "media's file device",
              [&] { return scene.tone(scene.stage.state("media") / "playback.wav", kFarHertz); }});
  board.hold({"our tone in what the far end hears", "baresip's recording", [&]() -> Fact {
                auto recording = scene.far_end.recording();
                return recording.ok() ? scene.tone(*recording, kOurHertz) : recording.status();
              }});
}

void lines_after_a_crash(Board& board, Scene& scene, double slack) {
  Packets before;
  absl::Time killed;
  board.hold({"signaling killed with -9 in mid-call", "systemd", [&]() -> Fact {
                auto status = scene.phone.phonectl({"status", "--json"});
                if (!status.ok()) return status.status();
                auto counted = packets(*status);
                if (!counted.ok()) return counted.status();
                before = *counted;
                killed = absl::Now();
                if (auto done = scene.phone.kill("signaling", "KILL"); !done.ok()) return done;
                return absl::StrCat(before.received, " packets received by then");
              }});
  board.hold({"registration back", "signaling",
              [&]() -> Fact {
                auto fact = scene.on_status(is_registered)();
                if (!fact.ok()) return fact;
                if (scene.phone.property("signaling", "NRestarts") == "0")
                  return absl::NotFoundError("signaling was not restarted");
                return absl::StrFormat("after %.0f ms", absl::ToDoubleMilliseconds(absl::Now() - killed));
              },
              slack* kRegistrationBack});
  board.hold({"the call is still up", "signaling", scene.on_status(call_is_established)});
  board.hold({"audio went on without a lost packet", "media", [&]() -> Fact {
                auto status = scene.phone.phonectl({"status", "--json"});
                if (!status.ok()) return status.status();
                auto after = packets(*status);
                if (!after.ok()) return after.status();
                if (after->received < before.received + 50)
                  return absl::NotFoundError("a second of packets has not come yet");
                if (after->lost != before.lost)
                  return absl::DataLossError(absl::StrCat(after->lost - before.lost, " packets lost"));
                return absl::StrCat(after->received - before.received, " more packets, 0 lost");
              }});
  board.hold({"hang-up", "signaling and media", [&]() -> Fact {
                static bool hung_up = false;
                if (!hung_up) {
                  auto done = scene.phone.phonectl_text({"hangup"});
                  if (done.exit_code != 0) return absl::UnavailableError(done.output);
                  hung_up = true;
                }
                return scene.on_status(call_has_ended)();
              }});
}

void lines_of_the_second_start(Board& board, Scene& scene, double slack) {
  absl::Time started;
  board.hold({"powered off", "systemd", [&]() -> Fact {
                if (auto done = scene.phone.power_off(); !done.ok()) return done;
                return "all services stopped, lists and LSC on flash";
              }});
  board.hold({"ready to call again", "signaling",
              [&]() -> Fact {
                if (started == absl::Time()) {
                  started = absl::Now();
                  if (auto done = scene.phone.power_on(); !done.ok()) return done;
                }
                auto fact = scene.on_status(is_registered)();
                if (!fact.ok()) return fact;
                return absl::StrFormat("%.0f ms after starting the services (goal %d)",
                                       absl::ToDoubleMilliseconds(absl::Now() - started),
                                       absl::ToInt64Milliseconds(kReadyFromFlash));
              },
              std::max(slack, kBusyMachine) * kReadyFromFlash});
}

}  // namespace

absl::Status main_job(Board& board, const MainJobOptions& options) {
  auto stage = rig::Stage::make();
  if (!stage.ok()) return stage.status();
  if (auto done = rig::Lab::manufacture(*stage, kDevice); !done.ok()) return done;
  auto tones = rig::Lab::make_tones(*stage, kOurHertz, kFarHertz);
  if (!tones.ok()) return tones.status();
  for (const auto& [service, text] : std::map<std::string, std::string>{
           {"network_access", absl::StrCat("--port port0", options.behind_switch ? Switch::kOptions : "")},
           {"media",
            absl::StrCat(
                "--device file --capture /etc/phone/capture.wav --playback /var/lib/phone/media/playback.wav")}}) {
    if (auto done = stage->set_options(service, text); !done.ok()) return done;
  }
  if (options.screen) {
    if (auto done = ScreenPort::prepare(*stage); !done.ok()) return done;
  }
  auto phone = rig::Phone::install(*stage);
  if (!phone.ok()) return phone.status();
  std::unique_ptr<Switch> network_switch;
  if (options.behind_switch) {
    auto made = Switch::set_up(*stage, **phone, kDevice);
    if (!made.ok()) return made.status();
    network_switch = *std::move(made);
  }
  std::vector<std::string> arguments{"--far-end", kSecondFarEnd};
  for (const absl::string_view word : absl::StrSplit(options.lab, ' ', absl::SkipEmpty())) arguments.emplace_back(word);
  if (options.diagnostics) {
    if (auto placed = DiagnosticsDoor::place_certificates(*stage); !placed.ok()) return placed;
    for (std::string& word : DiagnosticsDoor::lab_arguments()) arguments.push_back(std::move(word));
  }
  auto lab = rig::Lab::serve(*stage, **phone, kDevice, arguments);
  if (!lab.ok()) return lab.status();
  auto far_end = rig::FarEnd::start(*stage, **phone, (*lab)->far_end(*stage, rig::Lab::kFarEnd, tones->far));
  if (!far_end.ok()) return far_end.status();

  rig::FarEndOptions second = (*lab)->far_end(*stage, kSecondFarEnd, tones->far);
  second.address = "10.77.0.3";
  auto second_far_end = rig::FarEnd::start(*stage, **phone, second);
  if (!second_far_end.ok()) return second_far_end.status();

  Scene scene{*stage, **phone, **lab, *far_end};
  board.headline(absl::StrCat("A fresh phone, ", kDevice, ", from power-on to a secure call"));
  board.power_on();
  if (auto done = (*phone)->power_on(); !done.ok()) return done;
  std::optional<ScreenPort> screen;
  if (options.screen) {
    auto port = ScreenPort::open(*stage, **phone);
    if (!port.ok()) return port.status();
    screen.emplace(*std::move(port));
    board.headline(absl::StrCat("Its screen: http://", ScreenPort::kAddress, "/"));
  }
  if (network_switch) network_switch->lines_until_both_are_authenticated(board);
  lines_to_a_secure_call(board, scene);
  if (network_switch) network_switch->lines_when_the_pc_leaves(board);
  lines_after_a_crash(board, scene, options.slack);
  lines_of_a_working_day(board, **phone);
  board.headline("The same phone, started again");
  board.power_on();
  lines_of_the_second_start(board, scene, options.slack);
  if (options.screen) {  // with the power its network namespace went
    screen.reset();
    auto port = ScreenPort::open(*stage, **phone);
    if (!port.ok()) return port.status();
    screen.emplace(*std::move(port));
  }
  if (network_switch) network_switch->line_that_the_phone_is_authenticated(board, "authenticated again");

  if (options.diagnostics) line_of_remote_diagnostics(board, *stage, **phone);

  if (!board.all_true()) {
    stage->keep();
    std::printf("\nlogs: %s\n", (stage->root() / "log").c_str());
  }
  if (options.keep) {
    std::printf("\nThe phone stays up. Look inside with\n  %s /usr/lib/phone/phonectl status\n",
                absl::StrJoin((*phone)->inside(), " ").c_str());
    if (const auto words = DiagnosticsDoor::far_away(*stage, **phone); options.diagnostics && words.ok())
      std::printf("and from far away with\n  %s status\n", absl::StrJoin(*words, " ").c_str());
    std::printf(
        "Change its configuration, as in the call manager's administration, with\n"
        "  %s configure --dir %s --set vendorConfig/fipsMode=true\n"
        "(--unset takes it back; deploy/manual/article.md has the elements.)\n",
        (stage->bin() / "phone-lab").c_str(), stage->lab().c_str());
    std::printf("%s\n", how_to_end());
    std::fflush(stdout);
    wait_for_end();
  }
  return absl::OkStatus();
}

}  // namespace phone::board
