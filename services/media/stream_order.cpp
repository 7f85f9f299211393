// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_order.hpp"

#include <algorithm>

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
  return std::optional<Suite>(shape->suite);
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
  const CodecShape* codec = find_codec(order.codec, order.clock_rate);
  if (codec == nullptr) return absl::InvalidArgumentError("codec: unknown name or clock rate");
  checked.codec = codec->kind;
  if (order.payload_type > 127 || order.dtmf_payload_type > 127)
    return absl::InvalidArgumentError("codec: the payload type is above 127");
  if (order.dtmf_payload_type != 0 && order.dtmf_payload_type == order.payload_type) {
    return absl::InvalidArgumentError("codec: events and audio have the same payload type");
  }
  if (order.dscp > 63) return absl::InvalidArgumentError("dscp: must be 0 to 63");
  if (order.call.size() > kMaxCallName) return absl::InvalidArgumentError("call: longer than 128 characters");
  if (order.cookie.size() > kMaxCookieOctets) return absl::InvalidArgumentError("cookie: longer than 4096 octets");
  auto transmit = check_key(order.transmit, "transmit");
  if (!transmit.ok()) return transmit.status();
  auto receive = check_key(order.receive, "receive");
  if (!receive.ok()) return receive.status();
  checked.transmit = *transmit;
  checked.receive = *receive;
  return checked;
}

}  // namespace phone::media
