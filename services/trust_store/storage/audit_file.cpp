// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/storage/audit_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_split.h"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"
#include "common/os/descriptor.hpp"
#include "services/trust_store/state/audit_trail.hpp"

namespace phone::trust {
namespace {

// Lines grow to this many times the bound before the file is written anew.
constexpr std::size_t kSlack = 2;
constexpr std::size_t kLargestFileOnFlash = 16 * 1024 * 1024;

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
                                 {"sha256", decision.sha256},
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
  decision.sha256 = text_at(object, "sha256");
  if (object.contains("times") && object["times"].is_number_unsigned()) {
    decision.times = std::max<std::uint32_t>(1, object["times"].get<std::uint32_t>());
  }
  decision.last_time = object.contains("last") && object["last"].is_number_integer()
                           ? absl::FromUnixMillis(object["last"].get<std::int64_t>())
                           : decision.time;
  if (object.contains("signed_at") && object["signed_at"].is_number_unsigned()) {
    decision.signed_at = object["signed_at"].get<std::uint32_t>();
  }
  return decision;
}

}  // namespace

AuditFile::AuditFile(const std::filesystem::path& directory) : file_(directory / "decisions.jsonl") {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
}

std::vector<Decision> AuditFile::load() {
  auto content = flash::read(file_, kLargestFileOnFlash);
  if (!content.ok()) return {};
  // The first line may be the configuration's; of a file that is longer than this process writes, the latest count.
  const std::vector<std::string> lines = absl::StrSplit(*content, '\n', absl::SkipEmpty());
  constexpr std::size_t kMostLines = 2 * AuditTrail::kMost * kSlack;
  std::vector<Decision> decisions;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 1 && lines.size() > kMostLines) i = lines.size() - kMostLines;
    if (auto decision = decision_of(lines[i])) decisions.push_back(*std::move(decision));
  }
  lines_ = lines.size();
  torn_ = !content->empty() && content->back() != '\n';
  return decisions;
}

void AuditFile::keep(const Decision& newest, const std::function<std::vector<Decision>()>& all) {
  // A torn last line would swallow the next one.
  const bool torn_before = torn_;
  const absl::Status kept = torn_ || lines_ >= AuditTrail::kMost * kSlack ? rewrite(all()) : append(newest);
  torn_ = !kept.ok();
  if (torn_ && !torn_before) log::error("the decision log could not be saved", {{"why", std::string(kept.message())}});
}

absl::Status AuditFile::append(const Decision& decision) {
  const std::string line = line_of(decision);
  os::Descriptor fd(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return absl::ErrnoToStatus(errno, "cannot open the decision log");
  // One write: what a full flash cuts off is a torn last line, which load() leaves out. Not synced: the last seconds of
  // a record are worth less than the wear and the wait.
  if (::write(fd.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return absl::ErrnoToStatus(errno, "cannot write the decision log");
  }
  ++lines_;
  return absl::OkStatus();
}

absl::Status AuditFile::rewrite(const std::vector<Decision>& all) {
  std::string content;
  for (const Decision& decision : all) content += line_of(decision);
  absl::Status status = flash::write(file_, content);
  if (status.ok()) lines_ = all.size();
  return status;
}

}  // namespace phone::trust
