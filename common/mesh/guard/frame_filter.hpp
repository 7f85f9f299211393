// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// frame_filter.hpp -- the bytes of one HTTP/2 connection (RFC 9113) as they pass, before gRPC parses them: a header
// block in all its frames, messages, streams and the frames that carry nothing are bounded, per connection and per peer
// (frame_account.hpp). gRPC 1.51 itself bounds none of these: it keeps an unfinished header block without limit, takes
// a message of any announced length, and limits streams only for a client that has acknowledged its settings.
// Incremental and total; keeps no bytes.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/time/time.h>

#include <array>
#include <memory>
#include <string_view>

#include "common/mesh/guard/frame_account.hpp"

namespace phone::mesh {

class FrameFilter {
 public:
  static constexpr size_t kHeaderBlock = 16 * 1024;
  static constexpr size_t kStreams = 256;  // of one connection; clients are asked for half of it
  static constexpr absl::Duration kPatience = absl::Seconds(5);

  enum class End : bool { kServer, kClient };  // which one we are
  FrameFilter(End end, std::shared_ptr<FrameAccount> account, absl::Time now);
  FrameFilter(const FrameFilter&) = delete;
  FrameFilter& operator=(const FrameFilter&) = delete;
  ~FrameFilter();

  // Bytes from the peer, in pieces of any size. After a fault the connection is to be closed; it stays the answer.
  FrameFault received(std::string_view bytes, absl::Time now);
  // Bytes from us: they open and end streams too.
  void sent(std::string_view bytes, absl::Time now);
  // kStalled when preface or headers were begun too long ago.
  FrameFault look(absl::Time now);

 private:
  // RFC 9113 section 4.1.
  struct Frame {
    uint32_t length = 0, stream = 0;
    uint8_t type = 0, flags = 0;
  };
  // One direction: where in its frames we are.
  struct Walk {
    size_t preface = 0;  // bytes of it still to come
    std::array<uint8_t, 9> head{};
    size_t have = 0;
    size_t left = 0;  // payload
    Frame frame;
    // Whole heads; true when the next one is complete.
    bool take_head(std::string_view& bytes);
  };
  struct Stream {
    char prefix[5] = {};  // of a gRPC message: a flag, the length
    uint8_t have = 0;
    uint32_t left = 0;
    size_t held = 0, kept = 0;  // counted at the peer; of these, until the stream closes
    uint8_t blocks = 0;         // of headers, after the one that opened it
    bool first = true, peer_ended = false, we_ended = false;
  };

  FrameFault begin(const Frame& frame);
  FrameFault headers(const Frame& frame);
  FrameFault data(std::string_view piece);
  FrameFault idle(double cost = 1) { return account_->idle_frame(cost, now_); }
  FrameFault open(uint32_t stream);
  void close(uint32_t stream);
  void give_back();
  void ended(uint32_t stream, bool by_peer);

  const End end_;
  const std::shared_ptr<FrameAccount> account_;
  Walk in_, out_;
  FrameFault fault_ = FrameFault::kNone;
  absl::Time now_, waiting_since_;
  uint32_t block_stream_ = 0;  // of the open header block
  size_t block_ = 0;
  uint32_t newest_ = 0;
  Stream* current_ = nullptr;  // of the DATA frame that is passing
  absl::flat_hash_map<uint32_t, std::unique_ptr<Stream>> streams_;
};

}  // namespace phone::mesh
