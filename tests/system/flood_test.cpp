// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves the limits of F84 and that calls survive them (F81): every listener and every answer flooded while a call is
// up. The call lives, its audio arrives, no process dies, memory stays within 5 MB of its value before, and everything
// recovers by itself. 5 s each; PHONE_FLOOD_SECONDS, which tools/soak sets, makes it longer.
#include <cstdlib>
#include <fstream>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/system/scene/listening.hpp"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/relaxed.hpp"

namespace phone::system {
namespace {

using rig::operator+;

constexpr int64_t kMostGrowthKilobytes = rig::kFlatMegabytes * 1024;
constexpr uint32_t kDoor = 8443;

const char* const kServices[] = {"trust_store",    "certificate_manager", "enrolment", "policy",
                                 "network_access", "signaling",           "media",     "gateway"};

double flood_seconds() {
  double seconds = 5;
  if (const char* text = std::getenv("PHONE_FLOOD_SECONDS")) (void)absl::SimpleAtod(text, &seconds);
  return seconds;
}

class F81_CallsSurvive_Flood_Peer : public Scene {
 protected:
  void start() {
    give_the_door_an_identity();
    serve({"--remote-diagnostics", "--set", absl::StrCat("vendorConfig/remoteDiagnosticsPort=", kDoor)});
    auto far_end = ring_up(absl::Minutes(2) + 10 * absl::Seconds(flood_seconds()));
    ASSERT_TRUE(far_end.ok()) << far_end.status();
    far_end_.emplace(*std::move(far_end));
    ASSERT_TRUE(rig::poll_until(absl::Seconds(20), [&] { return received() > 100; })) << status().dump(1);
    for (const char* service : kServices) restarts_[service] = phone_->property(service, "NRestarts");
  }

  // The lab's own certificates, as an administrator would put them into the gateway's directory.
  void give_the_door_an_identity() {
    namespace fs = std::filesystem;
    const fs::path directory = stage_->state("gateway");
    fs::create_directories(directory);
    const std::map<std::string, std::string> files = {{"diagnostics.crt", "diagnostics-door.pem"},
                                                      {"diagnostics.key", "diagnostics-door.pem"},
                                                      {"diagnostics-ca.crt", "diagnostics-ca.crt"}};
    for (const auto& [to, from] : files) {
      fs::copy_file(stage_->lab() / from, directory / to, fs::copy_options::overwrite_existing);
      fs::permissions(directory / to, fs::perms(0644));
    }
  }

  int64_t received() {
    const auto now = status();
    if (!now.contains("media") || !now["media"].contains("stream")) return 0;
    int64_t packets = 0;
    (void)absl::SimpleAtoi(now["media"]["stream"][0].value("packetsReceived", "0"), &packets);
    return packets;
  }

  // Anonymous memory of each process: what a flood could make grow.
  std::map<std::string, int64_t> memory() {
    std::map<std::string, int64_t> kilobytes;
    for (const char* service : kServices) {
      const auto pid = std::string(absl::StripAsciiWhitespace(phone_->property(service, "MainPID")));
      auto line =
          rig::run({.argv = phone_->inside() + std::vector<std::string>{"awk", "/^RssAnon/ {print $2}",
                                                                        absl::StrCat("/proc/", pid, "/status")}});
      if (line.ok()) (void)absl::SimpleAtoi(absl::StripAsciiWhitespace(line->output), &kilobytes[service]);
    }
    return kilobytes;
  }

  // Runs one flood twice: short, to let buffers find their size, then long, and measured.
  void survive(const std::string& name, const std::function<void(double seconds)>& flood) {
    SCOPED_TRACE(name);
    flood(1.5);
    const auto before = memory();
    const int64_t packets = received();
    const double seconds = flood_seconds();
    const absl::Time began = absl::Now();
    flood(seconds);
    const auto after = memory();
    const double took = absl::ToDoubleSeconds(absl::Now() - began);
    const int64_t arrived = received() - packets;
    EXPECT_TRUE(has_call(status())) << status().dump(1);
    for (const char* service : kServices) {
      EXPECT_EQ(phone_->property(service, "NRestarts"), restarts_[service]) << service << " died";
      // One that came meanwhile, as enrolment does for an order, has not grown.
      if (before.at(service) == 0) continue;
      EXPECT_LE(after.at(service) - before.at(service), kMostGrowthKilobytes) << service << " grew";
    }
    std::cout << "  " << name << ": " << took << " s, " << arrived << " audio packets arrived, growth (kB)";
    for (const char* service : kServices) std::cout << " " << service << " " << after.at(service) - before.at(service);
    std::cout << std::endl;
    // 50 packets a second; half of them on a machine that the flood keeps busy as well.
    EXPECT_GE(arrived, static_cast<int64_t>(25 * seconds)) << "audio stopped";
    EXPECT_TRUE(becomes_registered(absl::Seconds(20))) << status().dump(1);
    EXPECT_TRUE(status_becomes([](const auto& now) { return !now.contains("unreachable"); }, absl::Seconds(10)));
  }

