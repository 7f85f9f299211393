// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/log/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "common/log/journal.hpp"

namespace phone::log {
namespace {

constexpr size_t kMaxLine = 2000;  // journald splits at 48 KiB; people stop reading well before
constexpr size_t kMaxValue = 600;

std::string& name() {
  static std::string name;
  return name;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> made = [] {
    auto logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %L %v", spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::trace);
    return logger;
  }();
  return *made;
}

// Bytes from peers must not be able to forge a line or steer a terminal. UTF-8 passes.
void append_escaped(std::string& out, std::string_view in, size_t limit) {
  static constexpr char kHex[] = "0123456789abcdef";
  const bool cut = in.size() > limit;
  for (const char c : in.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  if (cut) out += "...";
}

// Of this process; never destroyed, because threads log until the very end.
std::optional<Journal>& journal() {
  static auto* const journal = new std::optional<Journal>;
  return *journal;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void open(std::string_view process, Level least) {
  name() = std::string(process);
  logger().set_level(to_spdlog(least));
  journal().emplace(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
}

const std::string& process_name() { return name(); }

std::string escaped(std::string_view value) {
  std::string out;
  append_escaped(out, value, kMaxValue);
  return out;
}

std::string format(std::string_view text, const Field* fields, size_t count) {
  std::string line;
  append_escaped(line, text, kMaxValue);
  for (size_t i = 0; i < count && line.size() < kMaxLine; ++i) {
    line += ' ';
    append_escaped(line, fields[i].key, 64);
    line += "=\"";
    append_escaped(line, fields[i].value, kMaxValue);
    line += '"';
  }
  return line;
}

void write(Level level, std::string_view text, const Field* fields, size_t count) {
  const auto to = to_spdlog(level);
  if (!logger().should_log(to)) return;
  std::string line = format(text, fields, count);
  if (journal() && journal()->send(journal_message(name(), level, line, fields, count))) return;
  // What the journal reads on stderr has its priority in front (sd-daemon(3)).
  const std::string priority =
      journal() && journal()->is_stderr() ? "<" + std::to_string(priority_of(level)) + ">" : std::string();
  logger().log(to, priority + (name().empty() ? line : name() + ": " + line));
}

void die(std::string_view text, Fields fields) {
  error(text, fields);
  std::abort();
}

}  // namespace phone::log
