// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F84: the sandbox each service closes around itself, exactly the shipped one (its own sandbox.cpp is linked), put
// around a child of this test that then tries to read, write, connect, listen, exec and more.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "attempts.hpp"
#include "common/mesh/process/paths.hpp"
#include "common/sandbox/sandbox.hpp"
#include "gateway/sandbox.hpp"
#include "gateway/web/admin/sandbox.hpp"
#include "gateway/web/sandbox.hpp"
#include "loopback.hpp"
#include "services/certificate_manager/enrolment/sandbox.hpp"
#include "services/certificate_manager/sandbox.hpp"
#include "services/download/sandbox.hpp"
#include "services/media/sandbox.hpp"
#include "services/network_access/sandbox.hpp"
#include "services/policy/sandbox.hpp"
#include "services/signaling/sandbox.hpp"
#include "services/trust_store/sandbox.hpp"
#include "services/url_services/sandbox.hpp"

namespace phone::sandbox {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

constexpr int kNotConfined = 120;

struct Row {
  const char* service;
  std::function<absl::Status(const mesh::Paths&)> enter;
  Names may;  // what works; everything else in attempts() must be stopped

  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.service; }
};

Names also(std::initializer_list<const char*> more) {
  Names all{"thread", "mesh"};
  all.insert(more.begin(), more.end());
  return all;
}

const Row kRows[] = {
    {"trust_store", [](const mesh::Paths& paths) { return trust::enter_sandbox(paths, "/nonexistent"); },
     also({"own state", "read own state", "connect", "udp"})},
    {"certificate_manager", [](const mesh::Paths& paths) { return certificates::enter_sandbox(paths, "/nonexistent"); },
     also({"own state", "read own state"})},
    {"enrolment", enrolment::enter_sandbox, also({"connect", "udp"})},
    {"download", download::enter_sandbox, also({"connect", "udp"})},
    {"url_services", url_services::enter_sandbox, also({})},
    {"policy", policy::enter_sandbox, also({"own state", "read own state"})},
    {"network_access",
     [](const mesh::Paths& paths) {
       return network::enter_sandbox(paths, "/nonexistent",
                                     {.supplicant = "/run/phone-supplicant",
                                      .lldp = "/run/phone-lldp/socket",
                                      .resolver_file = "/run/phone-dns/resolv.conf",
                                      .time_dir = "/run/phone-time"});
     },
     also({"own state", "read own state", "udp", "raw", "new code", "become another"})},
    {"signaling", signaling::enter_sandbox, also({"own state", "read own state", "connect", "udp"})},
    {"media",
     [](const mesh::Paths& paths) {
       const media::DeviceOptions device;
       const auto files = media::confine_files(paths, device);
       return files.ok() ? media::confine_calls(paths, device) : files;
     },
     also({"own state", "read own state", "udp"})},
    {"gateway", [](const mesh::Paths& paths) { return gateway::enter_sandbox(paths, "/nonexistent"); },
     also({"read own state", "listen", "listen unbound"})},
    {"web", gateway::web::enter_sandbox, also({})},
    {"web_admin", gateway::web::enter_admin_sandbox, also({"read own state", "listen", "listen unbound"})},
};

class F84_Sandbox : public ::testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    std::string pattern = "/var/tmp/phone-sandbox-XXXXXX";  // below no path any service may touch
    root_ = mkdtemp(pattern.data());
    paths_.state_dir = root_ / "state";
    paths_.roles = root_ / "roles";
    for (const char* directory : {"state", "foreign"}) fs::create_directories(root_ / directory);
    for (const char* file : {"state/old", "foreign/secret", "roles"}) std::ofstream(root_ / file) << "secret";
    around_ = {.own_state = paths_.state_dir,
               .foreign_file = root_ / "foreign/secret",
               .foreign_directory = root_ / "foreign",
               .unix_socket = root_ / "socket",
               .abstract_socket = root_.string(),
               .tcp_port = tcp_.port(),
               .stranger = getpid()};
    ASSERT_TRUE(unix_.listen(around_.unix_socket, false));
    ASSERT_TRUE(abstract_.listen(around_.abstract_socket, true));
  }
  void TearDown() override { fs::remove_all(root_); }

  int try_confined(const Attempt& attempt) const {
    return in_a_child([&] { return GetParam().enter(paths_).ok() ? attempt.run(around_) : kNotConfined; });
  }

  fs::path root_;
  mesh::Paths paths_;
  Surroundings around_;
  LoopbackListener tcp_;
  UnixListener unix_, abstract_;
};

TEST_P(F84_Sandbox, WhatItMayDoWorksAndEverythingElseIsStopped) {
  for (const Attempt& attempt : attempts()) {
    SCOPED_TRACE(attempt.name);
    const bool may = GetParam().may.count(attempt.name) > 0;
    if (!may && attempt.by_landlock && landlock_abi() == 0) continue;
    const int result = try_confined(attempt);
    ASSERT_NE(result, kNotConfined);
    if (may) {
      EXPECT_EQ(result, 0);
    } else {
      EXPECT_TRUE(result == EPERM || result == EACCES || result == -SIGSYS) << result;
    }
  }
  if (landlock_abi() == 0) GTEST_SKIP() << "this kernel has no Landlock: files were not tried, calls were";
}

TEST_P(F84_Sandbox, TheAttemptsWorkWithoutASandbox) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, as packet sockets do";
  const Names never{"bluetooth", "ptrace"};  // no such family everywhere; the stranger is our own parent
  for (const Attempt& attempt : attempts()) {
    if (never.count(attempt.name) > 0) continue;
    EXPECT_EQ(in_a_child([&] { return attempt.run(around_); }), 0) << attempt.name;
    std::ofstream(around_.foreign_file) << "secret";
  }
}

TEST_P(F84_Sandbox, WhatIsNeverRightEndsTheProcess) {
  for (const Attempt& attempt : attempts()) {
    if (std::string(attempt.name) != "ptrace" && std::string(attempt.name) != "replace itself") continue;
    // It runs ip and tc, and no other program.
    const bool runs_tools = std::string(GetParam().service) == "network_access";
    const bool program = std::string(attempt.name) == "replace itself";
    EXPECT_EQ(try_confined(attempt), runs_tools && program ? EACCES : -SIGSYS) << attempt.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Services, F84_Sandbox, ::testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.service); });

TEST(F84_SandboxThreads, AThreadThatIsThereAlreadyIsNotForgotten) {
  const int result = in_a_child([] {
    std::atomic<bool> end = false;
    std::thread early([&] { end.wait(false); });
    std::thread second([&] { end.wait(false); });
    const bool refused = absl::IsFailedPrecondition(Sandbox("test").enter());
    end = true;
    end.notify_all();
    early.join();
    second.join();
    return refused ? 0 : 1;
  });
  EXPECT_EQ(result, 0);
}

// Media opens its sound device, whose threads then run, between the two steps.
TEST(F84_SandboxThreads, CallsOfThreadsThatAreThereAlreadyAreHeldToo) {
  const int result = in_a_child([] {
    std::atomic<int> step = 0;
    int error = 0;
    std::thread early([&] {
      step.wait(0);
      error = socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
    });
    const bool confined = media::confine_calls({}, {}).ok();
    step = 1;
    step.notify_all();
    early.join();
    return confined ? error : kNotConfined;
  });
  EXPECT_EQ(result, EPERM);
}

}  // namespace
}  // namespace phone::sandbox
