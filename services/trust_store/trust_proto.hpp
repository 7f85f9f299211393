// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// Values to messages and back; nothing decides here.
#pragma once

#include <optional>

#include "phone/policy/v1/policy.pb.h"
#include "phone/trust/v1/trust_store.pb.h"
#include "services/trust_store/lists/network_authorities.hpp"
#include "services/trust_store/state/trust_store_state.hpp"

namespace phone::trust {

// With the settings that this process enforces.
v1::TrustLists shown(const InstalledLists& in_force, const std::optional<Decision>& configuration,
                     const SrstCertificates& srst, const Settings& settings);
v1::TrustLists to_proto(const InstalledLists& in_force, const std::optional<Decision>& configuration = std::nullopt,
                        const SrstCertificates& srst = {});
v1::Authorities to_proto(const NetworkAuthorities& authorities);
v1::PreviewTrustListReply to_proto(const PreviewResult& result);
v1::AllowOlderReply to_proto(const OlderResult& result);
v1::OfferReleaseReply to_proto(const ReleaseResult& result);
v1::OfferTrustListsReply to_proto(const OfferResult& result);
v1::VerifyFileReply to_proto(const FileResult& result);
v1::VerifyPeerReply to_proto(const PeerResult& result);
v1::VerifyImageReply to_proto(const ImageResult& result);
v1::ListDecisionsReply to_proto(const std::vector<Decision>& decisions);
// Nothing for LIST_KIND_UNSPECIFIED and unknown numbers.
std::optional<ListKind> from_proto(v1::ListKind kind);
std::optional<Role> from_proto(v1::TrustRole role);
Settings from_proto(const policy::v1::EffectivePolicy& policy);

}  // namespace phone::trust
