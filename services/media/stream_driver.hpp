// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// stream_driver.hpp -- the sockets and records of all streams, and the engine that runs them. Used by one thread at a
// time.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "services/media/engine.hpp"
#include "services/media/rtp/udp_port.hpp"
#include "services/media/state_record.hpp"
#include "services/media/stream_port.hpp"

namespace phone::media {

// Where descriptors wait while no process of ours runs. Names are "rtp.0", "rtcp.0", "record.0".
class DescriptorStore {
 public:
  virtual ~DescriptorStore() = default;
  virtual void keep(const std::string& name, int fd) = 0;
  virtual void forget(const std::string& name) = 0;
};

class StreamDriver final : public StreamPort {
 public:
  StreamDriver(Engine& engine, DescriptorStore& descriptor_store);
  ~StreamDriver() override;
  StreamDriver(const StreamDriver&) = delete;
  StreamDriver& operator=(const StreamDriver&) = delete;

  absl::StatusOr<BoundStream> open(size_t slot, const std::string& name, const std::string& local_address,
                                   const PortRange& range) override;
  absl::StatusOr<BoundStream> adopt(const InheritedStream& inherited) override;
  absl::Status close(size_t slot) override;
  absl::Status apply(size_t slot, std::unique_ptr<StreamSetup> setup) override;
  absl::Status forget_previous_key(size_t slot) override;
  absl::Status start_tone(std::optional<size_t> slot, Tone tone, std::span<const ToneShape> table) override;
  absl::Status queue_digit(size_t slot, char digit) override;
  void set_muted(bool muted) override;
  void set_sound(const SoundOrder& order) override;
  void set_dscp(size_t slot, uint32_t dscp) override;
  absl::Status check_route(size_t slot, const Endpoint& remote) const override;
  const Counters& counters(size_t slot) const override;
  void lock_memory(const crypto::Secret& secret) override;
  uint32_t random() override;
  std::string device_name() const override;
  void collect() override;

 private:
  struct Parts {
    Parts(UdpPort rtp, UdpPort rtcp, std::unique_ptr<StateRecord> record, std::string cname);
    UdpPort rtp;
    UdpPort rtcp;
    std::unique_ptr<StateRecord> record;
    Stream stream;
  };
  absl::StatusOr<BoundStream> attach(size_t slot, std::unique_ptr<Parts> parts);
  void forget(size_t slot);

  Engine& engine_;
  DescriptorStore& descriptor_store_;
  std::array<std::unique_ptr<Parts>, kMaxStreams> slots_;
  std::vector<std::unique_ptr<Parts>> detaching_;  // the tick may still use them
};

}  // namespace phone::media
