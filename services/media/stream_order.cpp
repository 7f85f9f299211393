// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_order.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/far_address.hpp"

namespace phone::media {
namespace {

absl::StatusOr<std::optional<Suite>> check_key(const KeyOrder& key, const char* which) {
  if (key.suite.empty()) {
    if (!key.key_salt.empty()) return absl::InvalidArgumentError(absl::StrCat(which, ": a key without a crypto suite"));
    return std::optional<Suite>();
  }
  const SuiteShape* shape = find_suite(key.suite);
  if (shape == nullptr) return absl::InvalidArgumentError(absl::StrCat(which, ": unknown SRTP crypto suite"));
  if (key.key_salt.size() != shape->key_salt_octets()) {
    return absl::InvalidArgumentError(absl::StrCat(which, ": ", key.suite, " takes ", shape->key_salt_octets(),
                                                   " octets of key and salt, expected ", key.key_salt.size()));
  }
  if (key.mki.size() > kMaxMkiOctets) return absl::InvalidArgumentError(absl::StrCat(which, ": the MKI is too long"));
  return std::optional<Suite>(shape->suite);
}

constexpr uint32_t kLongestPacketMs = 60;
constexpr uint32_t kHighestClockRate = 192000;

absl::StatusOr<ReceiveFormat> check_format(const FormatOrder& order) {
  if (order.payload_type > 127) return absl::InvalidArgumentError("also_receive: the payload type is above 127");
  const auto payload_type = static_cast<uint8_t>(order.payload_type);
  if (absl::EqualsIgnoreCase(order.name, "telephone-event")) {
    if (order.clock_rate < 1000 || order.clock_rate > kHighestClockRate)
      return absl::InvalidArgumentError("also_receive: telephone-event without a plausible clock rate");
    return ReceiveFormat{.payload_type = payload_type, .use = PayloadUse::kEvents, .clock_rate = order.clock_rate};
  }
  if (absl::EqualsIgnoreCase(order.name, "CN")) {
    if (order.clock_rate != 8000) return absl::InvalidArgumentError("also_receive: CN of another clock rate than 8000");
    return ReceiveFormat{.payload_type = payload_type, .use = PayloadUse::kComfortNoise};
  }
  const CodecShape* codec = find_codec(order.name, order.clock_rate);
  if (codec == nullptr) return absl::InvalidArgumentError("also_receive: unknown name or clock rate");
  return ReceiveFormat{
      .payload_type = payload_type, .use = PayloadUse::kAudio, .codec = codec->kind, .clock_rate = codec->clock_rate};
}

absl::StatusOr<ReceiveTable> check_formats(const StreamOrder& order, const CodecShape& codec) {
  if (order.also_receive.size() > kMaxAlsoReceive) return absl::InvalidArgumentError("also_receive: more than 16");
  ReceiveTable table;
  table.add({.payload_type = static_cast<uint8_t>(order.payload_type),
             .use = PayloadUse::kAudio,
             .codec = codec.kind,
             .clock_rate = codec.clock_rate});
  if (order.dtmf_payload_type != 0) {
    table.add({.payload_type = static_cast<uint8_t>(order.dtmf_payload_type),
               .use = PayloadUse::kEvents,
               .clock_rate = order.dtmf_clock_rate == 0 ? codec.clock_rate : order.dtmf_clock_rate});
  }
  for (const FormatOrder& one : order.also_receive) {
    auto format = check_format(one);
    if (!format.ok()) return format.status();
    if (!table.add(*format)) {
      return absl::InvalidArgumentError(
          absl::StrCat("also_receive: payload type ", one.payload_type, " has two meanings"));
    }
  }
  return table;
}

}  // namespace

absl::Status check_stream_name(const std::string& name) {
  if (name.empty() || name.size() > kMaxStreamName)
    return absl::InvalidArgumentError("stream: the name must have 1 to 64 characters");
  if (!std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; })) {
    return absl::InvalidArgumentError("stream: the name must be printable ASCII without spaces");
  }
  return absl::OkStatus();
}

absl::StatusOr<CheckedOrder> check(const StreamOrder& order, const Endpoint& own) {
  if (absl::Status status = check_stream_name(order.stream); !status.ok()) return status;
  CheckedOrder checked;
  const bool held = net::is_unspecified(order.remote_address);
  checked.direction = held ? Direction::kInactive : order.direction;
  if (!held && (!order.remote_address.empty() || order.remote_port != 0 || checked.direction != Direction::kInactive)) {
    auto remote = parse_endpoint(order.remote_address, order.remote_port);
    if (!remote.ok()) return absl::InvalidArgumentError(absl::StrCat("remote_address: ", remote.status().message()));
    checked.remote = *remote;
    if (checked.remote.none()) return absl::InvalidArgumentError("remote_port: must not be 0");
    const absl::Status far = net::check_far_address(checked.remote.raw.sin6_addr, own.raw.sin6_addr);
    if (!far.ok()) return absl::InvalidArgumentError(absl::StrCat("remote_address: it is ", far.message()));
  }
  if (order.fork) {
    if (absl::Status status = check_stream_name(order.fork->of); !status.ok()) return status;
    if (receives(checked.direction)) return absl::InvalidArgumentError("direction: a fork is only sent");
    if (order.focus == FocusWish::kTake) return absl::InvalidArgumentError("audio_focus: a fork never has it");
    if (order.dtmf_payload_type != 0) return absl::InvalidArgumentError("codec: a fork sends no events");
  }
  if (order.remote_rtcp_port > 65535) return absl::InvalidArgumentError("remote_rtcp_port: above 65535");
  const CodecShape* codec = find_codec(order.codec, order.clock_rate);
  if (codec == nullptr) return absl::InvalidArgumentError("codec: unknown name or clock rate");
  checked.codec = codec->kind;
  if (order.payload_type > 127 || order.dtmf_payload_type > 127)
    return absl::InvalidArgumentError("codec: the payload type is above 127");
  if (order.dtmf_payload_type != 0 && order.dtmf_payload_type == order.payload_type) {
    return absl::InvalidArgumentError("codec: events and audio have the same payload type");
  }
  if (order.dtmf_clock_rate != 0 && (order.dtmf_clock_rate < 1000 || order.dtmf_clock_rate > kHighestClockRate))
    return absl::InvalidArgumentError("codec: telephone-event without a plausible clock rate");
  if (order.packet_ms > kLongestPacketMs || order.packet_ms % 10 != 0)
    return absl::InvalidArgumentError("packet_milliseconds: must be 10 to 60 in steps of 10");
  if (order.packet_ms != 0) checked.packet_ms = order.packet_ms;
  auto table = check_formats(order, *codec);
  if (!table.ok()) return table.status();
  checked.receive_table = *table;
  if (order.dscp > 63) return absl::InvalidArgumentError("dscp: must be 0 to 63");
  if (order.call.size() > kMaxCallName) return absl::InvalidArgumentError("call: longer than 128 characters");
  if (order.cookie.size() > kMaxCookieOctets) return absl::InvalidArgumentError("cookie: longer than 4096 octets");
  if (!order.transmit.mki.empty()) return absl::InvalidArgumentError("transmit: what this phone sends bears no MKI");
  auto transmit = check_key(order.transmit, "transmit");
  if (!transmit.ok()) return transmit.status();
  auto receive = check_key(order.receive, "receive");
  if (!receive.ok()) return receive.status();
  checked.transmit = *transmit;
  checked.receive = *receive;
  return checked;
}

}  // namespace phone::media
