// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/log/journal.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "common/os/descriptor.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::log {
namespace {

std::string message(Level level, std::vector<Field> fields) {
  return journal_message("policy", level, "a line", fields.data(), fields.size());
}

TEST(F98_Journal, PriorityAndFieldsStandAlone) {
  EXPECT_EQ(message(Level::kWarning, {{"from", "10.0.0.9"}, {"time-out", 3}, {"ok", true}}),
            "MESSAGE=a line\nPRIORITY=4\nSYSLOG_IDENTIFIER=phone-policy\nPHONE_SERVICE=policy\n"
            "PHONE_FROM=10.0.0.9\nPHONE_TIME_OUT=3\nPHONE_OK=yes\n");
  EXPECT_EQ(priority_of(Level::kDebug), 7);
  EXPECT_EQ(priority_of(Level::kError), 3);
}

TEST(F98_Journal, WhatAPeerSaysCannotForgeAField) {
  const std::string text = message(Level::kInfo, {{"reason", "x\nPRIORITY=0\n_UID=0"}, {"a=b\nc", "d"}});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
  EXPECT_THAT(text, testing::HasSubstr("PHONE_REASON=x\\x0aPRIORITY=0\\x0a_UID=0\nPHONE_A_B_C=d\n"));
  EXPECT_LT(message(Level::kInfo, std::vector<Field>(1000, {"k", std::string(5000, 'v')})).size(), 20'000u);
}

class F98_JournalSocket : public testing::Test {
 protected:
  F98_JournalSocket() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path_.c_str());
    EXPECT_EQ(bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    struct stat facts {};
    fstat(stream_.get(), &facts);
    name_ = std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino);
  }

  tests::TemporaryDirectory directory_;
  const std::string path_ = (directory_.path() / "socket").string();
  const os::Descriptor listening_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const os::Descriptor stream_{::open((directory_.path() / "stream").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
  std::string name_;
};

TEST_F(F98_JournalSocket, TakesMessagesWhenStderrIsItsStream) {
  const Journal journal(name_.c_str(), stream_.get(), path_.c_str());
  EXPECT_TRUE(journal.is_stderr());
  EXPECT_TRUE(journal.send("MESSAGE=x\n"));
  char bytes[100];
  EXPECT_EQ(std::string(bytes, static_cast<size_t>(recv(listening_.get(), bytes, sizeof bytes, 0))), "MESSAGE=x\n");
}

TEST_F(F98_JournalSocket, IsNotUsedForAnotherStderr) {
  EXPECT_FALSE(Journal("1:2", stream_.get(), path_.c_str()).send("MESSAGE=x\n"));
  EXPECT_FALSE(Journal(nullptr, stream_.get(), path_.c_str()).is_stderr());
}

TEST_F(F98_JournalSocket, ThatIsAwayOrFullIsNotWaitedFor) {
  const Journal away(name_.c_str(), stream_.get(), (path_ + "-none").c_str());
  EXPECT_TRUE(away.is_stderr()) << "then the priority stands in front of the line";
  EXPECT_FALSE(away.send("MESSAGE=x\n"));
  const Journal full(name_.c_str(), stream_.get(), path_.c_str());
  int taken = 0;
  while (taken < 100'000 && full.send("MESSAGE=x\n")) ++taken;
  EXPECT_LT(taken, 100'000);
}

}  // namespace
}  // namespace phone::log
