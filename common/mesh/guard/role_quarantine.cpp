// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/role_quarantine.hpp"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/log/log.hpp"
#include "common/mesh/call/roles.hpp"
#include "common/text/text.hpp"

namespace phone::mesh {
namespace {

// How long before the end a role must have sent something to be suspected.
constexpr uint64_t kJustBefore = 3'000;
constexpr uint64_t kLastWord = 1'000;
// No honest caller sends as much in four seconds: the dearest request is a file of 4 MiB, at most two of them under way
// at a time. An attack on 96 MB of memory sends more.
constexpr uint64_t kALot = 12 * 1024 * 1024;

uint64_t now_ms() { return static_cast<uint64_t>(absl::ToUnixMillis(since_boot())); }

bool is_kill(const ProcessExit& ending) { return ending.status == "KILL" && ending.result != "oom-kill"; }

// Ends that a message can cause. Those in good order, those asked for and failed starts come from elsewhere.
bool may_be_caused(const ProcessExit& ending) {
  if (ending.result == "oom-kill" || ending.result == "watchdog" || ending.result == "core-dump") return true;
  return ending.code == "killed" && ending.status != "TERM" && ending.status != "INT";
}

std::string megabytes(uint64_t bytes) { return absl::StrCat((bytes + 500'000) / 1'000'000, " MB"); }

std::string name_of(const RoleActivity& role_activity) {
  if (role_activity.address == 0)
    return absl::StrCat("uid ", role_activity.uid.load(), ", pid ", role_activity.pid.load());
  const in_addr address{role_activity.address};
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address, text, sizeof text);
  return absl::StrCat("from ", text);
}

}  // namespace

void RoleActivity::got(uint64_t bytes, uint64_t now) {
  const uint64_t begun = window.load(std::memory_order_relaxed);
  if (now - begun >= kWindow) {
    previous.store(now - begun < 2 * kWindow ? recent.load(std::memory_order_relaxed) : 0, std::memory_order_relaxed);
    recent.store(0, std::memory_order_relaxed);
    window.store(now, std::memory_order_relaxed);
  }
  recent.fetch_add(bytes, std::memory_order_relaxed);
  heard.store(now, std::memory_order_relaxed);
}

uint64_t RoleActivity::lately(uint64_t now) const {
  return heard != 0 && heard + kJustBefore >= now ? recent + previous : 0;
}

std::optional<Culprit> culprit_of(const RoleActivityTable& table, const ProcessExit& ending) {
  if (!may_be_caused(ending)) return std::nullopt;
  const auto died = static_cast<uint64_t>(absl::ToUnixMillis(ending.when));
  uint64_t all = 0, most = 0, newest = 0;
  size_t role = 0, last = 0;
  for (size_t i = 0; i < table.size(); ++i) {
    if (table[i].heard > newest) {
      newest = table[i].heard;
      last = i;
    }
    const uint64_t bytes = table[i].lately(died);
    all += bytes;
    if (bytes <= most) continue;
    most = bytes;
    role = i;
  }
  if (most >= kALot && most >= all / 3 * 2) return Culprit{role, Evidence::kProof};
  // SIGKILL comes from elsewhere, unless memory ran out in the machine.
  if (newest != 0 && newest + kLastWord >= died && !is_kill(ending)) return Culprit{last, Evidence::kSuspicion};
  return std::nullopt;
}

RoleQuarantine::RoleQuarantine() : own_(std::make_unique<RoleActivityTable>()), table_(own_.get()) {}

// Never destroyed: connections of gRPC's outlive main's objects.
RoleQuarantine& RoleQuarantine::instance() {
  static auto* const quarantine = new RoleQuarantine;
  return *quarantine;
}

void RoleQuarantine::open(const std::filesystem::path& directory) {
  if (directory.empty()) return;
  const auto path = directory / "visitors";
  const os::Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || ftruncate(fd.get(), sizeof(RoleActivityTable)) != 0) {
    return log::warning("the list of connected clients could not be saved", {{"file", path.string()}});
  }
  void* const at = mmap(nullptr, sizeof(RoleActivityTable), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (at == MAP_FAILED)
    return log::warning("the list of connected clients could not be saved", {{"file", path.string()}});
  table_ = static_cast<RoleActivityTable*>(at);  // zeros, or the previous process's table
}

std::string RoleQuarantine::judge(std::string_view service, const PreviousExits& past) {
  std::string sentence;
  if (!past.since_served.empty()) {
    const auto culprit = culprit_of(*table_, past.since_served.front());
    for (size_t i = 0; i < table_->size(); ++i) {
      if (!culprit || culprit->role != i) (*table_)[i].suspected = 0;
    }
    if (culprit) {
      RoleActivity& role_activity = (*table_)[culprit->role];
      const bool proven = culprit->evidence == Evidence::kProof;
      if (proven || ++role_activity.suspected >= kSuspicions) {
        const auto died = static_cast<uint64_t>(absl::ToUnixMillis(past.since_served.front().when));
        const auto role = static_cast<Role>(culprit->role);
        const std::string what =
            proven ? absl::StrCat("had sent it ", megabytes(role_activity.lately(died)), " just before")
                   : absl::StrCat("was the last one heard before each of ", role_activity.suspected.load(), " ends");
        sentence = absl::StrCat(text::to_absl(service), " ended (", cause_of(past.since_served.front()),
                                "): ", role_name(role), " (", name_of(role_activity), ") ", what,
                                " and is refused for ", absl::ToInt64Seconds(refuse(role)), " s");
      }
    }
  }
  for (RoleActivity& role_activity : *table_) {
    role_activity.heard = 0;
    role_activity.recent = 0;
    role_activity.previous = 0;
  }
  return sentence;
}

void RoleQuarantine::came(Role role, uid_t uid, pid_t pid) {
  of(role).uid = uid;
  of(role).pid = static_cast<uint32_t>(pid);
  of(role).address = 0;
}

void RoleQuarantine::came_from(Role role, const std::string& address) {
  in_addr number{};
  if (inet_pton(AF_INET, address.c_str(), &number) == 1) of(role).address = number.s_addr;
}

bool RoleQuarantine::admits(Role role) const {
  return now_ms() >= (*table_)[static_cast<size_t>(role) % kTrackedRoles].refused_until;
}

void RoleQuarantine::tell(std::string sentence) {
  constexpr size_t kMost = 32;  // a second
  const std::lock_guard lock(mutex_);
  if (sentences_.size() < kMost) sentences_.push_back(std::move(sentence));
}

std::vector<std::string> RoleQuarantine::told() {
  const std::lock_guard lock(mutex_);
  return std::exchange(sentences_, {});
}

absl::Duration RoleQuarantine::refuse_once(Role role) { return admits(role) ? refuse(role) : absl::ZeroDuration(); }

absl::Duration RoleQuarantine::refuse(Role role) {
  RoleActivity& role_activity = of(role);
  const uint64_t now = now_ms();
  if (now > role_activity.offended + static_cast<uint64_t>(absl::ToInt64Milliseconds(kForgiven)))
    role_activity.offences = 0;
  const absl::Duration refusal =
      std::min(kLongestRefusal, kFirstRefusal * (1 << std::min(role_activity.offences++, 10u)));
  role_activity.offended = now;
  role_activity.refused_until = now + static_cast<uint64_t>(absl::ToInt64Milliseconds(refusal));
  return refusal;
}

}  // namespace phone::mesh
