// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/phonectl/print_memory.hpp"

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

TEST(F94_PhonectlTold, WhatTheCallManagerTellsIsShownAndItsChangesAreLines) {
  PhoneStatus before = registered();
  auto& signaling = *before.mutable_signaling();
  signaling.add_line()->set_line(1);
  signaling.mutable_line(0)->set_number("1001");
  PhoneStatus after = before;
  auto& line = *after.mutable_signaling()->mutable_line(0);
  line.set_messages_waiting(true);
  line.set_new_messages(2);
  line.set_forwarded_to("1005");
  after.mutable_signaling()->set_do_not_disturb(phone::signaling::v1::DO_NOT_DISTURB_REJECT);
  after.mutable_signaling()->add_shown_text()->set_text("From 1 To 2");
  EXPECT_THAT(changes(before, after), ElementsAre("line 1: 2 new messages, calls go to 1005",
                                                  "do not disturb: calls are answered busy", "From 1 To 2"));
  EXPECT_THAT(changes(after, after), IsEmpty());
  EXPECT_THAT(changes(after, before), ElementsAre("line 1: nothing new"));
  const std::string lines = print_lines(after.signaling(), {});
  EXPECT_THAT(lines, testing::HasSubstr("2 new messages, calls go to 1005"));
  EXPECT_THAT(lines, testing::HasSubstr("do not disturb: calls are answered busy"));
  EXPECT_THAT(lines, testing::HasSubstr("From 1 To 2"));
}

}  // namespace
}  // namespace phone::phonectl
