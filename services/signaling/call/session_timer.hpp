// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "services/signaling/sip/message.hpp"
#include "services/signaling/sip/time.hpp"

// The session timer (RFC 4028): one of the two ends repeats a request so often that the other, and every proxy between
// them, knows that the session still stands.
namespace phone::signaling {

enum class Refresher : uint8_t {
  kNone,  // No timer was agreed on: silence and OPTIONS decide whether the far end is still there.
  kUs,    // This phone refreshes.
  kThem,  // The far end refreshes; without that the call ends.
};

class SessionTimer {
 public:
  static constexpr std::chrono::seconds kLeast{90};  // RFC 4028 section 4: no shorter interval is taken

  // A request of ours that (re)establishes the session: asks for an interval, and keeps who refreshes.
  void ask(Message& request) const;
  // A 2xx to such a request.
  void agreed(const Message& response, TimePoint now);
  // 422 to it: true when it is sent again, with the interval that the far end wants.
  bool raise(const Message& response);

  // Whether the far end's INVITE or UPDATE asks for an interval that is too short: 422 with Min-SE.
  static bool too_short(const Message& request);
  static void refuse(Message& response);
  // Our 2xx to it: what is agreed on goes into the response.
  void agree(const Message& request, Message& response, TimePoint now);

  // After a connection was replaced: whatever was agreed on begins anew.
  void restart(TimePoint now);
  void stop() { refresher_ = Refresher::kNone; }
  // A refresh is due; the next, unless it is answered before, after a tenth of the interval.
  bool refresh_is_due(TimePoint now);
  bool expired(TimePoint now) const { return refresher_ != Refresher::kNone && now >= expires_at_; }
  std::optional<TimePoint> deadline() const;

  Refresher refresher() const { return refresher_; }
  std::chrono::seconds interval() const { return interval_; }
  // From the record of calls.
  void recover(Refresher refresher, std::chrono::seconds interval);

 private:
  void begin(Refresher refresher, uint64_t interval, TimePoint now);

  Refresher refresher_ = Refresher::kNone;
  std::chrono::seconds interval_{1800};  // cucm-calls.md 16: what CUCM takes
  std::chrono::seconds asked_least_{0};  // Min-SE of a 422
  int raises_ = 0;                       // since the last agreement
  TimePoint refresh_at_{}, expires_at_{};
};

}  // namespace phone::signaling
