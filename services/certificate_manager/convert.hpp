// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/mesh/call/call_info.hpp"
#include "phone/certificates/v1/certificate_manager.pb.h"
#include "services/certificate_manager/certificate_store_actor.hpp"

// Protobuf to messages and back, with every size and enum checked. INVALID_ARGUMENT says which field is wrong.
namespace phone::certificates {

absl::StatusOr<SignRequest> to_order(const v1::SignRequest& request, mesh::Role caller);
absl::StatusOr<LookupRequest> to_order(const v1::GetIdentityRequest& request, mesh::Role caller);
absl::StatusOr<UnwrapRequest> to_order(const v1::UnwrapRequest& request, mesh::Role caller);
absl::StatusOr<Order> to_order(const v1::EnrolRequest& request, mesh::Role caller);
absl::StatusOr<GenerateKeyRequest> to_order(const v1::GenerateKeyRequest& request, bool ec_allowed);
absl::StatusOr<StoreCertificateRequest> to_order(const v1::StoreCertificateRequest& request);
absl::StatusOr<DeleteCertificateRequest> to_order(const v1::DeleteCertificateRequest& request);
absl::StatusOr<Report> to_report(const v1::EnrolmentReport& report);
absl::StatusOr<UseReport> to_report(const v1::IdentityUse& use);

v1::Identity to_proto(const LookupAnswer& answer);
v1::UnwrapReply to_proto(const UnwrapAnswer& answer);
v1::CertificateState to_proto(const Snapshot& snapshot);
// Wiped when it goes: an order may carry the authentication string or a challenge.
std::shared_ptr<const v1::EnrolmentOrder> to_proto(const Order& order, const std::string& device);

}  // namespace phone::certificates
