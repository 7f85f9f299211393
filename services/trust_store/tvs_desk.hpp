// Asks TVS servers, one question at a time, on a thread that may block (cisco-formats.md C2).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "common/tls/client.hpp"
#include "services/trust_store/keeper.hpp"
#include "services/trust_store/tvs_cache.hpp"

namespace phone::trust::tvs {

// From question to answer, all servers together: callers of VerifyPeer wait 2 s (DESIGN.md, TLS and blocking) and shall
// hear the reason.
inline constexpr absl::Duration kPatience = absl::Milliseconds(1800);
inline constexpr std::size_t kMostWaiting = 32;

class Desk {
 public:
  // The client certificate to offer, fetched for every connection; nothing: none is offered.
  using IdentitySource = std::function<std::optional<tls::Identity>(absl::Duration timeout)>;

  // `model` is part of the device name the server is told: "CP-<model>-SEP<MAC>".
  Desk(IdentitySource identity, std::string model);
  ~Desk() { stop(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // `done` comes on the desk's thread, or at once when too many wait; not after stop().
  void ask(TvsJob job, std::function<void(TvsWord)> done);
  void stop();

 private:
  struct Waiting {
    TvsJob job;
    std::function<void(TvsWord)> done;
    absl::Time deadline;
  };
  void run();
  TvsWord look_up(const TvsJob& job, absl::Time deadline);
  absl::StatusOr<Answer> ask_server(const TvsJob& job, const TvsServer& server, absl::Time deadline);

  const IdentitySource identity_;
  const std::string model_;
  Cache cache_;                        // the thread's
  std::uint32_t next_session_ = 1001;  // where real phones start (C1)
  int stop_fd_ = -1;                   // readable once stop() is called: connects and handshakes give up
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace phone::trust::tvs
