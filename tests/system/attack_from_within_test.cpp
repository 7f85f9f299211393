// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves F100: each process of the mesh in turn is the attacker, with its own uid and groups, on every socket, process
// and directory it can reach, while a call is up. The call lives, no process but an attacked one ends and that one is
// back by itself, the phone is registered afterwards, and an incident names the attacker. PHONE_ATTACK_SECONDS: how
// long each attack on sockets takes (tools/soak: longer).
#include <cstdlib>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/system/scene/scene.hpp"
#include "tools/rig/relaxed.hpp"
#include "tools/rig/units.hpp"

namespace phone::system {
namespace {

using rig::operator+;

double attack_seconds() {
  double seconds = 2;
  if (const char* text = std::getenv("PHONE_ATTACK_SECONDS")) (void)absl::SimpleAtod(text, &seconds);
  return seconds;
}

// A user of the phone with the groups its unit gives it.
struct Attacker {
  std::string role;  // "signaling"
  std::string user;
  std::string groups;
};

// From the units as they ship, and the UI app, which has none here.
std::vector<Attacker> attackers() {
  std::vector<Attacker> all;
  for (const auto& entry : std::filesystem::directory_iterator(PHONE_SOURCE_DIR "/deploy/units")) {
    if (entry.path().extension() != ".service") continue;
    std::ifstream unit(entry.path());
    Attacker one;
    std::vector<std::string> groups;
    for (std::string line; std::getline(unit, line);) {
      const std::pair<std::string, std::string> setting = absl::StrSplit(line, absl::MaxSplits('=', 1));
      if (setting.first == "User") one.user = setting.second;
      if (setting.first == "Group") groups.push_back(setting.second);
      if (setting.first != "SupplementaryGroups") continue;
      for (const absl::string_view name : absl::StrSplit(setting.second, ' ')) groups.emplace_back(name);
    }
    if (one.user.empty()) continue;
    one.role = absl::StrJoin(absl::StrSplit(one.user.substr(6), '-'), "_");
    one.groups = absl::StrJoin(groups, ",");
    all.push_back(one);
  }
  all.push_back({"ui", "phone-ui", "phone-to-gateway"});
  return all;
}

class F100_AttackFromWithin_Peer : public Scene {
 protected:
  F100_AttackFromWithin_Peer() : Scene(rig::Phone::MemoryController::kYes) {}

  void SetUp() override {
    Scene::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::error_code error;
    std::filesystem::copy_file(PHONE_ATTACKER, stage_->bin() / "mesh-attacker", error);
    ASSERT_FALSE(error) << error.message();
    serve();
    auto far_end = ring_up(absl::Minutes(10));
    ASSERT_TRUE(far_end.ok()) << far_end.status();
    far_end_.emplace(*std::move(far_end));
  }

  std::string attack(const Attacker& attacker, std::vector<std::string> words) {
    auto outcome =
        rig::run({.argv = phone_->inside() +
                          std::vector<std::string>{"setpriv", "--reuid", attacker.user, "--regid", attacker.user,
                                                   "--groups", attacker.groups, "--bounding-set", "-all", "--inh-caps",
                                                   "-all", "/usr/lib/phone/mesh-attacker"} +
                          words},
                 absl::Seconds(60 + attack_seconds()));
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->output : "";
  }

  // The services whose sockets were within the attacker's reach.
  static std::set<std::string> attacked(const std::string& said) {
    std::set<std::string> services;
    for (const absl::string_view line : absl::StrSplit(said, '\n')) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ');
      if (words.size() == 2 && words[0] == "socket")
        services.insert(std::filesystem::path(words[1]).parent_path().filename());
    }
    return services;
  }

  std::vector<std::string> sockets() {
    auto found = rig::run({.argv = phone_->inside() + std::vector<std::string>{"find", "/run/phone", "-type", "s"}});
    return found.ok() ? std::vector<std::string>(absl::StrSplit(found->output, '\n', absl::SkipEmpty()))
                      : std::vector<std::string>();
  }

  // How often each service was started again because of a death.
  std::map<std::string, long> restarts() {
    std::map<std::string, long> counted;
    for (const auto& [service, facts] : rig::units(*phone_)) counted[service] = facts.restarts;
    return counted;
  }

  void all_is_well(const Attacker& attacker) {
    EXPECT_TRUE(status_becomes(
        [](const nlohmann::json& now) { return has_call(now) && is_registered(now) && !now.contains("unreachable"); },
        absl::Seconds(30)))
        << "after " << attacker.role << ": " << status().dump(1);
    for (const auto& [service, facts] : rig::units(*phone_)) {
      EXPECT_EQ(facts.state, "active") << service << " after " << attacker.role;
    }
  }

  // An incident that names the attacker by its role and uid.
  bool is_named(const Attacker& attacker) {
    return status_becomes(
        [&](const nlohmann::json& now) {
          for (const auto& one : now.value("incident", nlohmann::json::array())) {
            if (one.value("kind", "") == "incident.caller_refused" &&
                absl::StrContains(one.value("text", ""), absl::StrCat(attacker.role, " (uid "))) {
              return true;
            }
          }
          return false;
        },
        absl::Seconds(15));
  }

