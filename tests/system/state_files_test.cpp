// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Proves the part of F81 that is on flash: every state file of every service is missing, empty, cut short or has one
// bit flipped when its service starts; then all of flash is full, then read-only. The service says so, starts where it
// safely can, accepts no damaged byte, and the earlier state survives.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/rig/secure_call.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;
using rig::operator+;
using rig::SecureCall;

struct File {
  const char* service;
  const char* name;
  const char* says;               // in the service's log, when the file is there and wrong
  bool needed = false;            // the service does not start without it, and says why
  bool missable = true;           // its absence means something of its own
  const char* missing = nullptr;  // what the service says that does not start without it, but with a damaged one
};
const File kFiles[] = {
    {"trust_store", "CTLFile.tlv", "is damaged"},
    {"trust_store", "ITLFile.tlv", "is damaged"},
    {"trust_store", "settings.json", "damaged and ignored"},
    {"trust_store", "lists.json", "damaged and ignored"},
    {"policy", "policy", "damaged and ignored"},
    {"network_access", "profile", "damaged and ignored"},
    {"signaling", "policy", "damaged and ignored"},
    {"signaling", "alarm", "damaged and ignored"},
    {"signaling", "history", "damaged and ignored"},
    {"certificate_manager", "order", "damaged and ignored"},
    {"certificate_manager", "policy", "damaged and ignored"},
    // Without its certificate a key has no use and is destroyed: a missing file means deletion, not damage.
    {"certificate_manager", "lsc.pem", "Not in force", false, false},
    {"certificate_manager", "mic.pem", "no valid MIC", true, false},
    {"certificate_manager", "pin", "the token cannot be used", false, true, "cannot start"},
    // Last: with it the call is gone from signaling's memory.
    {"signaling", "dialogs", "damaged and ignored"},
};

enum class Damage : uint8_t { kMissing, kEmpty, kCutShort, kFlipped };
constexpr std::pair<Damage, const char*> kDamages[] = {{Damage::kEmpty, "empty"},
                                                       {Damage::kCutShort, "cut short"},
                                                       {Damage::kFlipped, "one bit flipped"},
                                                       {Damage::kMissing, "missing"}};

