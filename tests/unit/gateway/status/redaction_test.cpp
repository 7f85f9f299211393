// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// F24, F98: what somebody far away is not shown.
#include "gateway/status/redaction.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace phone::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using phone::gateway::v1::PhoneStatus;

constexpr char kPerson[] = "Ada 1002";

// A text in every field there is, and one element in every list.
void fill(Message& message, int depth = 0) {
  const auto& descriptor = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    if (field->is_map()) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      field->is_repeated() ? reflection.AddString(&message, field, kPerson)
                           : reflection.SetString(&message, field, kPerson);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && depth < 8) {
      fill(field->is_repeated() ? *reflection.AddMessage(&message, field) : *reflection.MutableMessage(&message, field),
           depth + 1);
    }
  }
}

TEST(F24_F98_Redaction, NamesAndNumbersOfPeopleAreHiddenWhereverTheyStand) {
  PhoneStatus status;
  fill(*status.mutable_signaling());
  redact(status);
  const auto& call = status.signaling().call(0);
  for (const std::string& hidden :
       {call.remote_number(), call.remote_name(), call.ended_by(), call.transfer_failure(), call.feature_failure(),
        call.own_number(), status.signaling().shared_call(0).remote_name(),
        status.signaling().roster().participant(0).name(), status.signaling().watched_number(0).number(),
        status.signaling().parked_call(0).slot(), status.signaling().shown_text(0).text(),
        status.signaling().pushed_page().xml(), status.signaling().line(0).display_name(),
        status.signaling().line(0).forwarded_to()}) {
    EXPECT_EQ(hidden, kHidden);
  }
  for (const std::string& shown :
       {call.codec(), call.security().sentence(), status.signaling().registration(0).reason(),
        status.signaling().line(0).number(), status.signaling().setting(0).value()}) {
    EXPECT_EQ(shown, kPerson);
  }
}

TEST(F24_F98_Redaction, WhatIsEmptyStaysEmptyAndTheRestIsUntouched) {
  PhoneStatus status;
  status.mutable_signaling()->add_call()->set_codec("PCMU");
  status.mutable_network()->add_address("10.0.0.9");
  redact(status);
  EXPECT_EQ(status.signaling().call(0).remote_number(), "");
  EXPECT_EQ(status.network().address(0), "10.0.0.9");
}

TEST(F24_F98_Redaction, EventsOfCallsSayOnlyThatTheyHappened) {
  struct Row {
    const char* service;
    const char* kind;
    bool shown;
  };
  for (const Row& row : {Row{"signaling", "call.established", false}, Row{"signaling", "feature.failed", false},
                         Row{"signaling", "a.kind_of_tomorrow", false}, Row{"signaling", "registration.lost", true},
                         Row{"signaling", "control.notice", false}, Row{"signaling", "control.reset", true},
                         Row{"signaling", "process.started", true}, Row{"policy", "call.of_policy", true}}) {
    phone::mesh::v1::Event event;
    event.set_service(row.service);
    event.set_kind(row.kind);
    event.set_text(kPerson);
    (*event.mutable_detail())["number"] = "1002";
    redact(event);
    EXPECT_EQ(event.text(), row.shown ? kPerson : kHidden) << row.kind;
    EXPECT_EQ(event.detail().empty(), !row.shown) << row.kind;
    EXPECT_EQ(event.kind(), row.kind);
  }
  PhoneStatus status;
  auto& incident = *status.add_incident();
  incident.set_service("signaling");
  incident.set_kind("call.media_refused");
  incident.set_text(kPerson);
  redact(status);
  EXPECT_EQ(status.incident(0).text(), kHidden);
}

TEST(F24_F98_Redaction, LinesOfTheConfigurationAreHiddenAndOtherElementsAreNot) {
  phone::policy::v1::ListSettingsReply settings;
  for (const char* element :
       {"sipProfile/sipLines/line/displayName", "sipProfile/phoneLabel", "vendorConfig/garp", "userId", "ownerId"}) {
    auto& one = *settings.add_setting();
    one.set_element(element);
    one.set_configured(kPerson);
  }
  auto& unknown = *settings.add_setting();
  unknown.set_element("vendorConfig/nobodyKnows");
  unknown.set_configured(kPerson);
  unknown.set_support(phone::policy::v1::SETTING_SUPPORT_UNKNOWN);
  settings.add_setting()->set_element("sipProfile/sipLines/line/name");
  redact(settings);
  EXPECT_EQ(settings.setting(0).configured(), kHidden);
  EXPECT_EQ(settings.setting(1).configured(), kHidden);
  EXPECT_EQ(settings.setting(2).configured(), kPerson);
  EXPECT_EQ(settings.setting(3).configured(), kHidden);
  EXPECT_EQ(settings.setting(4).configured(), kHidden);
  EXPECT_EQ(settings.setting(5).configured(), kHidden) << "an unknown element may contain anything";
  EXPECT_EQ(settings.setting(6).configured(), "");
}

}  // namespace
}  // namespace phone::gateway
