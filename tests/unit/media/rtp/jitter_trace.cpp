// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/unit/media/rtp/jitter_trace.hpp"

#include <speex/speex_jitter.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "services/media/rtp/jitter_buffer.hpp"

namespace phone::media::testing_jitter {
namespace {

constexpr double kFrameMs = 20;

double fastest(const std::vector<Packet>& packets) {
  return std::min_element(packets.begin(), packets.end(),
                          [](const Packet& a, const Packet& b) { return a.delay_ms < b.delay_ms; })
      ->delay_ms;
}

}  // namespace

std::vector<Packet> read_trace(const std::string& name) {
  std::ifstream file(std::string(PHONE_SHARED_DIR "/testdata/jitter/trace_") + name + ".csv");
  std::vector<Packet> packets;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    int sequence = 0;
    double send = 0, delay = 0;
    if (std::sscanf(line.c_str(), "%d,%lf,%lf", &sequence, &send, &delay) != 3 || delay < 0) continue;
    packets.push_back({sequence, send + delay, delay});
  }
  std::stable_sort(packets.begin(), packets.end(),
                   [](const Packet& a, const Packet& b) { return a.arrival_ms < b.arrival_ms; });
  return packets;
}

Outcome play(const std::vector<Packet>& packets, double first_tick_ms) {
  JitterBuffer buffer(8000);
  double added = 0;
  size_t next = 0, played = 0;
  const double end = packets.back().arrival_ms + 1000;
  for (double now = first_tick_ms; now < end; now += kFrameMs) {
    for (; next < packets.size() && packets[next].arrival_ms <= now; ++next) {
      const Packet& packet = packets[next];
      const uint8_t payload[2] = {static_cast<uint8_t>(packet.sequence >> 8), static_cast<uint8_t>(packet.sequence)};
      buffer.put(static_cast<uint32_t>(packet.sequence * 160), 0, payload,
                 static_cast<int64_t>(packet.arrival_ms * 1000));
    }
    const auto pull = buffer.pull(static_cast<int64_t>(now * 1000));
    if (pull.kind != JitterBuffer::Kind::kFrame) continue;
    buffer.played(160);
    added += now - kFrameMs * (pull.payload[0] << 8 | pull.payload[1]);
    ++played;
  }
  return {.late_percent =
              100.0 * static_cast<double>(buffer.late() + buffer.skipped()) / static_cast<double>(packets.size()),
          .added_ms = added / static_cast<double>(played) - fastest(packets)};
}

Outcome play_fixed(const std::vector<Packet>& packets, double delay_ms) {
  const double least = fastest(packets);
  const auto late = std::count_if(packets.begin(), packets.end(),
                                  [&](const Packet& packet) { return packet.delay_ms - least > delay_ms; });
  return {.late_percent = 100.0 * static_cast<double>(late) / static_cast<double>(packets.size()),
          .added_ms = delay_ms};
}

Outcome best_fixed(const std::vector<Packet>& packets, double late_percent) {
  std::vector<double> delays;
  for (const Packet& packet : packets) delays.push_back(packet.delay_ms - fastest(packets));
  std::sort(delays.begin(), delays.end());
  const auto kept = static_cast<size_t>(static_cast<double>(delays.size()) * (1 - late_percent / 100));
  return play_fixed(packets, delays[std::min(kept, delays.size() - 1)]);
}

Outcome play_speex(const std::vector<Packet>& packets, double first_tick_ms) {
  JitterBuffer_* buffer = jitter_buffer_init(static_cast<int>(kFrameMs));
  double added = 0;
  size_t next = 0, played = 0;
  const double end = packets.back().arrival_ms + 1000;
  for (double now = first_tick_ms; now < end; now += kFrameMs) {
    for (; next < packets.size() && packets[next].arrival_ms <= now; ++next) {
      char payload[4] = {};
      JitterBufferPacket packet{};
      packet.data = payload;
      packet.len = sizeof payload;
      packet.timestamp = static_cast<spx_uint32_t>(packets[next].sequence) * static_cast<spx_uint32_t>(kFrameMs);
      packet.span = static_cast<spx_uint32_t>(kFrameMs);
      packet.sequence = static_cast<spx_uint16_t>(packets[next].sequence);
      jitter_buffer_put(buffer, &packet);
    }
    char payload[64];
    JitterBufferPacket packet{};
    packet.data = payload;
    packet.len = sizeof payload;
    spx_int32_t offset = 0;
    if (jitter_buffer_get(buffer, &packet, static_cast<spx_int32_t>(kFrameMs), &offset) == JITTER_BUFFER_OK) {
      added += now - packet.timestamp;
      ++played;
    }
    jitter_buffer_tick(buffer);
  }
  jitter_buffer_destroy(buffer);
  return {.late_percent = 100.0 * static_cast<double>(packets.size() - played) / static_cast<double>(packets.size()),
          .added_ms = added / static_cast<double>(played) - fastest(packets)};
}

Outcome mean_of(const std::vector<Packet>& packets, Outcome (*buffer)(const std::vector<Packet>&, double),
                int moments) {
  Outcome mean;
  for (int i = 0; i < moments; ++i) {
    const Outcome one = buffer(packets, kFrameMs * (i + 0.5) / moments);
    mean.late_percent += one.late_percent / moments;
    mean.added_ms += one.added_ms / moments;
  }
  return mean;
}

}  // namespace phone::media::testing_jitter
