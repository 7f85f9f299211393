// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "services/network_access/link/per_second.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

namespace phone::network {

// The client of wpa_supplicant's control interface: datagrams over UNIX sockets, one request at a time, events on a
// socket of their own. Not by libwpa_client, whose select() aborts on descriptors of 1024 and more. A loop of its own,
// which waits for each answer. It knows no EAP. A daemon that dies is found by the new one's socket or by a ping it
// does not answer, and connected to again.
class SupplicantControl {
 public:
  // Events that are read in a second. An authentication has about forty; whoever is on the cable or in the air can
  // cause any number. Beyond this the rest of the second is passed over unread.
  static constexpr int kMostEvents = 200;
  struct Settings {
    std::filesystem::path directory;  // the daemon's: "global" in it, the interfaces' sockets in "interfaces"
    std::string interface;
    std::string driver;                        // "wired", "nl80211"
    std::string group;                         // who may use the interface's sockets; empty: the daemon's own
    std::chrono::milliseconds patience{2000};  // per request
    std::chrono::milliseconds ping{10000};     // a new daemon's socket is seen at once; this finds one that hangs
  };
  // All run on control's loop and must not block.
  struct Delegate {
    std::function<void()> up;  // the daemon serves the interface and knows no network
    std::function<void()> down;
    std::function<void(SupplicantEvent)> event;
    // Events before this moment have been lost, and what they said is to be asked for. Once a second at most.
    std::function<void()> missed;
  };
  struct Command {
    std::string text;
    bool may_fail = false;  // its answer does not matter
  };
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  SupplicantControl(Settings settings, Delegate delegate);
  ~SupplicantControl() { stop(); }
  SupplicantControl(const SupplicantControl&) = delete;
  SupplicantControl& operator=(const SupplicantControl&) = delete;

  absl::Status start();
  void stop();

  // From any thread. Sends the commands in order until one is refused; `done` gets the last answer, or UNAVAILABLE when
  // there is no daemon, DEADLINE_EXCEEDED, FAILED_PRECONDITION with the words of the refused command but never its
  // value. Exactly once, on control's loop, or never when control is stopped before.
  void run(std::vector<Command> commands, Done done);

 private:
  struct Batch {
    std::vector<Command> commands;
    Done done;
  };
  void step();
  bool connect();
  absl::StatusOr<os::Descriptor> attach() const;
  void attach_again();
  void disconnect();
  void serve(Batch& batch);
  void watch_events();
  void read_events();
  absl::StatusOr<std::string> ask(const os::Descriptor& socket, const std::string& command) const;
  absl::StatusOr<std::string> ask_all(const std::vector<Command>& commands);
  absl::StatusOr<os::Descriptor> open_socket(const std::filesystem::path& path) const;

  const Settings settings_;
  const Delegate delegate_;
  os::EventLoop loop_;
  os::Descriptor inotify_, requests_;
  os::Descriptor events_;  // none while connected: this second has had its events
  ino_t daemon_ = 0;       // which socket file we are connected to: a new daemon makes a new one
  bool connected_ = false;
  PerSecond limit_{kMostEvents};
  std::atomic<std::size_t> waiting_ = 0;  // batches
  std::atomic<bool> stopping_ = false;
  os::EventLoop::Clock::time_point next_ping_{};
  std::optional<os::Watch> directory_watch_, events_watch_;
  os::Timer due_;
};

}  // namespace phone::network
