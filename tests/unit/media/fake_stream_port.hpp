// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// fake_stream_port.hpp -- streams without sockets or a tick: what the manager asked for is kept.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/media/stream_port.hpp"

namespace phone::media::testing_port {

class FakeStreamPort final : public StreamPort {
 public:
  absl::StatusOr<BoundStream> open(size_t slot, const std::string& name, const std::string& local_address,
                                   const PortRange& range) override {
    const auto local = parse_endpoint(local_address, range.first + 2 * static_cast<uint32_t>(slot));
    return BoundStream{.name = name, .local = *local, .inherited = {}};
  }
  absl::StatusOr<BoundStream> adopt(const InheritedStream& stream) override { return inherited[stream.slot]; }
  absl::Status close(size_t slot) override {
    closed.push_back(slot);
    return overload;
  }
  absl::Status apply(size_t slot, std::unique_ptr<StreamSetup> setup) override {
    if (overload.ok()) setups[slot].push_back(std::move(setup));
    return overload;
  }
  absl::Status forget_previous_key(size_t slot) override {
    if (overload.ok()) forgotten.push_back(slot);
    return overload;
  }
  absl::Status start_tone(std::optional<size_t>, Tone tone, std::span<const ToneShape> table) override {
    tones.push_back(table[static_cast<size_t>(tone)]);
    return overload;
  }
  void set_muted(bool value) override { muted = value; }
  void set_sound(const SoundOrder& order) override { sound = order; }
  absl::Status queue_digit(size_t, char) override { return overload; }
  void set_dscp(size_t slot, uint32_t value) override { dscp[slot] = value; }
  absl::Status check_route(size_t, const Endpoint&) const override { return absl::OkStatus(); }
  const Counters& counters(size_t slot) const override { return counted[slot]; }
  void lock_memory(const crypto::Secret&) override {}
  uint32_t random() override { return ++last_random; }
  std::string device_name() const override { return "fake"; }
  void collect() override {}

  const StreamSetup& last_setup(size_t slot) const { return *setups.at(slot).back(); }

  absl::Status overload;
  std::array<BoundStream, kMaxStreams> inherited;
  std::array<std::vector<std::unique_ptr<StreamSetup>>, kMaxStreams> setups;
  std::array<uint32_t, kMaxStreams> dscp{};
  std::array<Counters, kMaxStreams> counted;
  std::vector<size_t> closed, forgotten;
  std::vector<ToneShape> tones;
  bool muted = false;
  SoundOrder sound;
  uint32_t last_random = 100;
};

}  // namespace phone::media::testing_port
