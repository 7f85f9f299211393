// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/device/device_file.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/flash/file.hpp"
#include "common/log/log.hpp"
#include "services/media/codec/resampler.hpp"
#include "services/media/device/wav.hpp"

namespace phone::media {
namespace {

constexpr unsigned kFramesPerWake = 5;

bool write_at(int file, const void* bytes, size_t size, off_t at) {
  return ::pwrite(file, bytes, size, at) == static_cast<ssize_t>(size);
}

absl::StatusOr<std::vector<int16_t>> read_loop(const std::filesystem::path& path) {
  if (path.empty()) return std::vector<int16_t>();
  auto bytes = flash::read(path, kMaxWavOctets);
  if (!bytes.ok()) return bytes.status();
  auto wav = parse_wav(*bytes);
  if (!wav.ok()) return wav.status();
  return resample_loop(wav->samples, wav->rate, kAudioRate);
}

}  // namespace

void NullDevice::capture(std::span<int16_t> frame) { std::fill(frame.begin(), frame.end(), int16_t{0}); }

absl::StatusOr<std::unique_ptr<Device>> FileDevice::open(const DeviceOptions& options) {
  auto loop = read_loop(options.capture);
  if (!loop.ok()) return loop.status();
  int playback = -1;
  if (!options.playback.empty()) {
    playback = ::open(options.playback.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (playback < 0)
      return absl::UnavailableError(absl::StrCat(options.playback.string(), ": ", std::strerror(errno)));
  }
  return std::unique_ptr<Device>(new FileDevice(*std::move(loop), playback));
}

FileDevice::FileDevice(std::vector<int16_t> loop, int playback) : loop_(std::move(loop)), playback_(playback) {
  if (playback_ < 0) return;
  // A restarted process continues where the one before it stopped.
  const off_t size = ::lseek(playback_, 0, SEEK_END);
  if (size > static_cast<off_t>(kWavHeaderOctets) && size <= off_t{kMaxPlaybackSeconds} * kAudioRate * 2) {
    written_ = static_cast<uint32_t>((static_cast<size_t>(size) - kWavHeaderOctets) / 2);
  }
  append({});
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  writer_ = std::thread([this] { run(); });  // not on the loop: a write may wait for the disk
}

FileDevice::~FileDevice() {
  if (writer_.joinable()) {
    stopping_ = true;
    wake();
    writer_.join();
  }
  if (wake_ >= 0) ::close(wake_);
  if (playback_ >= 0) ::close(playback_);
}

void FileDevice::capture(std::span<int16_t> frame) {
  for (int16_t& sample : frame) {
    sample = loop_.empty() ? int16_t{0} : loop_[at_];
    if (++at_ >= loop_.size()) at_ = 0;
  }
}

void FileDevice::play(std::span<const int16_t> frame) {
  if (playback_ < 0) return;
  played_.write(frame);
  if (++frames_ % kFramesPerWake == 0) wake();
}

void FileDevice::end() {
  if (playback_ >= 0) wake();
}

void FileDevice::wake() const {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void FileDevice::run() {
  std::array<int16_t, 4096> samples;
  while (!stopping_) {
    uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) < 0 && errno != EINTR) return;
    for (size_t read = played_.read(samples); read > 0; read = played_.read(samples)) {
      if (!append(std::span<const int16_t>(samples).first(read))) {
        log::warning("the playback file cannot be written; playback continues without it",
                     {{"error", std::strerror(errno)}});
        return;
      }
    }
  }
}

bool FileDevice::append(std::span<const int16_t> samples) {
  if (written_ + samples.size() > size_t{kMaxPlaybackSeconds} * kAudioRate) {
    written_ = 0;
    if (::ftruncate(playback_, kWavHeaderOctets) != 0) return false;
  }
  const auto at = static_cast<off_t>(kWavHeaderOctets + size_t{written_} * 2);
  if (!samples.empty() && !write_at(playback_, samples.data(), samples.size_bytes(), at)) return false;
  written_ += static_cast<uint32_t>(samples.size());
  const auto header = wav_header(kAudioRate, written_);
  return write_at(playback_, header.data(), header.size(), 0);
}

}  // namespace phone::media
