// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A far end that changes its mind a thousand times a second does not wear the flash out, and its last word is kept.
#include "common/flash/state_writer.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "common/flash/state_file.hpp"
#include "common/os/descriptor.hpp"
#include "tests/unit/temporary_directory.hpp"

namespace phone::flash {
namespace {

using Clock = std::chrono::steady_clock;

// Files that were put in their place since the last look.
int written(int watch) {
  int count = 0;
  alignas(inotify_event) std::array<char, 4096> buffer{};
  pollfd polled{watch, POLLIN, 0};
  while (poll(&polled, 1, 2) > 0) {
    const ssize_t got = ::read(watch, buffer.data(), buffer.size());
    for (ssize_t at = 0; at < got; ++count) {
      inotify_event event{};
      std::copy_n(buffer.data() + at, sizeof event, reinterpret_cast<char*>(&event));
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return count;
}

TEST(F81_StateWriter, HoweverOftenStateChangesFlashIsWrittenAtABoundedRate) {
  const tests::TemporaryDirectory directory;
  const os::Descriptor watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  ASSERT_GE(inotify_add_watch(watch.get(), directory.path().c_str(), IN_MOVED_TO), 0);
  constexpr int kChanges = 300;
  const auto begin = Clock::now();
  int count = 0;
  {
    StateWriter writer(directory);
    for (int i = 1; i <= kChanges; ++i) {
      writer.put("dialogs", "change " + std::to_string(i));
      count += written(watch.get());
    }
  }
  count += written(watch.get());
  const auto halves = (Clock::now() - begin) / std::chrono::milliseconds(500);
  EXPECT_LE(count, 16 + halves + 2);
  EXPECT_GE(count, 2);
  EXPECT_EQ(read_state(directory / "dialogs", 100), "change 300") << "the last word is kept";
}

TEST(F81_StateWriter, WhatFindsNoRoomIsWrittenWhenThereIsSomeAndBothAreTold) {
  const tests::TemporaryDirectory directory;
  const auto place = directory / "not" / "there";  // not there: as if nothing could be made in it
  std::mutex mutex;
  std::vector<std::string> told;
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return told.size();
  };
  StateWriter writer(place, {.told =
                                 [&](const std::string& file, const absl::Status& status) {
                                   const std::lock_guard lock(mutex);
                                   told.push_back(file + (status.ok() ? " saved" : " not saved"));
                                 },
                             .again = std::chrono::milliseconds(10)});
  writer.put("hook", "off");
  const auto end = Clock::now() + std::chrono::seconds(10);
  while (count() < 1 && Clock::now() < end) poll(nullptr, 0, 1);
  ASSERT_EQ(count(), 1U);
  poll(nullptr, 0, 50);  // several tries
  EXPECT_EQ(count(), 1U) << "told once";
  writer.put("hook", "on");  // the newest content is the one that is written
  std::filesystem::create_directories(place);
  while (count() < 2 && Clock::now() < end) poll(nullptr, 0, 1);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told, (std::vector<std::string>{"hook not saved", "hook saved"}));
  EXPECT_EQ(read_state(place / "hook", 100), "on");
}

}  // namespace
}  // namespace phone::flash
