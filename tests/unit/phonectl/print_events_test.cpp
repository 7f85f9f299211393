// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phone::phonectl {
namespace {

using phone::gateway::v1::PhoneStatus;
using testing::ElementsAre;
using testing::IsEmpty;

PhoneStatus registered() {
  PhoneStatus status;
  auto* registration = status.mutable_signaling()->add_registration();
  registration->set_server("cucm-pub");
  registration->set_state(phone::signaling::v1::REGISTRATION_STATE_REGISTERED);
  registration->set_tls_version("TLSv1.3");
  return status;
}

TEST(PhonectlEvents, LineNamesTimeServiceAndText) {
  phone::mesh::v1::Event event;
  event.mutable_time()->set_seconds(1763931845);
  event.mutable_time()->set_nanos(7'000'000);
  event.set_service("policy");
  event.set_text("configuration accepted");
  EXPECT_EQ(print_event(event, {}), "2025-11-23 21:04:05.007  policy               configuration accepted\n");
}

TEST(PhonectlEvents, LostEventsAreCounted) {
  phone::mesh::v1::Event event;
  event.set_lost(3);
  event.set_kind("call.ended");
  EXPECT_THAT(print_event(event, {}), testing::StartsWith("3 events lost\n"));
}

TEST(PhonectlWatch, OnlyChangesArePrinted) {
  PhoneStatus before = registered();
  EXPECT_THAT(changes(before, before), IsEmpty());

  PhoneStatus counting = before;
  counting.mutable_media()->add_stream()->set_packets_sent(50);
  EXPECT_THAT(changes(before, counting), IsEmpty());
}

TEST(PhonectlWatch, ChangesAreSentences) {
  PhoneStatus before = registered();
  PhoneStatus after = before;
  after.add_unreachable("media");
  auto* registration = after.mutable_signaling()->mutable_registration(0);
  registration->set_state(phone::signaling::v1::REGISTRATION_STATE_DOWN);
  registration->set_reason("connection refused");
  auto* call = after.mutable_signaling()->add_call();
  call->set_call("1");
  call->set_incoming(true);
  call->set_remote_number("2001");
  call->set_state(phone::signaling::v1::CALL_STATE_RINGING_IN);
  EXPECT_THAT(changes(before, after),
              ElementsAre("not responding: media", "cucm-pub down: connection refused", "call 1 from 2001: ringing"));
  EXPECT_THAT(changes(after, before), ElementsAre("all services respond", "cucm-pub registered: TLSv1.3"));
}

}  // namespace
}  // namespace phone::phonectl
