// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "common/mesh/guard/frame_filter.hpp"

#include <algorithm>
#include <utility>

namespace phone::mesh {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  // RFC 9113 section 3.4
constexpr uint32_t kMostControl = 16 * 1024;  // SETTINGS_MAX_FRAME_SIZE unless we ask for more
constexpr size_t kFrameCost = 64;             // gRPC's cost of a DATA frame besides its bytes
constexpr uint8_t kBlocks = 2;                // of a stream that is open: headers and trailers
constexpr double kSettingsPerFrame = 8;       // settings in one frame that cost as much as a frame

enum Type : uint8_t {  // RFC 9113 section 6
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPushPromise = 5,
  kContinuation = 9,
};
constexpr uint8_t kEndStream = 0x1, kEndHeaders = 0x4, kPadded = 0x8;

}  // namespace

const char* words_of(FrameFault fault) {
  switch (fault) {
    case FrameFault::kNone:
      return "nothing is wrong";
    case FrameFault::kPreface:
      return "it sent data that is not HTTP/2";
    case FrameFault::kFrame:
      return "it sent a frame that gRPC clients do not send";
    case FrameFault::kHeaderBlock:
      return "it sent more than 16 KiB of headers in one block";
    case FrameFault::kMessage:
      return "it began a message larger than any method allows";
    case FrameFault::kCompressed:
      return "it sent a compressed message";
    case FrameFault::kHeldBytes:
      return "it sent too many bytes in unfinished calls";
    case FrameFault::kByteRate:
      return "it sent too many bytes per second";
    case FrameFault::kStreams:
      return "it opened too many concurrent streams";
    case FrameFault::kIdleFrames:
      return "it sent too many empty frames";
    case FrameFault::kResets:
      return "it cancelled too many calls";
    case FrameFault::kStalled:
      return "it did not finish its preface or headers in time";
  }
  return "unknown";
}

FrameFilter::FrameFilter(End end, std::shared_ptr<FrameAccount> account, absl::Time now)
    : end_(end),
      account_(std::move(account)),
      now_(now),
      // A server that has not greeted us yet may be starting: gRPC itself waits for that, and for no longer than it
      // should.
      waiting_since_(end == End::kServer ? now : absl::InfiniteFuture()) {
  (end_ == End::kServer ? in_ : out_).preface = kPreface.size();
}

FrameFilter::~FrameFilter() { give_back(); }

// At a fault at once: the peer's other connections are not to be cut for what is gone.
void FrameFilter::give_back() {
  for (const auto& [id, stream] : streams_) account_->close_stream(stream->held);
  streams_.clear();
  current_ = nullptr;
}

bool FrameFilter::Walk::take_head(std::string_view& bytes) {
  const size_t taken = std::min(head.size() - have, bytes.size());
  std::copy_n(bytes.begin(), taken, head.begin() + static_cast<std::ptrdiff_t>(have));
  bytes.remove_prefix(taken);
  have += taken;
  if (have < head.size()) return false;
  have = 0;
  const auto at = [&](size_t i) { return static_cast<uint32_t>(head[i]); };
  frame = {.length = at(0) << 16 | at(1) << 8 | at(2),
           .stream = (at(5) & 0x7F) << 24 | at(6) << 16 | at(7) << 8 | at(8),
           .type = head[3],
           .flags = head[4]};
  left = frame.length;
  return true;
}

FrameFault FrameFilter::received(std::string_view bytes, absl::Time now) {
  if (fault_ != FrameFault::kNone) return fault_;
  now_ = now;
  if (end_ == End::kServer) fault_ = account_->bytes(bytes.size(), now);
  while (!bytes.empty() && fault_ == FrameFault::kNone) {
    if (in_.preface > 0) {
      const auto expected = kPreface.substr(kPreface.size() - in_.preface).substr(0, bytes.size());
      if (!bytes.starts_with(expected)) return fault_ = FrameFault::kPreface;
      in_.preface -= expected.size();
      bytes.remove_prefix(expected.size());
      if (in_.preface == 0) waiting_since_ = absl::InfiniteFuture();
    } else if (in_.left == 0) {
      if (in_.take_head(bytes)) fault_ = begin(in_.frame);
    } else {
      const std::string_view piece = bytes.substr(0, in_.left);
      if (in_.frame.type == kData && current_ != nullptr) fault_ = data(piece);
      in_.left -= piece.size();
      bytes.remove_prefix(piece.size());
    }
    // A frame's end, also of an empty one, is where its flags take effect.
    if (fault_ == FrameFault::kNone && in_.preface == 0 && in_.have == 0 && in_.left == 0 && in_.frame.type == kData &&
        std::exchange(current_, nullptr) != nullptr && (in_.frame.flags & kEndStream) != 0) {
      ended(in_.frame.stream, true);
    }
  }
  if (fault_ != FrameFault::kNone) give_back();
  return fault_;
}

