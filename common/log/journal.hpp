// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// journal.hpp -- log lines for systemd's journal, with priority and fields, by its native protocol
// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). A line on stderr would have one priority for all and no fields.
#pragma once

#include <string>
#include <string_view>

#include "common/log/log.hpp"

namespace phone::log {

// A value as it stands in a line, without control characters.
std::string escaped(std::string_view value);
// syslog(3)
int priority_of(Level level);

// One message: MESSAGE is the whole line as people read it, and each field also stands alone as PHONE_<KEY>, so that
// `journalctl PHONE_SIGNER="CN=x"` finds it. No value has a line feed in it.
std::string journal_message(std::string_view process, Level level, std::string_view line, const Field* fields,
                            size_t count);

class Journal {
 public:
  // Connected when stderr is a stream of the journal, as systemd says in JOURNAL_STREAM; else there is none. Before
  // the sandbox closes.
  explicit Journal(const char* stream, int stderr_descriptor, const char* socket = "/run/systemd/journal/socket");
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  bool is_stderr() const { return is_stderr_; }
  // False when it was not taken; never waits.
  bool send(const std::string& message) const;

 private:
  bool is_stderr_ = false;
  int socket_ = -1;
};

}  // namespace phone::log
