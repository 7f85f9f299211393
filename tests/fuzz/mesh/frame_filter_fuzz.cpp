// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The frame filter with any bytes, cut into any pieces, in both directions: it says the same whole and in pieces, and
// leaves nothing in the account when the connection goes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "common/mesh/guard/frame_filter.hpp"

namespace phone::mesh {
namespace {

constexpr std::string_view kClientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

FrameFault run(FrameFilter::End end, std::string_view bytes, std::string_view answers, size_t piece) {
  const absl::Time now = absl::UnixEpoch();
  const auto account = std::make_shared<FrameAccount>(FrameLimits{.message = 500, .held = 2000, .streams = 20});
  FrameFault fault = FrameFault::kNone;
  {
    FrameFilter filter(end, account, now);
    filter.sent(answers, now);
    if (end == FrameFilter::End::kServer) filter.received(kClientPreface, now);
    while (!bytes.empty() && fault == FrameFault::kNone) {
      const auto next = bytes.substr(0, piece);
      fault = filter.received(next, now);
      bytes.remove_prefix(next.size());
      if (account->streams() > 21) std::abort();
    }
    if (filter.received("x", now) != fault && fault != FrameFault::kNone) std::abort();
  }
  if (account->streams() != 0 || account->held() != 0) std::abort();
  return fault;
}

}  // namespace
}  // namespace phone::mesh

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using phone::mesh::FrameFilter;
  if (size < 3) return 0;
  const auto end = (data[0] & 1) != 0 ? FrameFilter::End::kServer : FrameFilter::End::kClient;
  const size_t piece = 1 + data[1];
  const std::string_view all(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::string_view answers = all.substr(0, std::min<size_t>(data[2], all.size()));
  const std::string_view bytes = all.substr(answers.size());
  const auto whole = phone::mesh::run(end, bytes, answers, bytes.size() + 1);
  if (phone::mesh::run(end, bytes, answers, piece) != whole) std::abort();
  return 0;
}
