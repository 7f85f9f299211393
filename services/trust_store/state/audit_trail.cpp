// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/state/audit_trail.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"
#include "common/os/descriptor.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kLargestText = 2000;
// Lines grow to this many times the bound before the file is written anew.
constexpr std::size_t kSlack = 2;
constexpr std::size_t kLargestFileOnFlash = 16 * 1024 * 1024;
constexpr absl::Duration kMoment = absl::Minutes(1);
constexpr std::size_t kLargestName = 512;

// Which share of the record it counts against.
std::size_t share_of(const Decision& decision) {
  const std::size_t kind = decision.kind == "peer" ? 2 : decision.kind == "file" ? 1 : 0;
  return decision.accepted ? kind : 3 + kind;
}

bool same_subject(const Decision& left, const Decision& right) {
  return left.what == right.what && left.kind == right.kind && left.role == right.role;
}

// What anybody on the network can have refused as often as they like; releases and images come from who is here.
bool by_strangers(const Decision& decision) {
  return !decision.accepted && (decision.kind == "peer" || decision.kind == "file" || decision.kind == "list");
}

// What is refused beyond the rate, all of a kind together.
Decision the_rest(const Decision& decision) {
  Decision rest;
  rest.time = decision.time;
  rest.what = "others";
  rest.kind = decision.kind;
  rest.reason = absl::StrCat("more than ", AuditTrail::kMostNewRefusals,
                             " different refusals within a minute: further ones are only counted here");
  return rest;
}

std::string line_of(const Decision& decision) {
  const nlohmann::json object = {{"number", decision.number},
                                 {"time", absl::ToUnixMillis(decision.time)},
                                 {"what", decision.what},
                                 {"kind", decision.kind},
                                 {"role", decision.role},
                                 {"signer", decision.signer},
                                 {"by", decision.by},
                                 {"accepted", decision.accepted},
                                 {"reason", decision.reason},
                                 {"sha1", decision.sha1},
                                 {"times", decision.times},
                                 {"last", absl::ToUnixMillis(decision.last_time)},
                                 {"signed_at", decision.signed_at}};
  return object.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Decision> decision_of(const std::string& line) {
  const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object() || !object.contains("number") || !object["number"].is_number_unsigned()) return std::nullopt;
  if (!object.contains("time") || !object["time"].is_number_integer()) return std::nullopt;
  Decision decision;
  decision.number = object["number"].get<std::uint64_t>();
  decision.time = absl::FromUnixMillis(object["time"].get<std::int64_t>());
  decision.what = text_at(object, "what");
  decision.kind = text_at(object, "kind");
  decision.role = text_at(object, "role");
  decision.signer = text_at(object, "signer");
  decision.by = text_at(object, "by");
  decision.accepted = object.contains("accepted") && object["accepted"] == true;
  decision.reason = text_at(object, "reason");
  decision.sha1 = text_at(object, "sha1");
  if (object.contains("times") && object["times"].is_number_unsigned()) {
    decision.times = std::max<std::uint32_t>(1, object["times"].get<std::uint32_t>());
  }
  decision.last_time = object.contains("last") && object["last"].is_number_integer()
                           ? absl::FromUnixMillis(object["last"].get<std::int64_t>())
                           : decision.time;
  if (object.contains("signed_at") && object["signed_at"].is_number_unsigned()) {
    decision.signed_at = object["signed_at"].get<std::uint32_t>();
  }
  make_clean(decision);
  return decision;
}

bool same(const Decision& left, const Decision& right) {
  return left.accepted == right.accepted && left.what == right.what && left.kind == right.kind &&
         left.role == right.role && left.by == right.by && left.signer == right.signer && left.sha1 == right.sha1 &&
         left.reason == right.reason;
}

bool is_configuration(const Decision& decision) {
  return decision.accepted && decision.kind == "file" && absl::EndsWith(decision.what, ".sgn") &&
         absl::StrContains(decision.what, ".cnf.xml");
}

}  // namespace

void make_clean(Decision& decision) {
  for (std::string* name :
       {&decision.what, &decision.kind, &decision.role, &decision.signer, &decision.by, &decision.sha1}) {
    *name = text::clean(*name, kLargestName);
  }
  decision.reason = text::clean(decision.reason, kLargestText);
}

AuditTrail::AuditTrail(const std::filesystem::path& directory) : file_(directory / "decisions.jsonl") {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  load();
}

