// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// System calls of the media tick in a call: a second process traces its thread and counts them.
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include "services/media/device/device_file.hpp"
#include "services/media/engine.hpp"
#include "services/media/stream_driver.hpp"
#include "services/media/stream_manager.hpp"

namespace phone::media {
namespace {

namespace fs = std::filesystem;

constexpr auto kSettle = std::chrono::seconds(1);
constexpr auto kWatched = std::chrono::seconds(3);
constexpr double kTicksPerSecond = 50;

class NothingKept final : public DescriptorStore {
  void keep(const std::string&, int) override {}
  void forget(const std::string&) override {}
};

StreamOrder order_to(const std::string& stream, uint32_t port, char transmit, char receive) {
  StreamOrder order{
      .stream = stream, .remote_address = "127.0.0.1", .remote_port = port, .codec = "PCMU", .clock_rate = 8000};
  order.direction = Direction::kSendReceive;
  order.transmit = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, transmit)), .tag = 1};
  order.receive = {.suite = "AEAD_AES_256_GCM", .key_salt = crypto::Secret(std::string(44, receive)), .tag = 1};
  return order;
}

// One phone with one encrypted call, in this process, towards `far`; serves until it is killed.
struct OnePhone {
  OnePhone() : engine(device, nullptr), driver(engine, store), manager(driver) {
    loop.start("loop");
    engine.start(loop);
  }
  ~OnePhone() { engine.stop(); }
  NothingKept store;
  os::EventLoop loop;
  NullDevice device;
  Engine engine;
  StreamDriver driver;
  StreamManager manager;
};

// The threads called media-tick, in the order of their start.
pid_t tick_thread(pid_t process) {
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::ifstream comm(task.path() / "comm");
    std::string name;
    std::getline(comm, name);
    if (name == "media-tick") return static_cast<pid_t>(std::stol(task.path().filename().string()));
  }
  return 0;
}

const char* name_of(long call) {
  switch (call) {
    case SYS_clock_nanosleep:
      return "clock_nanosleep";
    case SYS_recvmmsg:
      return "recvmmsg";
    case SYS_recvmsg:
      return "recvmsg";
    case SYS_sendto:
      return "sendto";
    case SYS_clock_gettime:
      return "clock_gettime";
    case SYS_write:
      return "write";
    case SYS_futex:
      return "futex";
    default:
      return "others";
  }
}

int count_calls(pid_t thread) {
  if (ptrace(PTRACE_SEIZE, thread, nullptr, PTRACE_O_TRACESYSGOOD) != 0) return std::perror("ptrace"), 77;
  ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
  std::map<std::string, int> calls;
  int all = 0;
  bool entering = true;
  const auto end = std::chrono::steady_clock::now() + kWatched;
  while (std::chrono::steady_clock::now() < end) {
    int status = 0;
    if (waitpid(thread, &status, __WALL) < 0 || !WIFSTOPPED(status)) return 1;
    if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
      user_regs_struct registers{};
      ptrace(PTRACE_GETREGS, thread, nullptr, &registers);
      if (entering) {
        ++calls[name_of(static_cast<long>(registers.orig_rax))];
        ++all;
      }
      entering = !entering;
    }
    ptrace(PTRACE_SYSCALL, thread, nullptr, nullptr);
  }
  const double ticks = kTicksPerSecond * static_cast<double>(kWatched.count());
  std::printf("system calls of a tick in one encrypted G.711 call: %.2f\n", all / ticks);
  for (const auto& [name, count] : calls) std::printf("  %-16s %5.2f\n", name.c_str(), count / ticks);
  return 0;
}

// The child is the phone that is looked at; this process plays its far end.
int bench() {
  int to_child[2], to_parent[2];
  if (pipe(to_child) != 0 || pipe(to_parent) != 0) return 2;
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    OnePhone phone;
    uint16_t ours = *phone.manager.open("near", "127.0.0.1"), far = 0;
    if (write(to_parent[1], &ours, sizeof ours) < 0 || read(to_child[0], &far, sizeof far) < 0) _exit(2);
    (void)phone.manager.configure(order_to("near", far, 'x', 'y'), tick_time_now().now_us);
    for (;;) pause();
  }
  OnePhone phone;
  uint16_t near = 0, ours = *phone.manager.open("far", "127.0.0.1");
  if (read(to_parent[0], &near, sizeof near) < 0 || write(to_child[1], &ours, sizeof ours) < 0) return 2;
  (void)phone.manager.configure(order_to("far", near, 'y', 'x'), tick_time_now().now_us);
  std::this_thread::sleep_for(kSettle);  // what is measured is the steady state
  const pid_t thread = tick_thread(child);
  const int result = thread == 0 ? 2 : count_calls(thread);
  const auto received = phone.manager.report(tick_time_now().now_us).streams.at(0).packets_received;
  kill(child, SIGKILL);
  if (received < 50) return std::fprintf(stderr, "the call carried nothing\n"), 1;
  return result;
}

}  // namespace
}  // namespace phone::media

int main() { return phone::media::bench(); }
