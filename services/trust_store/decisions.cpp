#include "services/trust_store/decisions.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"
#include "common/os/descriptor.hpp"

namespace phone::trust {
namespace {

constexpr std::size_t kLargestText = 2000;
// Lines grow to this many times the bound before the file is written anew.
constexpr std::size_t kSlack = 2;
constexpr std::size_t kLargestFileOnFlash = 16 * 1024 * 1024;
constexpr absl::Duration kMoment = absl::Minutes(1);
// How far back the same decision is looked for: more peers than a phone has.
constexpr std::size_t kLookBack = 32;

std::string line_of(const Decision& decision) {
  const nlohmann::json object = {{"number", decision.number}, {"time", absl::ToUnixMillis(decision.time)},
                                 {"what", decision.what},     {"kind", decision.kind},
                                 {"role", decision.role},     {"signer", decision.signer},
                                 {"by", decision.by},         {"accepted", decision.accepted},
                                 {"reason", decision.reason}, {"sha1", decision.sha1},
                                 {"times", decision.times},   {"last", absl::ToUnixMillis(decision.last_time)}};
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

Decisions::Decisions(const std::filesystem::path& folder) : file_(folder / "decisions.jsonl") {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  load();
}

void Decisions::load() {
  auto content = flash::read(file_, kLargestFileOnFlash);
  if (!content.ok()) return;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(*content, '\n', absl::SkipEmpty()))) {
    ++lines_on_flash_;
    if (auto decision = decision_of(line)) keep(*std::move(decision));
  }
  for (const Decision& decision : decisions_) next_ = std::max(next_, decision.number + 1);
  torn_ = !content->empty() && content->back() != '\n';
}

void Decisions::keep(Decision decision) {
  if (is_configuration(decision)) configuration_ = decision;
  decisions_.push_back(std::move(decision));
  if (decisions_.size() > kMost) decisions_.pop_front();
}

Decision* Decisions::same_a_moment_ago(const Decision& decision) {
  std::size_t looked = 0;
  for (auto each = decisions_.rbegin(); each != decisions_.rend() && looked < kLookBack; ++each, ++looked) {
    if (same(*each, decision)) {
      const absl::Duration since = decision.time - each->last_time;
      return since >= absl::ZeroDuration() && since < kMoment ? &*each : nullptr;
    }
    // Something else about the same thing came between: the order of changes is kept.
    if (each->what == decision.what && each->kind == decision.kind && each->role == decision.role) return nullptr;
  }
  return nullptr;
}

Decisions::Kept Decisions::add(Decision decision) {
  if (decision.reason.size() > kLargestText) decision.reason.resize(kLargestText);
  if (decision.what.size() > kLargestText) decision.what.resize(kLargestText);
  if (Decision* before = same_a_moment_ago(decision)) {
    ++before->times;
    before->last_time = decision.time;
    return {before->number, true};
  }
  decision.number = next_++;
  decision.last_time = decision.time;
  keep(decision);
  // A torn last line would swallow the next one.
  const bool before = torn_;
  const absl::Status kept = torn_ || lines_on_flash_ >= kMost * kSlack ? compact() : append(line_of(decision));
  torn_ = !kept.ok();
  if (torn_ && !before) log::error("the record of decisions is not kept", {{"why", std::string(kept.message())}});
  return {decision.number, false};
}

absl::Status Decisions::append(const std::string& line) {
  os::Descriptor fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return absl::ErrnoToStatus(errno, "cannot open the record of decisions");
  // One write: what a full flash cuts off is a torn last line, which load() leaves out. Not synced: the last seconds of
  // a record are worth less than the wear and the wait.
  if (::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return absl::ErrnoToStatus(errno, "cannot write the record of decisions");
  }
  ++lines_on_flash_;
  return absl::OkStatus();
}

absl::Status Decisions::compact() {
  std::string content;
  if (configuration_ && configuration_->number < decisions_.front().number) content += line_of(*configuration_);
  for (const Decision& decision : decisions_) content += line_of(decision);
  absl::Status status = flash::write(file_, content);
  if (status.ok()) lines_on_flash_ = decisions_.size();
  return status;
}

std::vector<Decision> Decisions::list(std::string_view about, std::size_t maximum) const {
  const auto contains = [&](const std::string& text) { return text.find(about) != std::string::npos; };
  std::vector<Decision> result;
  for (auto each = decisions_.rbegin(); each != decisions_.rend() && result.size() < maximum; ++each) {
    if (about.empty() || contains(each->what) || contains(each->signer) || contains(each->by)) result.push_back(*each);
  }
  return result;
}

}  // namespace phone::trust