void AuditTrail::load() {
  auto content = flash::read(file_, kLargestFileOnFlash);
  if (!content.ok()) return;
  // The first line may be the configuration's; of a file that is longer than this process writes, the latest count.
  const std::vector<std::string> lines = absl::StrSplit(*content, '\n', absl::SkipEmpty());
  constexpr std::size_t kMostLines = 2 * kMost * kSlack;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 1 && lines.size() > kMostLines) i = lines.size() - kMostLines;
    if (auto decision = decision_of(lines[i])) keep(*std::move(decision));
  }
  lines_on_flash_ = lines.size();
  for (const Decision& decision : audit_trail_) next_ = std::max(next_, decision.number + 1);
  torn_ = !content->empty() && content->back() != '\n';
}

void AuditTrail::keep(Decision decision) {
  if (is_configuration(decision)) configuration_ = decision;
  const std::size_t share = share_of(decision);
  audit_trail_.push_back(std::move(decision));
  const Decision& fresh = audit_trail_.back();
  const auto oldest_beyond = [&](std::size_t most, const auto& counts) {
    if (static_cast<std::size_t>(std::count_if(audit_trail_.begin(), audit_trail_.end(), counts)) <= most) return false;
    audit_trail_.erase(std::find_if(audit_trail_.begin(), audit_trail_.end(), counts));
    return true;
  };
  if (!fresh.accepted && oldest_beyond(kMostOfSubject, [&](const Decision& each) {
        return !each.accepted && same_subject(each, fresh);
      })) {
    return;
  }
  oldest_beyond(kMostOfShare.at(share), [share](const Decision& each) { return share_of(each) == share; });
}

Decision* AuditTrail::same_a_moment_ago(const Decision& decision) {
  for (auto each = audit_trail_.rbegin(); each != audit_trail_.rend(); ++each) {
    if (same(*each, decision)) {
      const absl::Duration since = decision.time - each->last_time;
      return since >= absl::ZeroDuration() && since < kMoment ? &*each : nullptr;
    }
    // Something else about the same thing came between: the order of changes is kept. Two strangers who take turns
    // change nothing and are no news.
    if (same_subject(*each, decision) && !(by_strangers(decision) && !each->accepted)) return nullptr;
  }
  return nullptr;
}

bool AuditTrail::too_many_new(const Decision& decision) {
  if (decision.accepted) return false;
  std::deque<absl::Time>& times = new_refusals_.at(share_of(decision));
  while (!times.empty() && (decision.time - times.front() >= kMoment || decision.time < times.front())) {
    times.pop_front();
  }
  if (times.size() >= kMostNewRefusals) return true;
  times.push_back(decision.time);
  return false;
}

AuditTrail::Kept AuditTrail::add(Decision decision) {
  make_clean(decision);
  Decision* before = same_a_moment_ago(decision);
  if (before == nullptr && too_many_new(decision)) {
    decision = the_rest(decision);
    before = same_a_moment_ago(decision);
  }
  if (before != nullptr) {
    ++before->times;
    before->last_time = decision.time;
    return {before->number, true};
  }
  decision.number = next_++;
  decision.last_time = decision.time;
  keep(decision);
  // A torn last line would swallow the next one.
  const bool torn_before = torn_;
  const absl::Status kept = torn_ || lines_on_flash_ >= kMost * kSlack ? compact() : append(line_of(decision));
  torn_ = !kept.ok();
  if (torn_ && !torn_before) log::error("the decision log could not be saved", {{"why", std::string(kept.message())}});
  return {decision.number, false};
}

absl::Status AuditTrail::append(const std::string& line) {
  os::Descriptor fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return absl::ErrnoToStatus(errno, "cannot open the decision log");
  // One write: what a full flash cuts off is a torn last line, which load() leaves out. Not synced: the last seconds of
  // a record are worth less than the wear and the wait.
  if (::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return absl::ErrnoToStatus(errno, "cannot write the decision log");
  }
  ++lines_on_flash_;
  return absl::OkStatus();
}

absl::Status AuditTrail::compact() {
  std::string content;
  const auto is_kept = [this](const Decision& each) { return each.number == configuration_->number; };
  if (configuration_ && std::none_of(audit_trail_.begin(), audit_trail_.end(), is_kept)) {
    content += line_of(*configuration_);
  }
  for (const Decision& decision : audit_trail_) content += line_of(decision);
  absl::Status status = flash::write(file_, content);
  if (status.ok()) lines_on_flash_ = audit_trail_.size();
  return status;
}

std::vector<Decision> AuditTrail::list(std::string_view about, std::size_t maximum) const {
  const auto contains = [&](const std::string& text) { return text.find(about) != std::string::npos; };
  std::vector<Decision> result;
  for (auto each = audit_trail_.rbegin(); each != audit_trail_.rend() && result.size() < maximum; ++each) {
    if (about.empty() || contains(each->what) || contains(each->signer) || contains(each->by)) result.push_back(*each);
  }
  return result;
}

}  // namespace phone::trust
