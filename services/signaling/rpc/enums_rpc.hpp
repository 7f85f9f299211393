// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "common/crypto/remote_key.hpp"
#include "common/mesh/call/event_log.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "phone/media/v1/media.pb.h"
#include "phone/policy/v1/policy.pb.h"
#include "phone/signaling/v1/signaling.pb.h"
#include "services/signaling/call/call_port.hpp"
#include "services/signaling/call/call_view.hpp"
#include "services/signaling/control/remote_requests.hpp"
#include "services/signaling/registration/registration_view.hpp"
#include "services/signaling/user/history.hpp"

// The enums of the contract and those of signaling: one table for each, which the compiler keeps complete.
namespace phone::signaling {

v1::RegistrationState to_proto(RegistrationState state);
v1::CallState to_proto(CallState state);
v1::HistoryKind to_proto(HistoryKind kind);
v1::DoNotDisturb to_proto(DoNotDisturb state);
AutoAnswer from_proto(policy::v1::AutoAnswer answer);
media::v1::Transducer to_proto(AutoAnswer device);
v1::HoldState to_proto(HoldState hold);
v1::TransferState to_proto(TransferState transfer);
v1::SecurityLevel to_proto(SecurityLevel level);
v1::SecurityReason to_proto(SecurityReason reason);
v1::Icon to_proto(Icon icon);
v1::Precedence to_proto(Precedence precedence);
// For a number that this version does not know one that cannot be dialled with.
Precedence from_proto(v1::Precedence precedence);
media::v1::Tone to_proto(Tone tone);
media::v1::Direction to_proto(Direction direction);
// kInactive for a value that this version does not know.
Direction from_proto(media::v1::Direction direction);
certificates::v1::Scheme scheme_of(crypto::SigningInput::Scheme scheme);
// "LSC", "MIC"; "user" for every other.
std::string certificate_kind_text(certificates::v1::CertificateKind kind);
mesh::Severity to_mesh(Severity severity);

}  // namespace phone::signaling