FrameFault FrameFilter::begin(const Frame& frame) {
  if (block_stream_ != 0 && (frame.type != kContinuation || frame.stream != block_stream_)) return FrameFault::kFrame;
  if (frame.type != kData && frame.length > kMostControl) {
    return frame.type == kHeaders || frame.type == kContinuation ? FrameFault::kHeaderBlock : FrameFault::kFrame;
  }
  switch (frame.type) {
    case kData: {
      if ((frame.flags & kPadded) != 0) return FrameFault::kFrame;  // gRPC would refuse it
      const auto found = streams_.find(frame.stream);
      current_ = found == streams_.end() ? nullptr : found->second.get();
      const bool carries = frame.length > 0 || (frame.flags & kEndStream) != 0;
      if (current_ == nullptr || !carries) return idle();
      current_->held += kFrameCost;  // goes with its message
      return account_->hold(kFrameCost);
    }
    case kHeaders:
      return headers(frame);
    case kContinuation:
      if (block_stream_ == 0) return FrameFault::kFrame;
      block_ += frame.length;
      if (block_ > kHeaderBlock) return FrameFault::kHeaderBlock;
      if ((frame.flags & kEndHeaders) != 0) {
        block_stream_ = 0;
        waiting_since_ = absl::InfiniteFuture();
      }
      return idle();
    case kReset:
      if (frame.length != 4) return FrameFault::kFrame;
      close(frame.stream);
      return end_ == End::kServer ? account_->reset(now_) : idle();
    case kSettings: {
      const std::uint32_t settings = frame.length / 6;
      return idle(1 + settings / kSettingsPerFrame);
    }
    case kPushPromise:
      return FrameFault::kFrame;
    default:
      return idle();
  }
}

FrameFault FrameFilter::headers(const Frame& frame) {
  if (frame.stream == 0) return FrameFault::kFrame;
  block_ = frame.length;
  if ((frame.flags & kEndHeaders) == 0) {
    block_stream_ = frame.stream;
    waiting_since_ = now_;
  }
  FrameFault fault = FrameFault::kNone;
  if (end_ == End::kServer && frame.stream % 2 == 1 && frame.stream > newest_) {
    newest_ = frame.stream;
    fault = open(frame.stream);
  } else if (const auto found = streams_.find(frame.stream);
             found == streams_.end() || found->second->blocks == kBlocks) {
    fault = idle();
  } else {
    ++found->second->blocks;
  }
  if ((frame.flags & kEndStream) != 0) ended(frame.stream, true);
  return fault;
}

FrameFault FrameFilter::open(uint32_t stream) {
  if (!streams_.emplace(stream, std::make_unique<Stream>()).second) return FrameFault::kNone;
  const FrameFault fault = account_->open_stream(now_);
  return end_ == End::kServer && streams_.size() > kStreams ? FrameFault::kStreams : fault;
}

FrameFault FrameFilter::data(std::string_view piece) {
  Stream& stream = *current_;
  while (!piece.empty()) {
    const size_t wanted = stream.left > 0 ? stream.left : sizeof stream.prefix - stream.have;
    const size_t taken = std::min(wanted, piece.size());
    stream.held += taken;
    if (const auto fault = account_->hold(taken); fault != FrameFault::kNone) return fault;
    if (stream.left > 0) {
      stream.left -= static_cast<uint32_t>(taken);
    } else {
      std::copy_n(piece.begin(), taken, stream.prefix + stream.have);
      stream.have = static_cast<uint8_t>(stream.have + taken);
      if (stream.have == sizeof stream.prefix) {
        stream.have = 0;
        const auto at = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(stream.prefix[i])); };
        stream.left = at(1) << 24 | at(2) << 16 | at(3) << 8 | at(4);
        if (stream.prefix[0] != 0) return FrameFault::kCompressed;
        if (stream.left > account_->limits().message) return FrameFault::kMessage;
      }
    }
    piece.remove_prefix(taken);
    if (stream.left > 0 || stream.have > 0) continue;
    // A call's own message stays with the server until the call ends; what a stream carries is read and gone.
    if (end_ == End::kServer && std::exchange(stream.first, false)) stream.kept = stream.held;
    account_->release(stream.held - stream.kept);
    stream.held = stream.kept;
  }
  return FrameFault::kNone;
}

void FrameFilter::close(uint32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  account_->close_stream(found->second->held);
  if (current_ == found->second.get()) current_ = nullptr;
  streams_.erase(found);
}

void FrameFilter::ended(uint32_t id, bool by_peer) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  (by_peer ? found->second->peer_ended : found->second->we_ended) = true;
  if (found->second->peer_ended && found->second->we_ended) close(id);
}

void FrameFilter::sent(std::string_view bytes, absl::Time now) {
  if (fault_ != FrameFault::kNone) return;
  now_ = now;
  while (!bytes.empty()) {
    if (out_.preface > 0) {
      const size_t taken = std::min(out_.preface, bytes.size());
      out_.preface -= taken;
      bytes.remove_prefix(taken);
      continue;
    }
    if (out_.left > 0) {
      const size_t taken = std::min(out_.left, bytes.size());
      out_.left -= taken;
      bytes.remove_prefix(taken);
      continue;
    }
    if (!out_.take_head(bytes)) continue;
    const Frame& frame = out_.frame;
    if (frame.type == kHeaders && end_ == End::kClient && frame.stream > newest_) {
      newest_ = frame.stream;
      (void)open(frame.stream);
    }
    if (frame.type == kReset) close(frame.stream);
    if ((frame.type == kHeaders || frame.type == kData) && (frame.flags & kEndStream) != 0) ended(frame.stream, false);
  }
}

FrameFault FrameFilter::look(absl::Time now) {
  if (fault_ == FrameFault::kNone && now - waiting_since_ > kPatience) fault_ = FrameFault::kStalled;
  if (fault_ != FrameFault::kNone) give_back();
  return fault_;
}

}  // namespace phone::mesh
