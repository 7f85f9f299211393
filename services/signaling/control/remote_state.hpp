// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/signaling/control/remote_requests.hpp"
#include "services/signaling/sip/record.hpp"
#include "services/signaling/sip/time.hpp"

namespace phone::signaling {

struct RemoteLine {
  bool messages = false;
  Mailbox mailbox;
  Forward forward;
  bool operator==(const RemoteLine&) const = default;
};

// Text that the call manager shows.
struct ShownText {
  uint32_t line = 0;  // 0: of the phone
  std::string text;
  bool operator==(const ShownText&) const = default;
};

// What a page of the call manager is: data for whoever shows it.
struct PushedPage {
  uint32_t application = 0, transaction = 0, conference = 0;
  std::string xml;  // clean; empty until its last part is here
  bool operator==(const PushedPage&) const = default;
};

struct RemoteView {
  std::vector<RemoteLine> lines;
  DoNotDisturb do_not_disturb = DoNotDisturb::kOff;
  bool hunt_group = false;  // logged in
  bool privacy = false;
  std::vector<ShownText> texts;
  std::optional<PushedPage> page;
  bool operator==(const RemoteView&) const = default;
};

// What the call manager has told of lines and features, level-triggered. It is the server's word: another server, or
// the same one after a registration from nothing, tells it again.
class RemoteState {
 public:
  static constexpr size_t kLargestPage = 16384;

  // Of the phone; what is known of others is forgotten.
  void set_lines(size_t lines);
  // False for a line that the phone does not have.
  bool update(const LineUpdate& update);
  void set(DoNotDisturb state) { view_.do_not_disturb = state; }
  void set_hunt_group(bool logged_in) { view_.hunt_group = logged_in; }
  void set_privacy(bool on) { view_.privacy = on; }
  bool show(const StatusText& shown, TimePoint now);
  // The part of the page that belongs to it; false when it is too large, and then it is forgotten.
  bool push(const DataPassthrough& request, std::string_view xml);
  void on_time(TimePoint now);
  std::optional<TimePoint> deadline() const;
  RemoteView view() const;
  // For the next process (remote_record.cpp); restore() before anything is told.
  static constexpr size_t kLongestForward = 256;
  void write(RecordWriter& record) const;
  void restore(std::string_view record);

 private:
  struct Timed {
    std::string text;
    std::optional<TimePoint> until;
  };
  RemoteView view_;
  std::map<uint32_t, Timed> texts_;  // by line
  PushedPage building_;
};

}  // namespace phone::signaling
