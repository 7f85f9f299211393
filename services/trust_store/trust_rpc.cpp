// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/trust_rpc.hpp"

#include <algorithm>

#include "absl/status/status.h"
#include "common/mesh/actor/actor_reply.hpp"
#include "common/text/foreign_text.hpp"
#include "services/trust_store/lists/release.hpp"
#include "services/trust_store/trust_proto.hpp"

namespace phone::trust {
namespace {

constexpr int kLongestChain = 8;
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kLongestHeader = 65535;  // its length is a 16-bit number
constexpr std::size_t kLongestDigest = 64;
constexpr std::uint32_t kUsualDecisions = 50;

absl::StatusOr<OfferListsRequest> checked(const v1::OfferTrustListsRequest& request) {
  OfferListsRequest offer;
  for (const v1::OfferedList& each : request.list()) {
    const auto kind = from_proto(each.kind());
    if (!kind.has_value()) return absl::InvalidArgumentError("the list is neither a CTL nor an ITL");
    const auto same_kind = [&](const OfferedList& other) { return other.kind == *kind; };
    if (std::any_of(offer.lists.begin(), offer.lists.end(), same_kind)) {
      return absl::InvalidArgumentError("two lists of the same kind");
    }
    if (each.content().size() > kLargestList) return absl::InvalidArgumentError("a list is larger than 2 MiB");
    if (each.server().size() > kLongestName) return absl::InvalidArgumentError("the server name is too long");
    if (each.name().size() > kLongestName) return absl::InvalidArgumentError("the name is too long");
    offer.lists.push_back({.kind = *kind,
                           .content = each.content(),
                           .server = text::clean(each.server(), kLongestName),
                           .name = text::clean(each.name(), kLongestName)});
  }
  if (offer.lists.empty()) return absl::InvalidArgumentError("neither a CTL nor an ITL was offered");
  return offer;
}

absl::StatusOr<JudgeFileRequest> checked(const v1::VerifyFileRequest& request) {
  if (request.requested_name().empty()) return absl::InvalidArgumentError("the name it was requested under is missing");
  if (request.requested_name().size() > kLongestName) return absl::InvalidArgumentError("the name is too long");
  if (request.content().size() > kLargestFile) return absl::InvalidArgumentError("the file is larger than 4 MiB");
  return JudgeFileRequest{request.requested_name(), request.content(), request.put_in_force()};
}

absl::StatusOr<PeerClaim> checked(const v1::VerifyPeerRequest& request) {
  if (request.chain().empty() || request.chain_size() > kLongestChain) {
    return absl::InvalidArgumentError("a chain must have 1 to 8 certificates");
  }
  if (request.chain(0).size() > crypto::Certificate::kMaximumSize) {
    return absl::InvalidArgumentError("the certificate is larger than 64 KiB");
  }
  if (request.host().size() > kLongestName || request.purpose().size() > kLongestName) {
    return absl::InvalidArgumentError("the host or purpose is too long");
  }
  if (!request.anchor().empty()) {
    const auto too_large = [](const std::string& der) { return der.size() > crypto::Certificate::kMaximumSize; };
    if (too_large(request.anchor()) || std::any_of(request.chain().begin(), request.chain().end(), too_large)) {
      return absl::InvalidArgumentError("the certificate is larger than 64 KiB");
    }
    if (request.server() && request.host().empty()) return absl::InvalidArgumentError("the server has no name");
    return PeerClaim{.host = request.host(),
                     .purpose = request.purpose(),
                     .anchor = request.anchor(),
                     .server = request.server(),
                     .chain = {request.chain().begin(), request.chain().end()}};
  }
  const auto role = from_proto(request.role());
  if (!role.has_value() || *role == Role::kSast) return absl::InvalidArgumentError("not a role of a TLS peer");
  return PeerClaim{.leaf_der = request.chain(0), .role = *role, .host = request.host(), .purpose = request.purpose()};
}

absl::StatusOr<JudgeImageRequest> checked(const v1::VerifyImageRequest& request) {
  if (request.name().size() > kLongestName) return absl::InvalidArgumentError("the name is too long");
  if (request.header().size() > kLongestHeader) return absl::InvalidArgumentError("the header is larger than 64 KiB");
  if (request.signed_digest().size() > kLongestDigest)
    return absl::InvalidArgumentError("the digest is longer than 64 bytes");
  if (request.package().size() > kLongestName) return absl::InvalidArgumentError("the package name is too long");
  return JudgeImageRequest{.name = request.name(),
                           .header = request.header(),
                           .signed_digest = request.signed_digest(),
                           .package = request.package()};
}

absl::StatusOr<PreviewListRequest> checked(const v1::PreviewTrustListRequest& request) {
  if (request.content().empty()) return absl::InvalidArgumentError("the list is empty");
  if (request.content().size() > kLargestList) return absl::InvalidArgumentError("the list is larger than 2 MiB");
  return PreviewListRequest{request.content()};
}

absl::StatusOr<ReleaseRequest> checked(const v1::OfferReleaseRequest& request) {
  if (request.content().empty()) return absl::InvalidArgumentError("the release is empty");
  if (request.content().size() > kLargestRelease)
    return absl::InvalidArgumentError("the release is larger than 64 KiB");
  return ReleaseRequest{request.content()};
}

absl::StatusOr<AllowOlderRequest> checked(const v1::AllowOlderRequest& request) {
  if (request.name().empty()) return absl::InvalidArgumentError("the name of the list or file is missing");
  if (request.name().size() > kLongestName) return absl::InvalidArgumentError("the name is too long");
  if (request.reason().empty()) return absl::InvalidArgumentError("the reason is missing");
  if (request.reason().size() > kLongestName) return absl::InvalidArgumentError("the reason is too long");
  return AllowOlderRequest{request.name(), absl::Seconds(request.seconds()), request.reason()};
}

// One shape for all: check, send, convert.
template <class Result, class Req, class Rep>
void serve(caf::actor_system& system, mesh::Router& router, std::string_view method,
           const TrustStoreActor& trust_state) {
  router.unary<Req, Rep>(method, [&system, trust_state](const Req& request, mesh::Reply<Rep> reply) {
    auto message = checked(request);
    if (!message.ok()) return reply.fail(message.status());
    mesh::ask<Result>(
        system, trust_state, reply, [](const Result& result) { return to_proto(result); }, *std::move(message));
  });
}

}  // namespace

void register_trust_store(caf::actor_system& system, mesh::Router& router, const TrustStoreActor& trust_state,
                          mesh::EventLog& event_log, const mesh::Latest<v1::Authorities>& authorities) {
  serve<OfferResult, v1::OfferTrustListsRequest, v1::OfferTrustListsReply>(
      system, router, "phone.trust.v1.TrustStore/OfferTrustLists", trust_state);
  serve<FileResult, v1::VerifyFileRequest, v1::VerifyFileReply>(system, router, "phone.trust.v1.TrustStore/VerifyFile",
                                                                trust_state);
  serve<PeerResult, v1::VerifyPeerRequest, v1::VerifyPeerReply>(system, router, "phone.trust.v1.TrustStore/VerifyPeer",
                                                                trust_state);
  router.unary<v1::GetTrustListsRequest, v1::TrustLists>(
      "phone.trust.v1.TrustStore/GetTrustLists",
      [&system, trust_state](const v1::GetTrustListsRequest&, mesh::Reply<v1::TrustLists> reply) {
        mesh::ask<Shown>(
            system, trust_state, reply,
            [](const Shown& shown) {
              return phone::trust::shown(*shown.in_force, shown.configuration, *shown.srst, shown.settings);
            },
            ShowListsRequest{});
      });
  serve<ImageResult, v1::VerifyImageRequest, v1::VerifyImageReply>(
      system, router, "phone.trust.v1.TrustStore/VerifyImage", trust_state);
  serve<PreviewResult, v1::PreviewTrustListRequest, v1::PreviewTrustListReply>(
      system, router, "phone.trust.v1.TrustStore/PreviewTrustList", trust_state);
  serve<OlderResult, v1::AllowOlderRequest, v1::AllowOlderReply>(system, router, "phone.trust.v1.TrustStore/AllowOlder",
                                                                 trust_state);
  serve<ReleaseResult, v1::OfferReleaseRequest, v1::OfferReleaseReply>(
      system, router, "phone.trust.v1.TrustStore/OfferRelease", trust_state);
  router.unary<v1::ListDecisionsRequest, v1::ListDecisionsReply>(
      "phone.trust.v1.TrustStore/ListDecisions",
      [&system, trust_state](const v1::ListDecisionsRequest& request, mesh::Reply<v1::ListDecisionsReply> reply) {
        const std::uint32_t wanted = request.maximum() == 0 ? kUsualDecisions : request.maximum();
        mesh::ask<DecisionList>(
            system, trust_state, reply, [](const DecisionList& decisions) { return to_proto(decisions); },
            ShowDecisionsRequest{request.about(), std::min<std::size_t>(wanted, AuditTrail::kMost)});
      });
  router.state<v1::WatchAuthoritiesRequest, v1::Authorities>("phone.trust.v1.TrustStore/WatchAuthorities", authorities);
  router.events("phone.trust.v1.TrustStore/WatchEvents", event_log);
}

}  // namespace phone::trust
