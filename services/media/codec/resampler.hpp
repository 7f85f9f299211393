// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// resampler.hpp -- speexdsp's resampler in a value. process() allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

struct SpeexResamplerState_;

namespace phone::media {

class Resampler {
 public:
  static absl::StatusOr<Resampler> create(uint32_t from, uint32_t to);
  // Samples written; input that does not fit into `out` is lost, so give it room.
  size_t process(std::span<const int16_t> in, std::span<int16_t> out);
  // Forgets what the filter still has of the input.
  void reset();

 private:
  struct Free {
    void operator()(SpeexResamplerState_*) const;
  };
  explicit Resampler(SpeexResamplerState_* state) : state_(state) {}
  std::unique_ptr<SpeexResamplerState_, Free> state_;
};

// A whole loop at another rate whose end still joins its beginning.
absl::StatusOr<std::vector<int16_t>> resample_loop(const std::vector<int16_t>&, uint32_t from, uint32_t to);

}  // namespace phone::media
