// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The control client against a daemon of the test's own that misbehaves; the real one is in tests/conformance.
#include "services/network_access/supplicant/supplicant_control.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <condition_variable>
#include <map>

#include "absl/time/clock.h"
#include "tests/unit/temporary_directory.hpp"

namespace phone::network {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Answers every request by its first word; a word that is not in the table is answered OK, an empty answer is silence.
class FakeDaemon {
 public:
  explicit FakeDaemon(fs::path directory, std::map<std::string, std::string> answers = {})
      : directory_(std::move(directory)), answers_(std::move(answers)) {
    fs::create_directories(directory_ / "interfaces");
    global_ = listen(directory_ / "global");
    interface_ = listen(directory_ / "interfaces" / "eth0");
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    stop_ = true;
    thread_.join();
    close(global_);
    close(interface_);
  }
  void say(const std::string& event) {
    const std::lock_guard lock(mutex_);
    sendto(interface_, event.data(), event.size(), 0, reinterpret_cast<const sockaddr*>(&listener_), listener_size_);
  }
  // As fast as it goes until `enough`, without waiting for a reader, as wpa_supplicant does. How many were taken.
  int flood(const std::string& event, const std::function<bool()>& enough) {
    int taken = 0;
    while (!enough()) {
      sockaddr_un to{};
      socklen_t size = 0;
      {
        const std::lock_guard lock(mutex_);
        to = listener_;
        size = listener_size_;
      }
      const auto* const address = reinterpret_cast<const sockaddr*>(&to);
      taken += sendto(interface_, event.data(), event.size(), MSG_DONTWAIT, address, size) > 0 ? 1 : 0;
      std::this_thread::yield();
    }
    return taken;
  }
  std::vector<std::string> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static int listen(const fs::path& path) {
    fs::remove(path);
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  void serve() {
    while (!stop_) {
      pollfd waiting[] = {{global_, POLLIN, 0}, {interface_, POLLIN, 0}};
      poll(waiting, 2, 5);
      for (const auto& one : waiting) {
        if (one.revents == 0) continue;
        std::string request(16384, '\0');
        sockaddr_un from{};
        socklen_t size = sizeof from;
        const auto got = recvfrom(one.fd, request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        request.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        const std::string word = request.substr(0, request.find(' '));
        const std::lock_guard lock(mutex_);
        asked_.push_back(request);
        if (word == "ATTACH") {
          listener_ = from;
          listener_size_ = size;
        }
        const auto found = answers_.find(word);
        const std::string answer = found != answers_.end() ? found->second : word == "PING" ? "PONG\n" : "OK\n";
        if (!answer.empty())
          sendto(one.fd, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
      }
    }
  }

  const fs::path directory_;
  const std::map<std::string, std::string> answers_;
  int global_ = -1, interface_ = -1;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  sockaddr_un listener_{};
  socklen_t listener_size_ = 0;
  std::thread thread_;
};

struct SupplicantControlTest : testing::Test {
  SupplicantControlTest() {
    control = std::make_unique<SupplicantControl>(
        SupplicantControl::Settings{.directory = directory,
                                    .interface = "eth0",
                                    .driver = "wired",
                                    .group = "",
                                    .patience = milliseconds(300),
                                    .ping = milliseconds(50)},
        SupplicantControl::Delegate{
            .up = [this] { change([this] { ++ups; }); },
            .down = [this] { change([this] { ++downs; }); },
            .event = [this](SupplicantEvent event) { change([&] { events.push_back(std::move(event)); }); },
            .missed = [this] { change([this] { ++missed; }); }});
  }
  ~SupplicantControlTest() override { control.reset(); }
  template <class Change>
  void change(Change what) {
    const std::lock_guard lock(mutex);
    what();
    changed.notify_all();
  }
  template <class Condition>
  bool until(Condition holds) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), holds);
  }
  absl::StatusOr<std::string> run(Plan commands) {
    std::optional<absl::StatusOr<std::string>> answer;
    control->run(std::move(commands), [&](auto got) { change([&] { answer = std::move(got); }); });
    EXPECT_TRUE(until([&] { return answer.has_value(); }));
    return answer.value_or(absl::UnknownError("never"));
  }

