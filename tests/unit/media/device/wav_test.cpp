// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/wav.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <thread>

#include "services/media/device/device_file.hpp"

namespace phone::media {
namespace {

std::string wav_bytes(uint32_t rate, const std::vector<int16_t>& samples) {
  const auto header = wav_header(rate, static_cast<uint32_t>(samples.size()));
  return std::string(header.begin(), header.end()) +
         std::string(reinterpret_cast<const char*>(samples.data()), samples.size() * 2);
}

std::vector<int16_t> sine(uint32_t rate, double hertz, size_t count) {
  std::vector<int16_t> made(count);
  for (size_t i = 0; i < count; ++i) {
    made[i] = static_cast<int16_t>(10000 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
  }
  return made;
}

TEST(Wav, OddOnesAreRefused) {
  const std::string good = wav_bytes(8000, sine(8000, 440, 800));
  EXPECT_TRUE(parse_wav(good).ok());
  for (size_t size = 0; size < 46; ++size) EXPECT_FALSE(parse_wav(good.substr(0, size)).ok()) << size;
  std::string odd = good;
  odd[34] = 8;
  EXPECT_FALSE(parse_wav(odd).ok()) << "8 bits";
  odd = good;
  odd[24] = odd[25] = 1;
  odd[26] = 9;
  EXPECT_FALSE(parse_wav(odd).ok()) << "a rate of no use";
  odd = good;
  odd[16] = static_cast<char>(0xff);
  odd[17] = odd[18] = odd[19] = static_cast<char>(0xff);
  EXPECT_FALSE(parse_wav(odd).ok());
}

class FileDeviceTest : public testing::TestWithParam<uint32_t> {};

// The largest step between neighbours and the level tell a click.
TEST_P(FileDeviceTest, ALoopedSineHasNoSeamAndWhatIsPlayedIsReadableWhileRecording) {
  const auto directory = std::filesystem::temp_directory_path() / ("media-wav-" + std::to_string(GetParam()));
  std::filesystem::create_directories(directory);
  const auto capture = directory / "in.wav", playback = directory / "out.wav";
  std::filesystem::remove(playback);
  const std::string bytes = wav_bytes(GetParam(), sine(GetParam(), 440, GetParam()));  // one second: 440 whole periods
  std::ofstream(capture).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  auto device = open_device({.device = "file", .capture = capture, .playback = playback});
  ASSERT_TRUE(device.ok()) << device.status();
  std::vector<int16_t> all;
  for (int i = 0; i < 150; ++i) {
    std::array<int16_t, kFrameSamples> frame{};
    (*device)->capture(frame);
    (*device)->play(frame);
    all.insert(all.end(), frame.begin(), frame.end());
    if (i % 50 == 49) {  // the ring holds two seconds; a real tick is slower than this loop
      const size_t wanted = all.size() * 2 + kWavHeaderOctets;
      for (int wait = 0; wait < 500 && std::filesystem::file_size(playback) < wanted; ++wait) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    }
  }
  int step = 0;
  double power = 0;
  for (size_t i = 1; i < all.size(); ++i) {
    step = std::max(step, std::abs(all[i] - all[i - 1]));
    power += double{1} * all[i] * all[i];
  }
  EXPECT_LT(step, 10000 * 2 * std::numbers::pi * 440 / kAudioRate * 1.02);
  EXPECT_NEAR(std::sqrt(power / static_cast<double>(all.size())), 10000 / std::sqrt(2), 40);
  std::ifstream file(playback);
  const std::string recorded((std::istreambuf_iterator<char>(file)), {});
  const auto wav = parse_wav(recorded);
  ASSERT_TRUE(wav.ok()) << wav.status();
  EXPECT_EQ(wav->rate, kAudioRate);
  EXPECT_EQ(wav->samples, all);
  std::filesystem::remove_all(directory);
}
INSTANTIATE_TEST_SUITE_P(Rates, FileDeviceTest, testing::Values(8000, 16000, 48000));

TEST(Devices, UnknownOnesAreRefusedAndNullIsSilent) {
  EXPECT_FALSE(open_device({.device = "tape"}).ok());
  EXPECT_FALSE(open_device({.device = "alsa:no-such-card"}).ok());
  EXPECT_FALSE(open_device({.device = "file", .capture = "/nonexistent.wav"}).ok());
  auto device = open_device({});
  ASSERT_TRUE(device.ok());
  std::array<int16_t, kFrameSamples> frame;
  frame.fill(1);
  (*device)->capture(frame);
  EXPECT_EQ(frame[7], 0);
}

}  // namespace
}  // namespace phone::media
