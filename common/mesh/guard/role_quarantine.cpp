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

// How long before the end somebody must have been heard to have caused it.
constexpr uint64_t kJustBefore = 3'000;
constexpr uint64_t kLastWord = 1'000;
// No honest caller sends as much in four seconds: the dearest request is a file of 4 MiB, at most two of them under way
// at a time. An attack on 96 MB of memory sends more.
constexpr uint64_t kALot = 12 * 1024 * 1024;

uint64_t now_ms() { return static_cast<uint64_t>(absl::ToUnixMillis(since_boot())); }

bool is_kill(const Ending& ending) { return ending.status == "KILL" && ending.result != "oom-kill"; }

// Ends that a message can cause. Those in good order, those asked for and failed starts come from elsewhere.
bool may_be_caused(const Ending& ending) {
  if (ending.result == "oom-kill" || ending.result == "watchdog" || ending.result == "core-dump") return true;
  return ending.code == "killed" && ending.status != "TERM" && ending.status != "INT";
}

std::string megabytes(uint64_t bytes) { return absl::StrCat((bytes + 500'000) / 1'000'000, " MB"); }

std::string name_of(const Visitor& visitor) {
  if (visitor.address == 0) return absl::StrCat("uid ", visitor.uid.load(), ", pid ", visitor.pid.load());
  const in_addr address{visitor.address};
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &address, text, sizeof text);
  return absl::StrCat("from ", text);
}

}  // namespace

void Visitor::got(uint64_t bytes, uint64_t now) {
  const uint64_t begun = window.load(std::memory_order_relaxed);
  if (now - begun >= kWindow) {
    previous.store(now - begun < 2 * kWindow ? recent.load(std::memory_order_relaxed) : 0, std::memory_order_relaxed);
    recent.store(0, std::memory_order_relaxed);
    window.store(now, std::memory_order_relaxed);
  }
  recent.fetch_add(bytes, std::memory_order_relaxed);
  heard.store(now, std::memory_order_relaxed);
}

uint64_t Visitor::lately(uint64_t now) const {
  return heard != 0 && heard + kJustBefore >= now ? recent + previous : 0;
}

std::optional<Culprit> culprit_of(const VisitorTable& table, const Ending& ending) {
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

Visitors::Visitors() : own_(std::make_unique<VisitorTable>()), table_(own_.get()) {}

// Never destroyed: connections of gRPC's outlive main's objects.
Visitors& Visitors::instance() {
  static auto* const visitors = new Visitors;
  return *visitors;
}

void Visitors::open(const std::filesystem::path& directory) {
  if (directory.empty()) return;
  const auto path = directory / "visitors";
  const os::Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || ftruncate(fd.get(), sizeof(VisitorTable)) != 0) {
    return log::warning("who is connected is not kept", {{"file", path.string()}});
  }
  void* const at = mmap(nullptr, sizeof(VisitorTable), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (at == MAP_FAILED) return log::warning("who is connected is not kept", {{"file", path.string()}});
  table_ = static_cast<VisitorTable*>(at);  // zeros, or what the process before us wrote
}

std::string Visitors::judge(std::string_view service, const Past& past) {
  std::string sentence;
  if (!past.since_served.empty()) {
    const auto culprit = culprit_of(*table_, past.since_served.front());
    for (size_t i = 0; i < table_->size(); ++i) {
      if (!culprit || culprit->role != i) (*table_)[i].suspected = 0;
    }
    if (culprit) {
      Visitor& visitor = (*table_)[culprit->role];
      const bool proven = culprit->evidence == Evidence::kProof;
      if (proven || ++visitor.suspected >= kSuspicions) {
        const auto died = static_cast<uint64_t>(absl::ToUnixMillis(past.since_served.front().when));
        const auto role = static_cast<Role>(culprit->role);
        const std::string what =
            proven ? absl::StrCat("had sent it ", megabytes(visitor.lately(died)), " just before")
                   : absl::StrCat("was the last one heard before each of ", visitor.suspected.load(), " ends");
        sentence = absl::StrCat(text::to_absl(service), " ended (", cause_of(past.since_served.front()),
                                "): ", role_name(role), " (", name_of(visitor), ") ", what, " and is refused for ",
                                absl::ToInt64Seconds(refuse(role)), " s");
      }
    }
  }
  for (Visitor& visitor : *table_) {
    visitor.heard = 0;
    visitor.recent = 0;
    visitor.previous = 0;
  }
  return sentence;
}

void Visitors::came(Role role, uid_t uid, pid_t pid) {
  of(role).uid = uid;
  of(role).pid = static_cast<uint32_t>(pid);
  of(role).address = 0;
}

void Visitors::came_from(Role role, const std::string& address) {
  in_addr number{};
  if (inet_pton(AF_INET, address.c_str(), &number) == 1) of(role).address = number.s_addr;
}

bool Visitors::admits(Role role) const {
  return now_ms() >= (*table_)[static_cast<size_t>(role) % kVisitors].refused_until;
}

void Visitors::tell(std::string sentence) {
  constexpr size_t kMost = 32;  // a second
  const std::lock_guard lock(mutex_);
  if (sentences_.size() < kMost) sentences_.push_back(std::move(sentence));
}

std::vector<std::string> Visitors::told() {
  const std::lock_guard lock(mutex_);
  return std::exchange(sentences_, {});
}

absl::Duration Visitors::refuse_once(Role role) { return admits(role) ? refuse(role) : absl::ZeroDuration(); }

absl::Duration Visitors::refuse(Role role) {
  Visitor& visitor = of(role);
  const uint64_t now = now_ms();
  if (now > visitor.offended + static_cast<uint64_t>(absl::ToInt64Milliseconds(kForgiven))) visitor.offences = 0;
  const absl::Duration refusal = std::min(kLongestRefusal, kFirstRefusal * (1 << std::min(visitor.offences++, 10u)));
  visitor.offended = now;
  visitor.refused_until = now + static_cast<uint64_t>(absl::ToInt64Milliseconds(refusal));
  return refusal;
}

}  // namespace phone::mesh
