// The control client against a daemon of the test's own that misbehaves; the real one is in tests/conformance.
#include "services/network_access/supplicant_control.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <condition_variable>
#include <map>

#include "absl/time/clock.h"
#include "tests/unit/temporary_folder.hpp"

namespace phone::network {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Answers every request by its first word; a word that is not in the table is answered OK, an empty answer is silence.
class FakeDaemon {
 public:
  explicit FakeDaemon(fs::path folder, std::map<std::string, std::string> answers = {})
      : folder_(std::move(folder)), answers_(std::move(answers)) {
    fs::create_directories(folder_ / "interfaces");
    global_ = listen(folder_ / "global");
    interface_ = listen(folder_ / "interfaces" / "eth0");
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

  const fs::path folder_;
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
        SupplicantControl::Settings{.folder = folder,
                                    .interface = "eth0",
                                    .driver = "wired",
                                    .group = "",
                                    .patience = milliseconds(300),
                                    .ping = milliseconds(50)},
        SupplicantControl::Hands{
            .up = [this] { change([this] { ++ups; }); },
            .down = [this] { change([this] { ++downs; }); },
            .event = [this](SupplicantEvent event) { change([&] { events.push_back(std::move(event)); }); }});
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
  absl::StatusOr<std::string> run(std::vector<SupplicantControl::Command> commands) {
    std::optional<absl::StatusOr<std::string>> answer;
    control->run(std::move(commands), [&](auto got) { change([&] { answer = std::move(got); }); });
    EXPECT_TRUE(until([&] { return answer.has_value(); }));
    return answer.value_or(absl::UnknownError("never"));
  }

  const tests::TemporaryFolder folder;
  std::mutex mutex;
  std::condition_variable changed;
  int ups = 0, downs = 0;
  std::vector<SupplicantEvent> events;
  std::unique_ptr<SupplicantControl> control;
};

TEST_F(SupplicantControlTest, WaitsForADaemonThatComesLater) {
  ASSERT_TRUE(control->start().ok());
  EXPECT_TRUE(absl::IsUnavailable(run({{"STATUS"}}).status()));
  const FakeDaemon daemon(folder);
  EXPECT_TRUE(until([this] { return ups == 1; }));
  EXPECT_EQ(run({{"STATUS"}}).value_or("-"), "OK\n");
}

TEST_F(SupplicantControlTest, RefusedCommandEndsTheBatchAndItsValueIsNotTold) {
  FakeDaemon daemon(folder, {{"SET_NETWORK", "FAIL\n"}});
  ASSERT_TRUE(control->start().ok());
  const auto answer = run({{"ADD_NETWORK"}, {"SET_NETWORK 0 password 736563726574"}, {"SELECT_NETWORK 0"}});
  EXPECT_EQ(answer.status().message(), "the supplicant refused SET_NETWORK 0 password");
  for (const auto& asked : daemon.asked()) EXPECT_FALSE(asked.starts_with("SELECT_NETWORK"));
  EXPECT_TRUE(run({{"SET_NETWORK 0 x y", true}, {"LOGON"}}).ok());
}

TEST_F(SupplicantControlTest, EventsComeInOrderAndNonsenseIsPassedOver) {
  FakeDaemon daemon(folder);
  ASSERT_TRUE(control->start().ok());
  ASSERT_TRUE(until([this] { return ups == 1; }));
  daemon.say("nonsense");
  daemon.say("<3>CTRL-EVENT-EAP-STARTED EAP authentication started");
  daemon.say("<3>\x01\x02\xff");
  daemon.say("<3>CTRL-EVENT-EAP-FAILURE EAP authentication failed");
  ASSERT_TRUE(until([this] { return events.size() == 3; }));
  EXPECT_EQ(events[0].kind, SupplicantEvent::Kind::kEapStarted);
  EXPECT_EQ(events[1].kind, SupplicantEvent::Kind::kOther);
  EXPECT_EQ(events[2].kind, SupplicantEvent::Kind::kEapFailure);
}

TEST_F(SupplicantControlTest, SilentDaemonIsLeftAndTheNextOneFound) {
  {
    const FakeDaemon silent(folder, {{"STATUS", ""}});
    ASSERT_TRUE(control->start().ok());
    ASSERT_TRUE(until([this] { return ups == 1; }));
    EXPECT_TRUE(absl::IsDeadlineExceeded(run({{"STATUS"}}).status()));
    EXPECT_TRUE(until([this] { return downs == 1; }));
  }
  const FakeDaemon next(folder);
  EXPECT_TRUE(until([this] { return ups >= 2; }));
}

TEST_F(SupplicantControlTest, DescriptorsBeyondAThousandAreAsGoodAsAny) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  if (limit.rlim_cur < 2048 || setrlimit(RLIMIT_NOFILE, &limit) != 0) GTEST_SKIP() << "descriptors are limited here";
  std::vector<os::Descriptor> taken;
  while (taken.empty() || taken.back().get() < 1100) taken.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const FakeDaemon daemon(folder);
  ASSERT_TRUE(control->start().ok());
  EXPECT_TRUE(until([this] { return ups == 1; }));
  EXPECT_TRUE(run({{"STATUS"}}).ok());
}

}  // namespace
}  // namespace phone::network
