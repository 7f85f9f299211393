// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/status/redaction.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace phone::gateway {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of signaling's messages these texts are shown; every other one may name a person or a number.
constexpr std::string_view kShown[] = {
    "phone.signaling.v1.Authorization.reason",
    "phone.signaling.v1.Call.asked",
    "phone.signaling.v1.Call.call",
    "phone.signaling.v1.Call.codec",
    "phone.signaling.v1.Call.limited",
    "phone.signaling.v1.Call.receive_suite",
    "phone.signaling.v1.Call.stream",
    "phone.signaling.v1.Call.transmit_suite",
    "phone.signaling.v1.CallSecurity.reason",
    "phone.signaling.v1.CallSecurity.sentence",
    "phone.signaling.v1.CallSecurity.weakest_part",
    "phone.signaling.v1.ParkedCall.state",
    "phone.signaling.v1.PhoneLine.number",
    "phone.signaling.v1.Registration.cipher_suite",
    "phone.signaling.v1.Registration.client_certificate",
    "phone.signaling.v1.Registration.limited",
    "phone.signaling.v1.Registration.reason",
    "phone.signaling.v1.Registration.server",
    "phone.signaling.v1.Registration.server_certificate",
    "phone.signaling.v1.Registration.tls_version",
    "phone.signaling.v1.SharedCall.shared_call",
    "phone.signaling.v1.SignalingState.display_text",
    "phone.signaling.v1.SignalingState.pending",
    "phone.signaling.v1.SignalingState.sharing",
    "phone.signaling.v1.SignalingState.time_zone",
    "phone.signaling.v1.WatchedNumber.reason",
};
// Kinds of signaling's events that are about the phone and not about a call.
constexpr std::string_view kShownKinds[] = {"alarm.",  "authorization.", "control.",     "incident.",
                                            "policy.", "process.",       "registration."};
// In which a call manager's free text is.
constexpr std::string_view kHiddenKinds[] = {"control.notice"};
// Elements of the configuration in which the texts of people and lines are.
constexpr std::string_view kPersonal[] = {"ownerId", "sipProfile/phoneLabel", "sipProfile/sipLines/", "userId"};

bool is_shown(const FieldDescriptor& field) {
  const std::string& name = field.full_name();
  if (!name.starts_with("phone.signaling.")) return true;
  return std::binary_search(std::begin(kShown), std::end(kShown), std::string_view(name));
}

void hide(Message& message) {
  std::vector<const FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool part = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map();
    if (text && !is_shown(*field)) {
      if (!field->is_repeated()) {
        reflection.SetString(&message, field, kHidden);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        reflection.SetRepeatedString(&message, field, i, kHidden);
    } else if (part && field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        hide(*reflection.MutableRepeatedMessage(&message, field, i));
    } else if (part) {
      hide(*reflection.MutableMessage(&message, field));
    }
  }
}

}  // namespace

void redact(phone::gateway::v1::PhoneStatus& status) {
  if (status.has_signaling()) hide(*status.mutable_signaling());
  for (auto& incident : *status.mutable_incident()) redact(incident);
}

void redact(phone::mesh::v1::Event& event) {
  if (event.service() != "signaling") return;
  const auto fits = [&](std::string_view kind) { return event.kind().starts_with(kind); };
  if (std::any_of(std::begin(kShownKinds), std::end(kShownKinds), fits) &&
      std::none_of(std::begin(kHiddenKinds), std::end(kHiddenKinds), fits))
    return;
  event.set_text(kHidden);
  event.clear_detail();
}

bool is_personal(std::string_view element) {
  return std::any_of(std::begin(kPersonal), std::end(kPersonal),
                     [&](std::string_view path) { return element.starts_with(path); });
}

void redact(phone::policy::v1::ListSettingsReply& settings) {
  for (auto& one : *settings.mutable_setting()) {
    // What the table of elements does not know may say anything.
    const bool unknown = one.support() == phone::policy::v1::SETTING_SUPPORT_UNKNOWN;
    if (!one.configured().empty() && (unknown || is_personal(one.element()))) one.set_configured(kHidden);
  }
}

}  // namespace phone::gateway
