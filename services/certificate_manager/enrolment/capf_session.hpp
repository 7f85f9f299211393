// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "services/certificate_manager/enrolment/capf_message.hpp"

// One CAPF session as a pure state machine (cisco-formats.md D2): the server's messages in, what to do out. It
// goes forward only, so no server can keep it busy; a message out of place ends it.
namespace phone::enrolment {

enum class Ended : std::uint8_t { kInstalled, kNothingToDo, kDeleted, kFetched, kFailed, kRetry };

struct Outcome {
  Ended ended = Ended::kFailed;
  std::string reason;
  std::uint32_t retry_seconds = 0;
};

// What the phone has to do next.
struct Authenticate {};
struct MakeKey {
  bool ec = false;
  int bits = 0;
};
struct Store {
  std::string certificate;
};
struct Fetch {};
struct Delete {};
using Step = std::variant<Authenticate, MakeKey, Store, Fetch, Delete, Outcome>;

class Session {
 public:
  // Judges a message by its first eight bytes, before its body is read: out of order or of another session is refused
  // here.
  absl::Status accept(const Header& header);
  Step on(const ServerMessage& message);

  // How our own part went; the server's END does not say (it ends with "done" even when we could not store).
  void key_not_made(std::string reason);
  void stored(bool stored, std::string reason);
  void deleted() { outcome_ = {Ended::kDeleted, {}, 0}; }
  void fetched() { outcome_ = {Ended::kFetched, {}, 0}; }

  // The connection ended, or the server sent something that is not accepted: the outcome of the session by then.
  Outcome broken(std::string reason) const;

  std::uint32_t id() const { return id_.value_or(0); }
  // Something of the session has changed this phone or is final, so another try would be a new order.
  bool decided() const { return outcome_.has_value(); }

 private:
  enum class State : std::uint8_t { kStart, kAuthenticated, kKeyMade, kActed };
  Step finish(const EndSession& end) const;

  State state_ = State::kStart;
  std::optional<std::uint32_t> id_;
  std::optional<Outcome> outcome_;
};

}  // namespace phone::enrolment