  const tests::TemporaryDirectory directory;
  std::mutex mutex;
  std::condition_variable changed;
  int ups = 0, downs = 0, missed = 0;
  bool answered = false;
  std::vector<SupplicantEvent> events;
  std::unique_ptr<SupplicantControl> control;
};

TEST_F(SupplicantControlTest, WaitsForADaemonThatComesLater) {
  ASSERT_TRUE(control->start().ok());
  EXPECT_TRUE(absl::IsUnavailable(run({{"STATUS"}}).status()));
  const FakeDaemon daemon(directory);
  EXPECT_TRUE(until([this] { return ups == 1; }));
  EXPECT_EQ(run({{"STATUS"}}).value_or("-"), "OK\n");
}

TEST_F(SupplicantControlTest, RefusedCommandEndsTheBatchAndItsValueIsNotTold) {
  FakeDaemon daemon(directory, {{"SET_NETWORK", "FAIL\n"}});
  ASSERT_TRUE(control->start().ok());
  const auto answer = run({{"ADD_NETWORK"}, {"SET_NETWORK 0 password 736563726574"}, {"SELECT_NETWORK 0"}});
  EXPECT_EQ(answer.status().message(), "the supplicant refused SET_NETWORK 0 password");
  for (const auto& asked : daemon.asked()) EXPECT_FALSE(asked.starts_with("SELECT_NETWORK"));
  EXPECT_TRUE(run({{"SET_NETWORK 0 x y", true}, {"LOGON"}}).ok());
}

TEST_F(SupplicantControlTest, EventsComeInOrderAndNonsenseIsPassedOver) {
  FakeDaemon daemon(directory);
  ASSERT_TRUE(control->start().ok());
  ASSERT_TRUE(until([this] { return ups == 1; }));
  daemon.say("nonsense");
  daemon.say("<3>CTRL-EVENT-EAP-STARTED EAP authentication started");
  daemon.say("<3>\x01\x02\xff");
  daemon.say("<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed");
  ASSERT_TRUE(until([this] { return events.size() == 2; }));
  EXPECT_TRUE(std::holds_alternative<supplicant::EapStarted>(events[0]));
  EXPECT_TRUE(std::holds_alternative<supplicant::EapFailed>(events[1]));
}

TEST_F(SupplicantControlTest, OfAFloodABoundedShareIsReadRequestsAreAnsweredAndTheLossIsSaid) {
  FakeDaemon daemon(directory);
  ASSERT_TRUE(control->start().ok());
  ASSERT_TRUE(until([this] { return ups == 1; }));
  const auto missed_now = [this] {
    const std::lock_guard lock(mutex);
    return missed;
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool asked = false;
  const int sent = daemon.flood("<3>CTRL-EVENT-EAP-STARTED EAP authentication started", [&] {
    if (!asked && missed_now() == 1) {
      asked = true;
      control->run({{"STATUS"}}, [this](auto answer) { change([&] { answered = answer.value_or("") == "OK\n"; }); });
    }
    return missed_now() >= 3 || std::chrono::steady_clock::now() > end;
  });
  ASSERT_TRUE(until([this] { return missed >= 3 && answered; }));
  std::size_t read = 0;
  {
    const std::lock_guard lock(mutex);
    read = events.size();
    // The flood may have gone on into the next second.
    EXPECT_LE(read, static_cast<std::size_t>(SupplicantControl::kMostEvents * (missed + 1)));
    EXPECT_GE(read, static_cast<std::size_t>(SupplicantControl::kMostEvents));
    EXPECT_EQ(downs, 0);
  }
  EXPECT_GT(sent, static_cast<int>(read));
  // Each time on a socket of its own: the daemon may have given up the old one.
  int attached = 0;
  for (const auto& request : daemon.asked()) attached += request == "ATTACH" ? 1 : 0;
  EXPECT_GE(attached, 4);
  daemon.say("<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed");
  EXPECT_TRUE(until([this] { return std::holds_alternative<supplicant::EapFailed>(events.back()); }));
}

TEST_F(SupplicantControlTest, DatagramsThatAreTooLongOrEmptyAreNeitherEventsNorAnswers) {
  FakeDaemon daemon(directory, {{"STATUS", std::string(kMaxControlDatagram + 1, 'a')},
                                {"SCAN_RESULTS", std::string(kMaxControlDatagram, 'a')}});
  ASSERT_TRUE(control->start().ok());
  ASSERT_TRUE(until([this] { return ups == 1; }));
  daemon.say("<3>CTRL-EVENT-EAP-SUCCESS " + std::string(kMaxControlDatagram, 'x'));
  daemon.say("");
  daemon.say("<");
  daemon.say("<3");
  daemon.say("<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed");
  ASSERT_TRUE(until([this] { return !events.empty(); }));
  EXPECT_EQ(events.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<supplicant::EapFailed>(events.back()));
  EXPECT_EQ(run({{"STATUS"}}).status(), absl::OutOfRangeError("the supplicant's reply is too long"));
  EXPECT_EQ(run({{"SCAN_RESULTS"}}).value_or("").size(), kMaxControlDatagram);
  EXPECT_EQ(downs, 0);
}

TEST_F(SupplicantControlTest, SilentDaemonIsLeftAndTheNextOneFound) {
  {
    const FakeDaemon silent(directory, {{"STATUS", ""}});
    ASSERT_TRUE(control->start().ok());
    ASSERT_TRUE(until([this] { return ups == 1; }));
    EXPECT_TRUE(absl::IsDeadlineExceeded(run({{"STATUS"}}).status()));
    EXPECT_TRUE(until([this] { return downs == 1; }));
  }
  const FakeDaemon next(directory);
  EXPECT_TRUE(until([this] { return ups >= 2; }));
}

TEST_F(SupplicantControlTest, DescriptorsBeyondAThousandAreAsGoodAsAny) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  if (limit.rlim_cur < 2048 || setrlimit(RLIMIT_NOFILE, &limit) != 0) GTEST_SKIP() << "descriptors are limited here";
  std::vector<os::Descriptor> taken;
  while (taken.empty() || taken.back().get() < 1100) taken.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const FakeDaemon daemon(directory);
  ASSERT_TRUE(control->start().ok());
  EXPECT_TRUE(until([this] { return ups == 1; }));
  EXPECT_TRUE(run({{"STATUS"}}).ok());
}

}  // namespace
}  // namespace phone::network
