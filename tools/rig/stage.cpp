// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/rig/stage.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "tools/rig/relaxed.hpp"

namespace phone::rig {
namespace fs = std::filesystem;
namespace {

// Hard links where the file system allows: a build's binaries are large, and a rebuild makes new files.
void link_or_copy(const fs::path& from, const fs::path& to, std::error_code& error) {
  fs::create_hard_link(from, to, error);
  if (error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
}

constexpr char kRigDropIn[] = R"([Service]
StandardOutput=null
StandardError=append:%s/%%N.log
)";

// Sanitizers reserve terabytes of address space, trace themselves at exit and are slow: limits and watchdog are relaxed
// for such builds only.
constexpr char kSanitizerDropIn[] = R"([Service]
MemoryMax=infinity
WatchdogSec=60
TimeoutStartSec=60
MemoryDenyWriteExecute=no
SystemCallFilter=
Environment=ASAN_OPTIONS=detect_leaks=0
)";

// An emulated machine is slow as well; nothing else is relaxed there.
constexpr char kSlowDropIn[] = R"([Service]
WatchdogSec=60
TimeoutStartSec=120
)";

// Debian's programs, which have no watchdog.
constexpr char kClockDropIn[] =
    "[Unit]\nConditionVirtualization=\n[Service]\nDynamicUser=no\nExecStart=\n"
    "ExecStart=-/bin/cp /run/phone-time/set-time /run/phone-time-was-set\nProtectSystem=no\n"
    "AmbientCapabilities=\nCapabilityBoundingSet=\n";

constexpr char kUnwatchedDropIn[] = "[Service]\nWatchdogSec=0\n";
// The supplicant loads a module of ours.
constexpr char kPreloadDropIn[] = "[Service]\nEnvironment=LD_PRELOAD=libasan.so.8\n";

// "Power off": systemd is up, no service of the phone is.
constexpr char kOffTarget[] = "[Unit]\nDescription=Nothing yet\nDefaultDependencies=no\n";

}  // namespace

absl::StatusOr<Stage> Stage::make() {
  std::string pattern = (fs::temp_directory_path() / "phonemesh-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return absl::ErrnoToStatus(errno, pattern);
  Stage stage{fs::path(pattern)};
  std::error_code error;
  fs::permissions(stage.root_, fs::perms(0755), error);
  for (const char* directory : {"bin", "etc", "state", "units", "units/phone-.service.d", "log", "lab"}) {
    fs::create_directories(stage.root_ / directory, error);
  }
  const fs::path build = PHONE_BINARY_DIR;
  const fs::path source = PHONE_SOURCE_DIR;
  for (const auto& entry : fs::directory_iterator(build / "bin", error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("phone") || name.starts_with("libphone"))
      link_or_copy(entry.path(), stage.bin() / name, error);
  }
  for (const auto& entry : fs::directory_iterator(source / "deploy" / "units", error)) {
    fs::copy(entry.path(), stage.root_ / "units" / entry.path().filename(), fs::copy_options::recursive, error);
  }
  fs::copy(source / "deploy" / "libexec", stage.bin(),
           fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  if (fs::exists(build / ".." / "screen" / "site", error))
    fs::copy(build / ".." / "screen" / "site", stage.bin() / "screen", fs::copy_options::recursive, error);
  for (const char* file : {"roles", "sysusers.conf", "tmpfiles.conf", "escalation"})
    fs::copy_file(source / "deploy" / file, stage.etc() / file, error);
  if (error && error != std::errc::no_such_file_or_directory) return absl::InternalError(error.message());

  std::string drop_in(kRigDropIn);
  drop_in.replace(drop_in.find("%s"), 2, (stage.root_ / "log").string());
  drop_in.replace(drop_in.find("%%"), 2, "%");
  if (auto done = stage.put("units/phone-.service.d/10-rig.conf", drop_in); !done.ok()) return done;
  if (kRelaxed) {
    fs::create_directories(stage.root_ / "units/phone-supplicant.service.d", error);
    if (auto done = stage.put("units/phone-.service.d/20-sanitizer.conf", kSanitizerDropIn); !done.ok()) return done;
    if (auto done = stage.put("units/phone-supplicant.service.d/20-sanitizer.conf", kPreloadDropIn); !done.ok()) {
      return done;
    }
  }
  if (std::getenv("PHONE_SLOWNESS") != nullptr) {
    if (auto done = stage.put("units/phone-.service.d/20-slow.conf", kSlowDropIn); !done.ok()) return done;
  }
  for (const char* unit : {"phone-supplicant", "phone-lldp"}) {
    const fs::path directory = absl::StrCat("units/", unit, ".service.d");
    fs::create_directories(stage.root_ / directory, error);
    if (auto done = stage.put(directory / "30-unwatched.conf", kUnwatchedDropIn); !done.ok()) return done;
  }
  // A test shares its clock with the machine: what would be set is only written down.
  fs::create_directories(stage.root_ / "units/set-phone-clock.service.d", error);
  if (auto done = stage.put("units/set-phone-clock.service.d/10-rig.conf", kClockDropIn); !done.ok()) return done;
  if (auto done = stage.put("units/phone-off.target", kOffTarget); !done.ok()) return done;
  return stage;
}

Stage::~Stage() {
  std::error_code ignored;
  if (!root_.empty() && !kept_) fs::remove_all(root_, ignored);
}

absl::Status Stage::put(const fs::path& file, const std::string& content) const {
  std::ofstream out(root_ / file, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  return out ? absl::OkStatus() : absl::InternalError(absl::StrCat("cannot write ", (root_ / file).string()));
}

absl::Status Stage::set_options(const std::string& service, const std::string& options) const {
  return put(fs::path("etc") / absl::StrCat(service, ".options"), absl::StrCat("PHONE_OPTIONS=\"", options, "\"\n"));
}

}  // namespace phone::rig
