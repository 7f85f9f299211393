// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/codec/resampler.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>

namespace phone::media {
namespace {

constexpr int kQuality = 5;  // 11 us per 20 ms (media.md section 3)

}  // namespace

void Resampler::Free::operator()(SpeexResamplerState_* state) const { speex_resampler_destroy(state); }

absl::StatusOr<Resampler> Resampler::create(uint32_t from, uint32_t to) {
  int error = RESAMPLER_ERR_SUCCESS;
  Resampler made(speex_resampler_init(1, from, to, kQuality, &error));
  if (error != RESAMPLER_ERR_SUCCESS) return absl::InternalError(speex_resampler_strerror(error));
  return made;
}

size_t Resampler::process(std::span<const int16_t> in, std::span<int16_t> out) {
  auto taken = static_cast<spx_uint32_t>(in.size());
  auto made = static_cast<spx_uint32_t>(out.size());
  if (speex_resampler_process_int(state_.get(), 0, in.data(), &taken, out.data(), &made) != RESAMPLER_ERR_SUCCESS)
    return 0;
  return made;
}

void Resampler::reset() { speex_resampler_reset_mem(state_.get()); }

absl::StatusOr<std::vector<int16_t>> resample_loop(const std::vector<int16_t>& loop, uint32_t from, uint32_t to) {
  if (from == to || loop.empty()) return loop;
  auto resampler = Resampler::create(from, to);
  if (!resampler.ok()) return resampler.status();
  const size_t wanted = loop.size() * uint64_t{to} / from;
  // The first round fills the filter with what comes before the beginning, namely the end.
  std::vector<int16_t> rounds(wanted * 3 + 64);
  size_t made = 0;
  for (int round = 0; round < 3; ++round) made += resampler->process(loop, std::span<int16_t>(rounds).subspan(made));
  if (made < 2 * wanted) return absl::InternalError("the loop is too short to resample");
  const auto begin = rounds.begin() + static_cast<std::ptrdiff_t>(wanted);
  return std::vector<int16_t>(begin, begin + static_cast<std::ptrdiff_t>(wanted));
}

}  // namespace phone::media
