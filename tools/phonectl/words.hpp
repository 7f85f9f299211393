// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>

#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/network/v1/network_access.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "phone/trust/v1/trust_store.pb.h"

namespace phone::phonectl {

// What people call the values of the protocol. A value this build does not know is shown by its number.
std::string word(phone::policy::v1::Stage stage);
std::string word(phone::policy::v1::FileState state);
std::string word(phone::signaling::v1::RegistrationState state);
std::string word(phone::signaling::v1::CallState state);
std::string word(phone::signaling::v1::HistoryKind kind);
std::string word(phone::signaling::v1::SecurityLevel level);
std::string word(phone::signaling::v1::Icon icon);
std::string word(phone::signaling::v1::Precedence precedence);
// Of a word or a level, as commands have them; unspecified for any other text.
phone::signaling::v1::Precedence precedence_of(std::string_view text);
std::string word(phone::certificates::v1::CertificateKind kind);
std::string word(phone::certificates::v1::EnrolmentPhase phase);
std::string word(phone::trust::v1::TrustRole role);
std::string word(phone::network::v1::AccessState state);
std::string word(phone::network::v1::AccessParty party);

// An SRST router the phone has no reason to connect to.
bool is_idle_srst(const phone::signaling::v1::Registration& registration);
std::string registration_word(const phone::signaling::v1::Registration& registration);
// Without the server's name in front, which is printed beside it.
std::string enrolment_reason(const phone::certificates::v1::EnrolmentReport& report);

}  // namespace phone::phonectl