  // phone-flood from the lab's side of the cable.
  void from_outside(const std::string& kind, uint32_t port, double seconds) {
    auto outcome = rig::run(
        {.argv = phone_->beside() + std::vector<std::string>{PHONE_BINARY_DIR "/bin/phone-flood", kind, address(),
                                                             absl::StrCat(port), "--seconds", absl::StrCat(seconds)}},
        absl::Seconds(seconds + 20));
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    sent_ = std::string(absl::StripAsciiWhitespace(outcome->output));
  }

  // One of the lab's own, for as long.
  void by_the_lab(const std::string& faults, double seconds, const std::function<void()>& ask) {
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, faults).ok());
    const absl::Time until = absl::Now() + absl::Seconds(seconds);
    ask();
    (void)rig::poll_until(
        until - absl::Now(), [] { return false; }, absl::Milliseconds(100));
    ASSERT_TRUE(rig::Lab::misbehave(*stage_, "").ok());
  }

  std::string address() {
    const auto now = status();
    const std::string first = now["network"]["address"][0].get<std::string>();
    return first.substr(0, first.find('/'));
  }
  // RTP is the even port below RTCP. It is not in the list itself once its socket is connected to the far end.
  uint32_t media_port() {
    uint32_t lowest = 0;
    for (const Bound& bound : listening(*phone_).value_or(std::vector<Bound>{})) {
      if (bound.protocol == "udp" && bound.uid == 7407 && (lowest == 0 || bound.port < lowest)) lowest = bound.port;
    }
    return lowest & ~1u;  // RTP is the even one, and once connected no longer among those that hear everybody
  }
  void reprovision() { EXPECT_EQ(phone_->phonectl_text({"reprovision"}).exit_code, 0); }
  bool is_told(const std::string& words) {
    return rig::poll_until(
        absl::Seconds(15), [&] { return absl::StrContains(status().dump(), words); }, absl::Milliseconds(200));
  }

  size_t asked_endlessly() {
    size_t count = 0;
    for (const auto& event : lab_->events()) count += event.value("command", "") == "endless" ? 1 : 0;
    return count;
  }

  std::optional<rig::FarEnd> far_end_;
  std::map<std::string, std::string> restarts_;
  std::string sent_;
};

TEST_F(F81_CallsSurvive_Flood_Peer, EveryListenerAndEveryAnswerFloodedWhileACallIsUp) {
  start();
  if (HasFatalFailure()) return;
  survive("RTP port", [&](double seconds) { from_outside("udp", media_port(), seconds); });
  std::cout << "    " << sent_ << " packets sent\n";
  EXPECT_TRUE(is_told("UDP packets to a port without a stream")) << status().dump(1);
  survive("RTCP port", [&](double seconds) { from_outside("udp", media_port() + 1, seconds); });
  survive("SIP over TLS", [&](double seconds) { by_the_lab("sip=endless\n", seconds, [] {}); });
  // A file of a signer whom no list has: the trust store asks TVS.
  survive("TVS answers",
          [&](double seconds) { by_the_lab("tvs=endless\nenc=stranger\n", seconds, [&] { reprovision(); }); });
  EXPECT_GT(asked_endlessly(), 0u) << "TVS was never asked";
  survive("CAPF answers", [&](double seconds) {
    by_the_lab("capf=endless\n", seconds, [&] { (void)phone_->phonectl_text({"enrol", "--by", "null"}); });
  });
  survive("diagnostics door", [&](double seconds) { from_outside("tcp", kDoor, seconds); });
  std::cout << "    " << sent_ << " connections made\n";
  EXPECT_TRUE(absl::StrContains(phone_->phonectl_text({"metrics"}).output,
                                "phone_refusals_total{service=\"gateway\",what=\"tcp_surplus\"}"));
  EXPECT_TRUE(is_told("TCP connections beyond")) << status().dump(1);
}

TEST_F(F81_CallsSurvive_Flood_Peer, DownloadsWithoutEndWhileACallIsUp) {
  start();
  if (HasFatalFailure()) return;
  survive("HTTP downloads", [&](double seconds) {
    by_the_lab("itl=endless\nctl=endless\nenc=endless\nhttp=endless\n", seconds, [&] { reprovision(); });
  });
  EXPECT_TRUE(is_told("incident")) << status().dump(1);
}

}  // namespace
}  // namespace phone::system
