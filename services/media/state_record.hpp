// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// state_record.hpp -- the live state of a stream in a page of shared memory, which systemd keeps while no process of
// ours runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/media/live_state.hpp"

namespace phone::media {

class StateRecord final : public LiveRecord {
 public:
  // A new, sealed-size memfd. The descriptor stays ours.
  static absl::StatusOr<std::unique_ptr<StateRecord>> create(std::string_view stream, uint16_t port);
  // From before a restart; takes the descriptor. DATA_LOSS when it is damaged.
  static absl::StatusOr<std::unique_ptr<StateRecord>> adopt(int fd);
  ~StateRecord() override;
  StateRecord(const StateRecord&) = delete;
  StateRecord& operator=(const StateRecord&) = delete;

  int fd() const { return fd_; }
  std::string stream() const;
  uint16_t port() const;
  // Two slots written in turn, each with its checksum: a process that dies while writing one leaves the other.
  void write(const LiveState&) override;
  std::optional<LiveState> read() const override;
  // The user has turned the microphone off. Written by another thread than write(): true from the return on.
  void set_muted(bool muted);
  bool muted() const;

 private:
  struct Page;
  StateRecord(int fd, Page* page) : fd_(fd), page_(page) {}
  int fd_;
  Page* page_;
  uint64_t turn_ = 0;
};

}  // namespace phone::media
