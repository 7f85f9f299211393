// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/rtp/packet_counts.hpp"

namespace phone::media {

ProcessCounts& process_counts() {
  static ProcessCounts counts{
      .forged = metrics::refusals("rtp_forged", "RTP packets that failed authentication"),
      .replayed = metrics::refusals("rtp_replayed", "replayed RTP packets"),
      .unwanted = metrics::refusals("rtp_unwanted",
                                    "RTP packets that are malformed or from an unexpected address or payload type"),
      .rtcp = metrics::refusals("rtcp_unwanted", "RTCP packets that are unencrypted, forged or malformed"),
      .lost = metrics::losses("rtp", "RTP packets from the far end"),
  };
  return counts;
}

void refuse(std::atomic<uint64_t>& of_stream, metrics::Counter& of_process) {
  count(of_stream);
  of_process.add();
}

}  // namespace phone::media
