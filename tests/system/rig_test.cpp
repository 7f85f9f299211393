// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The rig itself: the files that a phone on the bench uses do not vanish under it, and a phone that is kept ends on a
// signal.
#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/system/scene/scene.hpp"

namespace phone::system {
namespace {

using Rig = Scene;

// A package installed on the host replaces its file of /etc, and a mount on a single file goes with the old file: then
// no unit finds its user any more (status 216/GROUP).
TEST_F(Rig, NoMountOfThePhoneIsOnASingleFileOfEtc) {
  std::ifstream mounts("/proc/" + phone_->pid() + "/mountinfo");
  std::string line;
  int under_etc = 0;
  while (std::getline(mounts, line)) {
    std::istringstream words(line);
    std::string word, target;
    for (int i = 0; i < 5; ++i) words >> (i == 4 ? target : word);
    if (!target.starts_with("/etc")) continue;
    ++under_etc;
    EXPECT_TRUE(std::filesystem::is_directory("/proc/" + phone_->pid() + "/root" + target)) << target;
  }
  EXPECT_GE(under_etc, 2) << "/etc and /etc/phone";
  auto users = rig::run({.argv = phone_->inside() + std::vector<std::string>{"getent", "passwd", "phone-media"}});
  ASSERT_TRUE(users.ok());
  EXPECT_EQ(users->exit_code, 0) << "the phone's users are in its own /etc";
  struct stat info {};
  ASSERT_EQ(stat((stage_->root() / "users").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 077, 0u) << "the copy holds the host's shadow file";
}

// Its standard input is at its end from the beginning, as under a service manager or `nohup`.
TEST(RigKeep, WithoutATerminalThePhoneStaysUntilASignal) {
  auto board = rig::Process::start(
      {.argv = {PHONE_BINARY_DIR "/bin/phone-board", "--plain", "--keep", "--slack", "5"}, .capture = true});
  ASSERT_TRUE(board.ok()) << board.status();
  std::vector<std::string> words;
  std::string heard;
  for (bool up = false; !up;) {
    auto line = board->read_line(absl::Now() + absl::Minutes(2));
    if (!line.ok() && !board->running()) GTEST_SKIP() << "no board here:\n" << heard;
    ASSERT_TRUE(line.ok()) << heard;
    heard += *line + "\n";
    if (line->find("phonectl status") != std::string::npos) words = {"sh", "-c", *line + " >/dev/null"};
    up = line->starts_with("Send SIGTERM");
  }
  auto looked = rig::run({.argv = words});
  ASSERT_TRUE(looked.ok());
  EXPECT_EQ(looked->exit_code, 0) << looked->output;
  EXPECT_TRUE(board->running());
  kill(board->pid(), SIGTERM);
  const auto ended = board->wait(absl::Now() + absl::Seconds(30));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_TRUE(WIFEXITED(*ended)) << "it clears up instead of being killed";
}

}  // namespace
}  // namespace phone::system
