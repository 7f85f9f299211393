// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// log.hpp -- one structured line per event on stderr: text and key="value" pairs, length bounded, control characters
// escaped. A type that must not be shown (crypto::Secret) has no conversion to a value and so does not compile here.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace phone::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A key and its value. Numbers are written out; everything else must be text already.
class Field {
 public:
  Field(std::string_view key, std::string_view value) : key(key), value(value) {}
  Field(std::string_view key, const char* value) : key(key), value(value) {}
  Field(std::string_view key, const std::string& value) : key(key), value(value) {}
  Field(std::string_view key, bool value) : key(key), value(value ? "yes" : "no") {}
  template <class Number>
  requires(std::integral<Number> || std::floating_point<Number>) Field(std::string_view key, Number value)
      : key(key), value(std::to_string(value)) {}

  std::string key;
  std::string value;
};
using Fields = std::initializer_list<Field>;

// Once, in main, before the first thread. The name stands in every line. Lines below `least` are left out.
void open(std::string_view process, Level least = Level::kInfo);
const std::string& process_name();

void write(Level level, std::string_view text, const Field* fields, size_t count);
inline void debug(std::string_view text, Fields fields = {}) {
  write(Level::kDebug, text, fields.begin(), fields.size());
}
inline void info(std::string_view text, Fields fields = {}) {
  write(Level::kInfo, text, fields.begin(), fields.size());
}
inline void warning(std::string_view text, Fields fields = {}) {
  write(Level::kWarning, text, fields.begin(), fields.size());
}
inline void error(std::string_view text, Fields fields = {}) {
  write(Level::kError, text, fields.begin(), fields.size());
}

// A broken invariant: says why and aborts, so that the supervisor starts the process again.
[[noreturn]] void die(std::string_view text, Fields fields = {});

// The line as it is written, without time and level; for tests and other sinks.
std::string format(std::string_view text, const Field* fields, size_t count);

}  // namespace phone::log