  std::optional<rig::FarEnd> far_end_;
};

TEST_F(F100_AttackFromWithin_Peer, EveryRoleOnEverySocketItReaches) {
  const auto all = sockets();
  ASSERT_GE(all.size(), 7u);
  for (const auto& attacker : attackers()) {
    SCOPED_TRACE(attacker.role);
    const auto before = restarts();
    const auto said =
        attack(attacker, std::vector<std::string>{"sockets", absl::StrCat(attack_seconds()), "all"} + all);
    const auto reached = attacked(said);
    all_is_well(attacker);
    long deaths = 0;
    for (const auto& [service, count] : restarts()) {
      deaths += count - before.at(service);
      if (reached.contains(service)) continue;
      EXPECT_EQ(count, before.at(service)) << service << " was not attacked and ended";
    }
    std::cout << "  " << attacker.role << " attacked " << absl::StrJoin(reached, " ") << ": " << deaths << " deaths\n";
    EXPECT_LE(deaths, static_cast<long>(reached.size())) << "cut off at the first death it causes";
    // Its own socket and the two without gRPC report no attacker.
    auto others = reached;
    for (const auto& door : {attacker.role, std::string("download"), std::string("enrolment")}) others.erase(door);
    if (others.empty()) continue;
    EXPECT_TRUE(is_named(attacker)) << status()["incident"].dump(1);
  }
}

// The supplicant pours its bytes into certificate_manager, which then dies.
TEST_F(F100_AttackFromWithin_Peer, TheCallersAtADeathAreNamedAndShutOutAndNoOthers) {
  const std::string victim = "certificate_manager";
  const std::string socket = absl::StrCat("/run/phone/", victim, "/grpc.sock");
  const auto let_in = [&](const Attacker& one) { return attack(one, {"knock", socket}) == "let in\n"; };
  std::vector<Attacker> others;
  Attacker attacker;
  for (const auto& one : attackers()) {
    if (one.role == "supplicant") attacker = one;
    if (one.role == "gateway" || one.role == "policy" || one.role == "trust_store") others.push_back(one);
  }
  ASSERT_EQ(others.size(), 3u);
  ASSERT_TRUE(let_in(attacker));
  const auto before = rig::units(*phone_).at(victim);
  attack(attacker, {"sockets", "1", "large-bodies", socket});
  ASSERT_TRUE(phone_->kill(victim, "KILL").ok());
  ASSERT_TRUE(rig::poll_until(absl::Seconds(10), [&] {
    const auto now = rig::units(*phone_).at(victim);
    return now.state == "active" && now.main_pid != before.main_pid;
  }));
  EXPECT_FALSE(let_in(attacker));
  for (const auto& other : others) EXPECT_TRUE(let_in(other)) << other.role;
  const std::string named = absl::StrCat(victim, " ended (killed by signal KILL): supplicant (uid 7411, pid ");
  EXPECT_TRUE(status_becomes(
      [&](const nlohmann::json& now) {
        for (const auto& one : now.value("incident", nlohmann::json::array())) {
          const std::string text = one.value("text", "");
          if (absl::StartsWith(text, named) && absl::StrContains(text, " MB just before and is refused for ")) {
            return one.value("kind", "") == "incident.caller_refused";
          }
        }
        return false;
      },
      absl::Seconds(15)))
      << status()["incident"].dump(1);
  EXPECT_TRUE(rig::poll_until(absl::Seconds(40), [&] { return let_in(attacker); })) << "not for ever";
  all_is_well(attacker);
}

TEST_F(F100_AttackFromWithin_Peer, NoRoleReachesAnotherProcess) {
  for (const auto& attacker : attackers()) {
    EXPECT_EQ(attack(attacker, {"processes"}), "") << attacker.role;
    all_is_well(attacker);
  }
}

// What it lays into directories that others use as well is there while every service starts anew.
TEST_F(F100_AttackFromWithin_Peer, FilesThatARolePutsIntoDirectoriesStopNoOther) {
  for (const auto& attacker : attackers()) {
    SCOPED_TRACE(attacker.role);
    const auto said = attack(attacker, {"directories", "plant"});
    for (const auto& service : rig::kServices) {
      // What a process does to its own state is its own end; here it is held against the others.
      if (service == attacker.role) continue;
      const auto before = rig::units(*phone_).at(service);
      ASSERT_TRUE(phone_->kill(service, "KILL").ok());
      EXPECT_TRUE(rig::poll_until(absl::Seconds(15),
                                  [&] {
                                    const auto now = rig::units(*phone_).at(service);
                                    return now.state == "active" && now.main_pid != before.main_pid &&
                                           now.main_pid != "0";
                                  }))
          << service << " does not start; within reach:\n"
          << said;
    }
    attack(attacker, {"directories", "clear"});
    all_is_well(attacker);
  }
}

}  // namespace
}  // namespace phone::system
