// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/media/stream_order.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace phone::media {
namespace {

StreamOrder good() {
  StreamOrder order{
      .stream = "s", .remote_address = "192.0.2.1", .remote_port = 4000, .codec = "PCMU", .clock_rate = 8000};
  order.direction = Direction::kSendReceive;
  order.transmit = {.suite = "AEAD_AES_128_GCM", .key_salt = crypto::Secret(std::string(28, 'k')), .tag = 1};
  order.receive = order.transmit;
  return order;
}

struct Row {
  const char* why;
  std::function<void(StreamOrder&)> spoil;
};
class Orders : public testing::TestWithParam<Row> {};
TEST_P(Orders, AreRefusedByName) {
  StreamOrder order = good();
  ASSERT_TRUE(check(order).ok()) << check(order).status();
  GetParam().spoil(order);
  EXPECT_EQ(check(order).status().code(), absl::StatusCode::kInvalidArgument) << GetParam().why;
}
INSTANTIATE_TEST_SUITE_P(
    Bad, Orders,
    testing::Values(Row{"no name", [](StreamOrder& o) { o.stream.clear(); }},
                    Row{"long name", [](StreamOrder& o) { o.stream = std::string(65, 'x'); }},
                    Row{"a name with a newline", [](StreamOrder& o) { o.stream = "a\nb"; }},
                    Row{"host name", [](StreamOrder& o) { o.remote_address = "phone.example"; }},
                    Row{"port 0", [](StreamOrder& o) { o.remote_port = 0; }},
                    Row{"port 65536", [](StreamOrder& o) { o.remote_port = 65536; }},
                    Row{"unknown codec", [](StreamOrder& o) { o.codec = "G729"; }},
                    Row{"wrong clock", [](StreamOrder& o) { o.clock_rate = 16000; }},
                    Row{"payload type 128", [](StreamOrder& o) { o.payload_type = 128; }},
                    Row{"events as audio", [](StreamOrder& o) { o.payload_type = o.dtmf_payload_type = 101; }},
                    Row{"dscp 64", [](StreamOrder& o) { o.dscp = 64; }},
                    Row{"unknown suite", [](StreamOrder& o) { o.receive.suite = "NULL"; }},
                    Row{"short key",
                        [](StreamOrder& o) { o.transmit.key_salt = crypto::Secret(std::string(27, 'k')); }},
                    Row{"key of another suite", [](StreamOrder& o) { o.transmit.suite = "AEAD_AES_256_GCM"; }},
                    Row{"MKI of what is sent", [](StreamOrder& o) { o.transmit.mki = "m"; }},
                    Row{"MKI of 129 octets", [](StreamOrder& o) { o.receive.mki = std::string(129, 'm'); }},
                    Row{"key without suite", [](StreamOrder& o) { o.transmit.suite.clear(); }},
                    Row{"a fork that is received",
                        [](StreamOrder& o) {
                          o.fork = ForkOrder{.of = "s"};
                          o.dtmf_payload_type = 0;
                        }},
                    Row{"a fork that takes the user",
                        [](StreamOrder& o) {
                          o.fork = ForkOrder{.of = "s"};
                          o.dtmf_payload_type = 0;
                          o.direction = Direction::kSendOnly;
                          o.focus = FocusWish::kTake;
                        }},
                    Row{"a fork with events",
                        [](StreamOrder& o) {
                          o.fork = ForkOrder{.of = "s"};
                          o.dtmf_payload_type = 101;
                          o.direction = Direction::kSendOnly;
                        }},
                    Row{"a fork of nothing",
                        [](StreamOrder& o) {
                          o.fork = ForkOrder();
                          o.dtmf_payload_type = 0;
                          o.direction = Direction::kSendOnly;
                        }},
                    Row{"cookie over 4 KiB", [](StreamOrder& o) { o.cookie = std::string(4097, 'c'); }}),
    [](const testing::TestParamInfo<Row>& info) { return std::to_string(info.index); });

TEST(F30_SuiteOrder, IsSignalingsAffairAndEachOfTheFourIsTakenAsGiven) {
  for (const SuiteShape& shape : suites()) {
    StreamOrder order = good();
    order.transmit = {.suite = std::string(shape.name),
                      .key_salt = crypto::Secret(std::string(shape.key_salt_octets(), 'k')),
                      .tag = 1};
    order.receive = order.transmit;
    const auto checked = check(order);
    ASSERT_TRUE(checked.ok()) << shape.name;
    EXPECT_EQ(checked->transmit, shape.suite);
    EXPECT_EQ(checked->receive, shape.suite);
  }
}

// All of them are net::check_far_address's (far_address_test); here, that an order is held against it.
TEST(StreamOrder, AnAddressThatNothingIsSentToIsRefusedByName) {
  const Endpoint own = *parse_endpoint("10.77.0.50", 16384), loopback = *parse_endpoint("127.0.0.1", 16384);
  StreamOrder order = good();
  for (const auto& [address, why] :
       std::vector<std::pair<std::string, std::string>>{{"127.0.0.1", "a loopback address"},
                                                        {"::ffff:127.0.0.1", "a loopback address"},
                                                        {"224.0.0.251", "a multicast address"},
                                                        {"255.255.255.255", "a broadcast address"},
                                                        {"fe80::1", "a link-local address"},
                                                        {"240.0.0.1", "a reserved address"},
                                                        {"10.77.0.50", "this phone's own address"}}) {
    for (const Direction direction :
         {Direction::kInactive, Direction::kSendOnly, Direction::kReceiveOnly, Direction::kSendReceive}) {
      order.direction = direction;
      order.remote_address = address;
      EXPECT_EQ(check(order, own).status().message(), "remote_address: it is " + why);
    }
  }
  order.remote_address = "127.0.0.1";
  EXPECT_TRUE(check(order, loopback).ok()) << "a stream that is on loopback itself";
  EXPECT_FALSE(check(order).ok());
}

TEST(StreamOrder, NoAddressIsForAStreamThatSendsAndHearsNothing) {
  StreamOrder order = good();
  order.remote_address.clear();
  order.remote_port = 0;
  EXPECT_FALSE(check(order).ok());
  order.direction = Direction::kReceiveOnly;
  EXPECT_FALSE(check(order).ok());
  order.direction = Direction::kInactive;
  const auto checked = check(order);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_TRUE(checked->remote.none());
}

// RFC 3264 section 8.4, and what phones before it did.
TEST(F89_StreamOrder, AnUnspecifiedAddressHoldsTheStreamInsteadOfBeingRefused) {
  for (const char* address : {"0.0.0.0", "::", "::ffff:0.0.0.0"}) {
    for (const uint32_t port : {0U, 9U, 4000U}) {
      StreamOrder order = good();
      order.remote_address = address;
      order.remote_port = port;
      const auto checked = check(order);
      ASSERT_TRUE(checked.ok()) << checked.status();
      EXPECT_EQ(checked->direction, Direction::kInactive);
      EXPECT_TRUE(checked->remote.none());
    }
  }
}

TEST(F89_StreamOrder, EachDirectionIsTakenAsOrdered) {
  for (const auto& [direction, sent, received] :
       std::vector<std::tuple<Direction, bool, bool>>{{Direction::kInactive, false, false},
                                                      {Direction::kSendOnly, true, false},
                                                      {Direction::kReceiveOnly, false, true},
                                                      {Direction::kSendReceive, true, true}}) {
    StreamOrder order = good();
    order.direction = direction;
    const auto checked = check(order);
    ASSERT_TRUE(checked.ok());
    EXPECT_EQ(checked->direction, direction);
    EXPECT_EQ(sends(direction), sent);
    EXPECT_EQ(receives(direction), received);
  }
}

TEST(StreamOrder, Ipv6IsAnAddress) {
  StreamOrder order = good();
  order.remote_address = "2001:db8::1";
  EXPECT_TRUE(check(order).ok());
}

}  // namespace
}  // namespace phone::media
