// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/os/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace phone::os {
namespace {

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }
Descriptor open_null() { return Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC)); }

TEST(Os_Descriptor, IsClosedOnceByItsLastOwner) {
  int fd = -1;
  {
    Descriptor first = open_null();
    fd = first.get();
    Descriptor second(std::move(first));
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
}

TEST(Os_Descriptor, ClosesWhatItHadWhenItIsGivenAnother) {
  Descriptor owner = open_null();
  const int before = owner.get();
  Descriptor other = open_null();
  const int after = other.get();
  owner = std::move(other);
  EXPECT_FALSE(is_open(before));
  EXPECT_EQ(owner.get(), after);
  EXPECT_TRUE(is_open(after));
}

TEST(Os_Descriptor, LetsGoOfWhatIsReleased) {
  const int fd = open_null().release();
  EXPECT_TRUE(is_open(fd));
  EXPECT_TRUE(Descriptor(fd).close());
  EXPECT_FALSE(is_open(fd));
}

TEST(Os_Descriptor, ClosingNothingIsNoError) { EXPECT_TRUE(Descriptor().close()); }

}  // namespace
}  // namespace phone::os
