// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A sound card that comes late, and ALSA's own library with plug-ins that need no card.
#include "services/media/device/device_patient.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "services/media/device/device_alsa.hpp"
#include "services/media/device/device_file.hpp"

namespace phone::media {
namespace {

template <class Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 1000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return condition();
}

// Gives 7 and counts what it is given.
class Seven final : public Device {
 public:
  explicit Seven(std::atomic<int>& played) : played_(played) {}
  std::string name() const override { return "seven"; }
  void begin() override { begun_ = true; }
  void capture(std::span<int16_t> frame) override { std::fill(frame.begin(), frame.end(), int16_t{7}); }
  void play(std::span<const int16_t>) override { played_ += begun_ ? 1 : 1000; }

 private:
  std::atomic<int>& played_;
  bool begun_ = false;
};

TEST(Devices, CardThatComesInTheMiddleOfACallIsUsed) {
  std::atomic<bool> there = false;
  std::atomic<int> played = 0, came = 0;
  PatientDevice device("alsa:late", absl::UnavailableError("No such device"),
                       [&]() -> absl::StatusOr<std::unique_ptr<Device>> {
                         if (!there) return absl::UnavailableError("still not");
                         return std::make_unique<Seven>(played);
                       });
  device.look_for_it(absl::Milliseconds(5), [&] { ++came; });
  std::array<int16_t, kFrameSamples> frame;
  const auto tick = [&] {
    device.play(frame);
    device.capture(frame);
    return frame[0];
  };
  device.begin();
  EXPECT_EQ(tick(), 0);
  EXPECT_EQ(device.name(), "alsa:late (absent: No such device)");
  there = true;
  ASSERT_TRUE(soon([&] { return came == 1; }));
  EXPECT_EQ(tick(), 7);
  EXPECT_EQ(played, 1) << "it was told to begin first";
  EXPECT_EQ(device.name(), "seven");
  device.end();
}

TEST(Devices, WaitingForACardEndsAtOnce) {
  PatientDevice device("alsa:never", absl::UnavailableError("no"),
                       []() -> absl::StatusOr<std::unique_ptr<Device>> { return absl::UnavailableError("no"); });
  device.look_for_it(absl::Hours(1), [] {});
  device.give_up();
}

// ALSA's file plug-in over its null one takes any number of frames at once: it is given the pace of real time, so that
// neither a processor nor a disk is filled.
TEST(Devices, AlsaPlugInWithoutAClockIsGivenOurs) {
  const auto directory = std::filesystem::temp_directory_path() / ("phone-alsa-" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  // ALSA's file plug-in writes what it captures too: each direction has a file of its own.
  std::ofstream(directory / "asound.conf") << "pcm.bench { type asym\n"
                                              "capture.pcm { type file slave.pcm { type null } file /dev/null infile \""
                                           << directory.string()
                                           << "/in.raw\" }\n"
                                              "playback.pcm { type file slave.pcm { type null } format raw file \""
                                           << directory.string() << "/out.raw\" } }\n";
  const std::string samples(16000 * 2 * 2, '\x11');  // two seconds
  std::ofstream(directory / "in.raw") << samples;
  setenv("ALSA_CONFIG_PATH", (directory / "asound.conf").c_str(), 1);
  {
    auto device = open_alsa("bench");
    ASSERT_TRUE(device.ok()) << device.status();
    (*device)->begin();
    std::array<int16_t, kFrameSamples> frame;
    int heard = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) {
      std::this_thread::sleep_until(begun + std::chrono::milliseconds(20 * i));
      frame.fill(0x2222);
      (*device)->play(frame);
      (*device)->capture(frame);
      heard += frame[100] == 0x1111 ? 1 : 0;
    }
    EXPECT_GE(heard, 25);
    (*device)->end();
  }
  const auto size = std::filesystem::file_size(directory / "out.raw");
  EXPECT_GE(size, 16000U * 2 / 2);
  EXPECT_LE(size, 16000U * 2 * 4) << "more than time has passed";
  std::ifstream out(directory / "out.raw", std::ios::binary);
  const std::string written((std::istreambuf_iterator<char>(out)), {});
  EXPECT_GT(std::count(written.begin(), written.end(), '\x22'), 8000) << "much of it was silence";
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace phone::media
