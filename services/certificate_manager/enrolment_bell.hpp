#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "common/mesh/listener.hpp"

namespace phone::certificates {

// Below the folder of sockets.
inline constexpr char kEnrolmentSocket[] = "enrolment/wake.sock";

// Keeps the enrolment process there while an order is open, by a connection that stays as long: its socket's supervisor
// starts the process for it, and the process leaves when nobody holds one. When it dies the connection breaks and is
// made again, after a pause that doubles to five seconds.
class EnrolmentBell {
 public:
  explicit EnrolmentBell(std::filesystem::path socket);
  EnrolmentBell(const EnrolmentBell&) = delete;
  EnrolmentBell& operator=(const EnrolmentBell&) = delete;
  ~EnrolmentBell();

  // From any thread; never waits.
  void set(bool order_open);

 private:
  void run();
  // Until the order is closed or the other side is gone.
  void hold(int connection);

  const std::filesystem::path socket_;
  const os::Descriptor wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace phone::certificates
