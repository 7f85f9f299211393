// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/os/descriptor.hpp"
#include "common/os/event_loop.hpp"
#include "common/rate/per_second.hpp"
#include "services/network_access/supplicant/eap_frames.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"
#include "services/network_access/supplicant/supplicant_plan.hpp"

namespace phone::network {

// The client of wpa_supplicant's control interface: datagrams over UNIX sockets, one request at a time, events on a
// socket of their own. Not by libwpa_client, whose select() aborts on descriptors of 1024 and more. A loop of its own,
// which waits for each answer. It knows no EAP. A restarted daemon is found by its new socket,
// a hung one by a ping that it does not answer; either way the control connects again.
class SupplicantControl {
 public:
  // Events and frames that are read in a second. An authentication has about forty; anyone on the cable or with a radio
  // can cause any number. Beyond this the rest of the second is skipped.
  static constexpr int kMostEvents = 200;
  struct Settings {
    std::filesystem::path directory;  // the daemon's: "global" in it, the interfaces' sockets in "interfaces"
    std::string interface;
    std::string driver;                        // "wired", "nl80211"
    std::string group;                         // may use the interface's sockets; empty: the daemon's own
    std::chrono::milliseconds patience{2000};  // per request
    std::chrono::milliseconds ping{10000};     // a new daemon's socket is seen at once; this finds one that hangs
  };
  // All run on control's loop and must not block.
  struct Delegate {
    std::function<void()> up;  // the daemon serves the interface and knows no network
    std::function<void()> down;
    std::function<void(SupplicantEvent)> event;
    // Events before this moment have been lost; STATUS is to be asked. Once a second at most.
    std::function<void()> missed;
  };
  SupplicantControl(Settings settings, Delegate delegate);
  ~SupplicantControl() { stop(); }
  SupplicantControl(const SupplicantControl&) = delete;
  SupplicantControl& operator=(const SupplicantControl&) = delete;

  absl::Status start();
  void stop();

  // From any thread. Sends the commands in order until one is refused; `done` gets the last answer, or UNAVAILABLE when
  // there is no daemon, DEADLINE_EXCEEDED, FAILED_PRECONDITION with the name of the refused command but never its
  // value. Exactly once, on control's loop, or never when control is stopped before.
  void run(Plan plan, PlanDone done);

 private:
  struct Batch {
    Plan plan;
    PlanDone done;
  };
  enum class State : std::uint8_t {
    kDisconnected,  // No daemon; it is looked for again and again.
    kConnected,     // Requests are answered and events are read.
    kFlooded,       // Connected, but this second has had its events: they are not read until it ends.
  };
  static const char* name_of(State state);
  void enter(State state, std::string_view cause);
  bool connected() const { return state_ != State::kDisconnected; }
  void step();
  bool connect();
  absl::StatusOr<os::Descriptor> attach() const;
  void attach_again();
  void disconnect();
  void serve(Batch& batch);
  void watch_events();
  void stop_watching();
  void read_events();
  // One of the frames that wait.
  bool read_frame();
  // False when this second has had its share.
  bool within_limit();
  absl::StatusOr<std::string> ask(const os::Descriptor& socket, const std::string& command) const;
  absl::StatusOr<std::string> ask_all(const Plan& plan);
  absl::StatusOr<os::Descriptor> open_socket(const std::filesystem::path& path) const;

  const Settings settings_;
  const Delegate delegate_;
  os::EventLoop loop_;
  os::Descriptor inotify_, requests_;
  os::Descriptor events_;
  std::optional<EapFrames> frames_;  // of a wire
  ino_t daemon_ = 0;                 // which socket file we are connected to: a new daemon makes a new one
  State state_ = State::kDisconnected;
  PerSecond limit_{kMostEvents};
  std::atomic<std::size_t> waiting_ = 0;  // batches
  std::atomic<bool> stopping_ = false;
  os::EventLoop::Clock::time_point next_ping_{};
  std::optional<os::Watch> directory_watch_, events_watch_, frames_watch_;
  os::Timer due_;
};

}  // namespace phone::network
