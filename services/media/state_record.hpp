// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// state_record.hpp -- what of a stream outlives the process: a page of shared memory that systemd keeps for us. No keys
// in it; the fingerprint of a key tells the same key from a new one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/media/rtp/srtp.hpp"

namespace phone::media {

inline constexpr size_t kMaxStreamName = 64;

struct LiveState {
  TransmitState transmit;
  ReceiveState receive;
  uint32_t receive_fingerprint = 0;  // 0: no key yet
};

// 32 bits of a digest of suite and key; never 0. Tells equal from different, nothing more.
uint32_t fingerprint(Suite, std::string_view key_salt);

class StateRecord {
 public:
  // A new, sealed-size memfd. The descriptor stays ours.
  static absl::StatusOr<std::unique_ptr<StateRecord>> create(std::string_view stream, uint16_t port);
  // One that was kept; takes the descriptor. DATA_LOSS when it is not whole.
  static absl::StatusOr<std::unique_ptr<StateRecord>> adopt(int fd);
  ~StateRecord();
  StateRecord(const StateRecord&) = delete;
  StateRecord& operator=(const StateRecord&) = delete;

  int fd() const { return fd_; }
  std::string stream() const;
  uint16_t port() const;
  // Two slots written in turn, each with its checksum: death in the middle of one leaves the other.
  void write(const LiveState&);
  std::optional<LiveState> read() const;

 private:
  struct Page;
  StateRecord(int fd, Page* page) : fd_(fd), page_(page) {}
  int fd_;
  Page* page_;
  uint64_t turn_ = 0;
};

}  // namespace phone::media
