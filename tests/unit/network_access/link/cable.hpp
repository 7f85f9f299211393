// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <gtest/gtest.h>

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <cstdlib>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>

#include "services/network_access/link/link_driver.hpp"

// A cable in a network of the test's own: eth0 is the phone's end, sw0 the other one.
namespace phone::network {

// Runs a line of shell in this test's own network namespace; its exit status.
inline int sh(const std::string& line) { return std::system(line.c_str()); }

inline bool own_network() {
  static const bool made =
      unshare(CLONE_NEWNET) == 0 && sh("ip link set lo up") == 0 &&
      sh("ip link add eth0 type veth peer name sw0 && ip link set sw0 up && ip link set eth0 up") == 0;
  return made;
}

class Witness {
 public:
  void operator()(LinkObservation seen) {
    const std::lock_guard lock(mutex_);
    ever_without_address = ever_without_address || seen.link.addresses.empty();
    last_ = std::move(seen);
    changed_.notify_all();
  }
  template <class Condition>
  bool becomes(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return condition(last_); });
  }

  bool ever_without_address = false;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  LinkObservation last_;
};

struct PortWatch_Peer : testing::Test {
  void SetUp() override {
    if (!own_network()) GTEST_SKIP() << "no network namespace of our own here";
    char name[] = "/tmp/port-watch-XXXXXX";
    directory = mkdtemp(name);
    loop.emplace();  // in the namespace too
    loop->start("test");
  }
  void TearDown() override {
    std::error_code ignored;  // dnsmasq may be taking its own file away
    if (!directory.empty()) std::filesystem::remove_all(directory, ignored);
  }
  std::filesystem::path directory;
  Witness witness;
  std::optional<os::EventLoop> loop;
};

// A dnsmasq of the test's own, ended by its id.
class Dnsmasq {
 public:
  Dnsmasq(const std::filesystem::path& directory, const std::string& options) : pid_file_(directory / "other.pid") {
    const std::string line =
        "dnsmasq --conf-file=/dev/null --port=0 --interface=sw0 --bind-interfaces --user=root --dhcp-authoritative "
        "--dhcp-leasefile=" +
        (directory / "other.leases").string() + " --pid-file=" + pid_file_.string() + " " + options;
    // The one before may be leaving its port.
    for (int i = 0; i < 100 && sh(line) != 0; ++i) poll(nullptr, 0, 50);
  }
  ~Dnsmasq() {
    std::ifstream in(pid_file_);
    pid_t pid = 0;
    if (in >> pid) kill(pid, SIGTERM);
  }

 private:
  const std::filesystem::path pid_file_;
};

inline bool has(const LinkObservation& seen, const std::string& beginning) {
  for (const auto& address : seen.link.addresses) {
    if (address.starts_with(beginning)) return true;
  }
  return false;
}

// What a command prints.
inline std::string output(const std::string& line) {
  std::string text;
  FILE* pipe = popen(line.c_str(), "r");
  std::array<char, 256> buffer{};
  while (pipe != nullptr && fgets(buffer.data(), buffer.size(), pipe) != nullptr) text += buffer.data();
  if (pipe != nullptr) pclose(pipe);
  return text;
}

}  // namespace phone::network
