// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The service main as a process of its own under a supervisor played by the test.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fstream>

#include "common/mesh/process/supervisor.hpp"
#include "tests/unit/mesh/child.hpp"
#include "tests/unit/mesh/house.hpp"

namespace phone::mesh {
namespace {

// Hears what a service tells its supervisor.
class Supervisor {
 public:
  Supervisor() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)), path_(directory_.path() / "notify") {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.string().copy(address.sun_path, sizeof address.sun_path - 1);
    bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  // The next message, or empty after `patience`. A descriptor that came along is kept in `received`.
  std::string hear(absl::Duration patience = absl::Seconds(10)) {
    pollfd readable{socket_.get(), POLLIN, 0};
    if (poll(&readable, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) <= 0) return {};
    char text[1024];
    iovec bytes{text, sizeof text};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const auto size = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (const cmsghdr* rights = CMSG_FIRSTHDR(&message); rights != nullptr && rights->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      memcpy(&fd, CMSG_DATA(rights), sizeof fd);
      received = os::Descriptor(fd);
    }
    return {text, static_cast<size_t>(std::max<ssize_t>(size, 0))};
  }
  const std::filesystem::path& path() const { return path_; }
  os::Descriptor received;

 private:
  TemporaryDirectory directory_;
  os::Descriptor socket_;
  std::filesystem::path path_;
};

class Mesh_Service : public testing::Test {
 protected:
  Mesh_Service() {
    std::ofstream(directory_.path() / "roles") << "gateway " << (getuid() == 0 ? 7408u : getuid()) << "\n";
  }
  std::vector<std::string> command(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{
        PHONE_TEST_SERVICE,          "--socket-dir", directory_.path() / "run",  "--state-dir",
        directory_.path() / "state", "--roles",      directory_.path() / "roles"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::vector<std::string> notify() const { return {"NOTIFY_SOCKET=" + supervisor_.path().string()}; }
  std::filesystem::path socket() const { return directory_.path() / "run" / "signaling" / "grpc.sock"; }
  // Root has no role; a process of the gateway's uid asks for us.
  std::string probe(const std::string& method) const { return run_probe({method}); }
  std::string dialled(const std::string& number) const { return run_probe({"--dial", number}); }

  TemporaryDirectory directory_;
  Supervisor supervisor_;

 private:
  std::string run_probe(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words;
    if (getuid() == 0) words = {"setpriv", "--reuid", "7408", "--regid", "7408", "--clear-groups"};
    words.insert(words.end(), {PHONE_MESH_PROBE, socket().string()});
    words.insert(words.end(), arguments.begin(), arguments.end());
    return Child(words).read_all();
  }
};

TEST_F(Mesh_Service, ServesSaysSoDrainsAndExitsZero) {
  Child service(command(), notify());
  ASSERT_EQ(supervisor_.hear(), "READY=1");
  EXPECT_TRUE(std::filesystem::is_directory(directory_.path() / "state"));
  EXPECT_EQ(probe(kDial), std::string(kDial) + " 0\n");
  EXPECT_EQ(probe("grpc.health.v1.Health/Check"), "grpc.health.v1.Health/Check 0\n");
  service.signal(SIGTERM);
  EXPECT_EQ(supervisor_.hear(), "STOPPING=1");
  EXPECT_EQ(service.wait(), 0);
}

TEST_F(Mesh_Service, ServesOnTheSocketOfItsSupervisorAndLeavesItThere) {
  auto listening = listen_unix(socket());
  ASSERT_TRUE(listening.ok());
  for (int incarnation = 0; incarnation < 2; ++incarnation) {
    auto environment = notify();
    environment.insert(environment.end(), {"LISTEN_FDS=1", "LISTEN_FDNAMES=grpc"});
    auto words = command();
    words.insert(words.begin(), {"sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"});
    Child service(words, environment, {listening->get()});
    ASSERT_EQ(supervisor_.hear(), "READY=1");
    EXPECT_EQ(probe(kDial), std::string(kDial) + " 0\n");
    service.signal(incarnation == 0 ? SIGTERM : SIGKILL);
    EXPECT_EQ(service.wait(), incarnation == 0 ? 0 : -SIGKILL);
    if (incarnation == 0) {
      EXPECT_EQ(supervisor_.hear(), "STOPPING=1");
    }
  }
}

TEST_F(Mesh_Service, WatchdogIsPettedOnlyWhileActorsAnswer) {
  auto environment = notify();
  environment.push_back("WATCHDOG_USEC=200000");
  Child service(command(), environment);
  ASSERT_EQ(supervisor_.hear(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(supervisor_.hear(absl::Seconds(2)), "WATCHDOG=1");
  EXPECT_EQ(dialled("stuck"), "stuck 4\n");  // DEADLINE_EXCEEDED
  int petted = 0;
  while (!supervisor_.hear(absl::Milliseconds(600)).empty() && petted < 20) ++petted;
  EXPECT_LT(petted, 20) << "a service whose actors hang must not look alive";
}

// What one peer may put into an actor's mailbox is many turns of the others, among them the heart's.
TEST_F(Mesh_Service, WatchdogIsPettedWhileAnActorWorksOffAFullMailbox) {
  auto environment = notify();
  environment.push_back("WATCHDOG_USEC=200000");
  Child service(command(), environment);
  ASSERT_EQ(supervisor_.hear(), "READY=1");
  EXPECT_EQ(dialled("burst"), "burst 4\n");  // DEADLINE_EXCEEDED: its turn comes last
  for (int i = 0; i < 15; ++i) ASSERT_EQ(supervisor_.hear(absl::Seconds(1)), "WATCHDOG=1") << i;
}

TEST_F(Mesh_Service, BadOptionsAndAbsentRolesAreSaidNotServed) {
  Child bad(command({"--no-such-option"}), notify());
  EXPECT_EQ(bad.wait(), 2);
  std::filesystem::remove(directory_.path() / "roles");
  Child rolesless(command(), notify());
  EXPECT_EQ(rolesless.wait(), 70);
  EXPECT_EQ(supervisor_.hear(absl::ZeroDuration()), "") << "never said ready";
}

TEST_F(Mesh_Service, DescriptorsAreStoredWithTheSupervisor) {
  setenv("NOTIFY_SOCKET", supervisor_.path().c_str(), 1);
  const os::Descriptor event(eventfd(0, EFD_CLOEXEC));
  EXPECT_TRUE(sd_store_fd("stream.1", event.get()).ok());
  EXPECT_EQ(supervisor_.hear(), "FDSTORE=1\nFDPOLL=0\nFDNAME=stream.1");
  EXPECT_TRUE(static_cast<bool>(supervisor_.received));
  EXPECT_TRUE(sd_remove_fd("stream.1").ok());
  EXPECT_EQ(supervisor_.hear(), "FDSTOREREMOVE=1\nFDNAME=stream.1");
  unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(sd_store_fd("stream.1", event.get()).code(), absl::StatusCode::kFailedPrecondition);
}

// The supervisor's part of a handover: what systemd does for ExecReload=.
class Mesh_Handover : public Mesh_Service {
 protected:
  Mesh_Handover() { std::filesystem::create_directories(directory_.path() / "runtime"); }
  std::vector<std::string> environment() const {
    auto all = notify();
    all.push_back("RUNTIME_DIRECTORY=" + (directory_.path() / "runtime").string());
    return all;
  }
  // With a listening socket, as systemd starts it, and with what was stored for it before.
  std::unique_ptr<Child> first(int listening, std::vector<int> kept = {}) {
    auto all = environment();
    std::string names = "LISTEN_FDNAMES=grpc";
    for (size_t i = 0; i < kept.size(); ++i) names += ":kept";
    kept.insert(kept.begin(), listening);
    all.insert(all.end(), {"LISTEN_FDS=" + std::to_string(kept.size()), names, "WATCHDOG_USEC=60000000"});
    auto words = command();
    words.insert(words.begin(), {"sh", "-c", "LISTEN_PID=$$ exec \"$@\"", "sh"});
    return std::make_unique<Child>(words, all, kept);
  }
};

TEST_F(Mesh_Handover, TheNewProgramServesOnTheSameSocketAndTheOldOneEndsInGoodOrder) {
  auto listening = listen_unix(socket());
  ASSERT_TRUE(listening.ok());
  const auto old = first(listening->get());
  ASSERT_EQ(supervisor_.hear(), "READY=1");
  EXPECT_EQ(probe(kDial), std::string(kDial) + " 0\n");
  Child reload(command({"--take-over"}), environment());
  std::string main = supervisor_.hear();
  while (main == "WATCHDOG=1") main = supervisor_.hear();
  ASSERT_TRUE(main.starts_with("MAINPID=")) << main;
  EXPECT_EQ(reload.wait(), 0) << "the reload has ended, its child serves";
  EXPECT_EQ(old->wait(), 0);
  EXPECT_EQ(supervisor_.hear(), "READY=1");
  EXPECT_EQ(supervisor_.hear(), "WATCHDOG=1");
  EXPECT_EQ(probe(kDial), std::string(kDial) + " 0\n");
  // And once more, from one that has itself taken over.
  Child again(command({"--take-over"}), environment());
  const std::string next = supervisor_.hear();
  ASSERT_TRUE(next.starts_with("MAINPID=")) << next;
  EXPECT_NE(next, main);
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(supervisor_.hear(), "READY=1");
  EXPECT_EQ(supervisor_.hear(), "WATCHDOG=1");
  EXPECT_EQ(probe(kDial), std::string(kDial) + " 0\n");
  EXPECT_EQ(kill(std::atoi(next.c_str() + 8), SIGTERM), 0);
  EXPECT_EQ(supervisor_.hear(), "STOPPING=1");
}

TEST_F(Mesh_Handover, WhatTheSupervisorKeepsPassesToTheSuccessorAndOnToItsOwn) {
  auto listening = listen_unix(socket());
  ASSERT_TRUE(listening.ok());
  const os::Descriptor lives(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), more(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const auto counted = [](const os::Descriptor& event) {
    eventfd_t value = 0;
    eventfd_read(event.get(), &value);
    return value;
  };
  const auto old = first(listening->get(), {lives.get(), more.get()});
  ASSERT_EQ(supervisor_.hear(), "READY=1");
  EXPECT_EQ(counted(lives), 1U);
  EXPECT_EQ(counted(more), 1U);
  pid_t last = 0;
  for (int i = 0; i < 2; ++i) {
    Child reload(command({"--take-over"}), environment());
    const std::string main = supervisor_.hear();
    ASSERT_TRUE(main.starts_with("MAINPID=")) << main;
    last = std::atoi(main.c_str() + 8);
    EXPECT_EQ(reload.wait(), 0);
    EXPECT_EQ(supervisor_.hear(), "READY=1");
    EXPECT_EQ(supervisor_.hear(), "WATCHDOG=1");
    EXPECT_EQ(counted(lives), 1U) << "the successor has another one";
    EXPECT_EQ(counted(more), 1U);
  }
  EXPECT_EQ(kill(last, SIGTERM), 0);
  EXPECT_EQ(supervisor_.hear(), "STOPPING=1");
}

TEST_F(Mesh_Handover, WithoutAnybodyToTakeOverFromItFailsAndIsNeverTheMainProcess) {
  Child reload(command({"--take-over"}), environment());
  EXPECT_EQ(reload.wait(), 70);
  EXPECT_EQ(supervisor_.hear(absl::Milliseconds(50)), "");
}

TEST_F(Mesh_Handover, NobodyElseMayAsk) {
  auto listening = listen_unix(socket());
  ASSERT_TRUE(listening.ok());
  const auto old = first(listening->get());
  ASSERT_EQ(supervisor_.hear(), "READY=1");
  const auto mode = std::filesystem::status(directory_.path() / "runtime/handover").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  if (getuid() == 0) {
    auto words = command({"--take-over"});
    words.insert(words.begin(), {"setpriv", "--reuid", "7408", "--regid", "7408", "--clear-groups"});
    EXPECT_EQ(Child(words, environment()).wait(), 70);
  }
  EXPECT_EQ(probe(kDial), std::string(kDial) + " 0\n") << "it serves as before";
  old->signal(SIGTERM);
  EXPECT_EQ(old->wait(), 0);
}

}  // namespace
}  // namespace phone::mesh
