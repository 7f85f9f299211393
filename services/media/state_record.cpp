// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/state_record.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/flash/crc32.hpp"

namespace phone::media {
namespace {

using flash::crc32;

constexpr uint32_t kMagic = 0x4d525331;  // "MRS1"; another layout gets another number

struct Head {
  uint32_t magic;
  uint16_t port;
  uint16_t name_size;
  char name[kMaxStreamName];
  uint32_t crc;
};

struct Slot {
  uint64_t turn;
  uint64_t transmit_index;
  uint32_t transmit_ssrc;
  uint32_t transmit_rtcp_index;
  uint32_t receive_sources;
  uint32_t receive_rtcp_index;
  uint32_t receive_fingerprint;
  uint32_t source_ssrc[kMaxSources];
  uint64_t source_index[kMaxSources];
  uint32_t focus;  // 0 in records of versions before it was written: FocusState::kNew
  uint32_t crc;
};

}  // namespace

struct StateRecord::Page {
  Head head;
  uint32_t muted;  // 0 in records of versions before it was written
  Slot slot[2];
};

absl::StatusOr<std::unique_ptr<StateRecord>> StateRecord::create(std::string_view stream, uint16_t port) {
  if (stream.empty() || stream.size() > kMaxStreamName)
    return absl::InvalidArgumentError("a stream needs a name of 1 to 64 octets");
  const int fd = ::memfd_create("phone-media-stream", MFD_CLOEXEC);
  if (fd < 0 || ::ftruncate(fd, sizeof(Page)) != 0) {
    if (fd >= 0) ::close(fd);
    return absl::ResourceExhaustedError("out of memory for a stream's record");
  }
  void* mapped = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) {
    ::close(fd);
    return absl::ResourceExhaustedError("out of memory for a stream's record");
  }
  auto* page = static_cast<Page*>(mapped);
  page->head.magic = kMagic;
  page->head.port = port;
  page->head.name_size = static_cast<uint16_t>(stream.size());
  std::memcpy(page->head.name, stream.data(), stream.size());
  page->head.crc = crc32(&page->head, offsetof(Head, crc));
  std::unique_ptr<StateRecord> record(new StateRecord(fd, page));
  record->write({});
  return record;
}

absl::StatusOr<std::unique_ptr<StateRecord>> StateRecord::adopt(int fd) {
  struct stat status {};
  void* mapped = MAP_FAILED;
  if (::fstat(fd, &status) == 0 && status.st_size == static_cast<off_t>(sizeof(Page))) {
    mapped = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  if (mapped == MAP_FAILED) {
    ::close(fd);
    return absl::DataLossError("a stored stream record has the wrong format");
  }
  std::unique_ptr<StateRecord> record(new StateRecord(fd, static_cast<Page*>(mapped)));
  const Head& head = record->page_->head;
  if (head.magic != kMagic || head.name_size == 0 || head.name_size > kMaxStreamName ||
      head.crc != crc32(&head, offsetof(Head, crc))) {
    return absl::DataLossError("a stored stream record is damaged");
  }
  for (const Slot& slot : record->page_->slot) record->turn_ = std::max(record->turn_, slot.turn);
  return record;
}

StateRecord::~StateRecord() {
  ::munmap(page_, sizeof(Page));
  ::close(fd_);
}

void StateRecord::set_muted(bool muted) { __atomic_store_n(&page_->muted, muted ? 1U : 0U, __ATOMIC_SEQ_CST); }
bool StateRecord::muted() const { return __atomic_load_n(&page_->muted, __ATOMIC_SEQ_CST) != 0; }

std::string StateRecord::stream() const { return std::string(page_->head.name, page_->head.name_size); }
uint16_t StateRecord::port() const { return page_->head.port; }

void StateRecord::write(const LiveState& state) {
  Slot slot{};
  slot.turn = ++turn_;
  slot.transmit_index = state.transmit.index;
  slot.transmit_ssrc = state.transmit.ssrc;
  slot.transmit_rtcp_index = state.transmit.rtcp_index;
  slot.receive_sources = state.receive.sources;
  slot.receive_rtcp_index = state.receive.rtcp_index;
  slot.receive_fingerprint = state.receive_fingerprint;
  slot.focus = static_cast<uint32_t>(state.focus);
  for (size_t i = 0; i < kMaxSources; ++i) {
    slot.source_ssrc[i] = state.receive.source[i].ssrc;
    slot.source_index[i] = state.receive.source[i].index;
  }
  slot.crc = crc32(&slot, offsetof(Slot, crc));
  std::memcpy(&page_->slot[turn_ & 1], &slot, sizeof slot);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the compiler may not move it behind the sending of the packet
}

std::optional<LiveState> StateRecord::read() const {
  const Slot* newest = nullptr;
  for (const Slot& slot : page_->slot) {
    if (slot.crc != crc32(&slot, offsetof(Slot, crc)) || slot.receive_sources > kMaxSources) continue;
    if (slot.focus >= kFocusStates) continue;
    if (newest == nullptr || slot.turn > newest->turn) newest = &slot;
  }
  if (newest == nullptr) return std::nullopt;
  LiveState state;
  state.transmit = {
      .ssrc = newest->transmit_ssrc, .index = newest->transmit_index, .rtcp_index = newest->transmit_rtcp_index};
  state.receive.sources = newest->receive_sources;
  state.receive.rtcp_index = newest->receive_rtcp_index;
  state.receive_fingerprint = newest->receive_fingerprint;
  state.focus = static_cast<FocusState>(newest->focus);
  for (size_t i = 0; i < kMaxSources; ++i) {
    state.receive.source[i] = {newest->source_ssrc[i], newest->source_index[i]};
  }
  return state;
}

}  // namespace phone::media