std::string read_all(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

class F81_StateFiles_Peer : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = SecureCall::make();
    if (absl::IsUnavailable(made.status())) GTEST_SKIP() << made.status().message();
    ASSERT_TRUE(made.ok()) << made.status();
    call_ = *std::move(made);
  }
  void TearDown() override {
    if (!HasFailure() || !call_) return;
    call_->keep();
    std::cout << "logs of this phone: " << call_->stage().root() / "log" << std::endl;
  }

  std::string log_of(const std::string& service) {
    return read_all(call_->stage().log(rig::program_of(service) + ".log"));
  }
  std::string new_in_log(const std::string& service, size_t since) {
    const std::string all = log_of(service);
    return all.size() > since ? all.substr(since) : std::string();
  }
  rig::UnitFacts unit(const std::string& service) { return rig::units(call_->phone()).at(service); }

  // In place, owner and mode as they were.
  static void overwrite(const fs::path& file, const std::string& content) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << content;
  }
  static void spoil(const fs::path& file, const std::string& whole, Damage damage) {
    std::string flipped = whole;
    switch (damage) {
      case Damage::kMissing:
        fs::remove(file);
        return;
      case Damage::kEmpty:
        return overwrite(file, "");
      case Damage::kCutShort:
        return overwrite(file, whole.substr(0, whole.size() / 2));
      case Damage::kFlipped:
        flipped[flipped.size() * 2 / 3] = static_cast<char>(flipped[flipped.size() * 2 / 3] ^ 4);
        return overwrite(file, flipped);
    }
  }

  // What is written between the damage and the death would mend it.
  void stop_writing(const std::string& service) {
    const auto now = rig::process_of(call_->phone(), service);
    if (!now) return;
    ::kill(*now, SIGSTOP);
    rig::poll_until(absl::Seconds(5), [&] {
      return absl::StrContains(read_all(fs::path("/proc") / std::to_string(*now) / "status"), "State:\tT");
    });
  }
  void restart(const std::string& service) {
    const auto old = rig::process_of(call_->phone(), service);
    if (old) ::kill(*old, SIGKILL);
    rig::poll_until(absl::Seconds(5), [&] {
      const auto now = rig::process_of(call_->phone(), service);
      return now && now != old;
    });
  }

  void row(const File& row, Damage damage) {
    const fs::path file = call_->stage().state(row.service) / row.name;
    struct stat facts {};
    ASSERT_EQ(::stat(file.c_str(), &facts), 0) << "the phone has no such file";
    stop_writing(row.service);
    const std::string whole = read_all(file);
    ASSERT_GT(whole.size(), 2U);
    const size_t said_before = log_of(row.service).size();
    spoil(file, whole, damage);
    const std::string damaged = read_all(file);
    restart(row.service);
    const bool stops = damage == Damage::kMissing && row.missing != nullptr;
    const char* const says = stops ? row.missing : row.says;
    const bool needed = row.needed || stops;
    if (damage != Damage::kMissing || needed) {
      EXPECT_TRUE(rig::poll_until(absl::Seconds(5),
                                  [&] { return absl::StrContains(new_in_log(row.service, said_before), says); }))
          << "it does not say so: " << new_in_log(row.service, said_before);
    }
    if (!needed) {
      EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return unit(row.service).state == "active"; }));
    } else {
      EXPECT_NE(unit(row.service).state, "active");
    }
    // What the service has mended itself stays mended.
    if (!fs::exists(file) || read_all(file) == damaged) {
      overwrite(file, whole);
      ASSERT_EQ(::chown(file.c_str(), facts.st_uid, facts.st_gid), 0);
      ASSERT_EQ(::chmod(file.c_str(), facts.st_mode & 07777), 0);
      if (!needed) restart(row.service);
    }
    EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] { return unit(row.service).state == "active"; }));
    // The budget of restarts is for what happens to a phone, not for all of this in a minute.
    call_->phone().systemctl({"reset-failed", rig::unit_of(row.service)});
  }

  // A line for each file of flash that does not grow by itself.
  std::string flash() {
    const auto sums =
        rig::run({.argv = call_->phone().inside() +
                          std::vector<std::string>{
                              "sh", "-c",
                              "cd /var/lib/phone && find . -type f ! -name fill ! -path '*/record/*' ! -name "
                              "'audit.log*' ! -name '*.wav' ! -path '*/tokens/*' -exec sha256sum {} + | sort"}});
    return sums.ok() ? sums->output : std::string();
  }
  void inside(const std::string& command) {
    const auto outcome = rig::run({.argv = call_->phone().inside() + std::vector<std::string>{"sh", "-c", command}});
    ASSERT_TRUE(outcome.ok() && outcome->exit_code == 0) << command << ": " << (outcome.ok() ? outcome->output : "");
  }
  // A start from flash, and everything that would be written.
  void starts_and_changes_nothing(const char* complaint) {
    const std::string before = flash();
    const size_t said = log_of("network_access").size();
    ASSERT_TRUE(call_->phone().power_on().ok());
    EXPECT_TRUE(rig::poll_until(absl::Seconds(30), [&] {
      const auto now = call_->status();
      return now.contains("signaling") && now["signaling"].value("registered", false);
    })) << call_->status().dump(1);
    EXPECT_EQ(call_->phone().phonectl_text({"reprovision"}).exit_code, 0);
    EXPECT_TRUE(rig::poll_until(absl::Seconds(5), [&] {
      return absl::StrContains(new_in_log("network_access", said), complaint);
    })) << new_in_log("network_access", said);
    EXPECT_EQ(flash(), before);
    ASSERT_TRUE(call_->phone().power_off().ok());
  }

  std::unique_ptr<SecureCall> call_;
};

TEST_F(F81_StateFiles_Peer, DamagedOrNotWritableTheyMisleadNoService) {
  for (const File& file : kFiles) {
    for (const auto& [damage, name] : kDamages) {
      if (damage == Damage::kMissing && !file.missable) continue;
      SCOPED_TRACE(absl::StrCat(file.service, "/", file.name, " ", name));
      row(file, damage);
      if (HasFatalFailure()) return;
    }
    std::cout << "  " << file.service << "/" << file.name << ": said, and not believed\n" << std::flush;
  }
  ASSERT_TRUE(call_->phone().power_off().ok());
  {
    SCOPED_TRACE("flash is full");
    inside(
        "cp -a /var/lib/phone /run/flash && mount -t tmpfs -o size=8m,mode=755 tmpfs /var/lib/phone && "
        "cp -a /run/flash/. /var/lib/phone/ && { cat /dev/zero >/var/lib/phone/fill 2>/dev/null; true; }");
    starts_and_changes_nothing("could not be saved");
    inside("rm /var/lib/phone/fill");
  }
  {
    SCOPED_TRACE("flash is read-only");
    inside("mount -o remount,ro /var/lib/phone");
    starts_and_changes_nothing("could not be saved");
  }
}

}  // namespace
}  // namespace phone::system
