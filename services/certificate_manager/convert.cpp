// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/certificate_manager/convert.hpp"

#include "absl/strings/str_cat.h"
#include "common/crypto/secret.hpp"
#include "common/mesh/call/enum_table.hpp"
#include "common/mesh/call/settings.hpp"
#include "common/text/foreign_text.hpp"
#include "services/certificate_manager/keys/signed_content.hpp"

namespace phone::certificates {
namespace {

constexpr size_t kSignInputLimit = 16 * 1024;
constexpr int kMinimumWrapped = 64;   // RSA 512
constexpr int kMaximumWrapped = 512;  // RSA 4096
constexpr int kMaximumServers = 5;    // capfList (cisco-formats.md F)
constexpr size_t kHostLimit = 255;
constexpr size_t kReasonLimit = 512;
constexpr size_t kNameLimit = 1024;
constexpr size_t kStringLimit = 16;  // digits of an authentication string (cisco-formats.md D3)

constexpr auto kPurposes = mesh::enum_table<Purpose, v1::Purpose>({{Purpose::kSipTls, v1::PURPOSE_SIP_TLS},
                                                                   {Purpose::kTvsTls, v1::PURPOSE_TVS_TLS},
                                                                   {Purpose::kHttpsTls, v1::PURPOSE_HTTPS_TLS},
                                                                   {Purpose::kCapfProof, v1::PURPOSE_CAPF_PROOF},
                                                                   {Purpose::kFileUnwrap, v1::PURPOSE_FILE_UNWRAP},
                                                                   {Purpose::kEapTlsWired, v1::PURPOSE_EAP_TLS_WIRED},
                                                                   {Purpose::kEapTlsWlan, v1::PURPOSE_EAP_TLS_WLAN},
                                                                   {Purpose::kScep, v1::PURPOSE_SCEP},
                                                                   {Purpose::kWebTls, v1::PURPOSE_WEB_TLS}});
constexpr auto kKinds = mesh::enum_table<Kind, v1::CertificateKind>({{Kind::kMic, v1::CERTIFICATE_KIND_MIC},
                                                                     {Kind::kLsc, v1::CERTIFICATE_KIND_LSC},
                                                                     {Kind::kUser, v1::CERTIFICATE_KIND_USER}});
constexpr auto kSchemes = mesh::enum_table<Scheme, v1::Scheme>({{Scheme::kRsaPkcs1, v1::SCHEME_RSA_PKCS1},
                                                                {Scheme::kRsaPss, v1::SCHEME_RSA_PSS},
                                                                {Scheme::kRsaPkcs1Bare, v1::SCHEME_RSA_PKCS1_BARE},
                                                                {Scheme::kEcdsa, v1::SCHEME_ECDSA}});
constexpr auto kOperations =
    mesh::enum_table<Operation, v1::Operation>({{Operation::kNone, v1::OPERATION_NONE},
                                                {Operation::kCapfSession, v1::OPERATION_CAPF_SESSION},
                                                {Operation::kScepEnrol, v1::OPERATION_SCEP_ENROL},
                                                {Operation::kScepRenew, v1::OPERATION_SCEP_RENEW}});
constexpr auto kCapfAuthentications = mesh::enum_table<CapfAuthentication, v1::CapfAuthentication>(
    {{CapfAuthentication::kNone, v1::CAPF_AUTHENTICATION_NONE},
     {CapfAuthentication::kString, v1::CAPF_AUTHENTICATION_STRING},
     {CapfAuthentication::kNullString, v1::CAPF_AUTHENTICATION_NULL_STRING},
     {CapfAuthentication::kLsc, v1::CAPF_AUTHENTICATION_LSC},
     {CapfAuthentication::kMic, v1::CAPF_AUTHENTICATION_MIC}});
constexpr auto kKeyTypes =
    mesh::enum_table<KeyType, v1::KeyType>({{KeyType::kRsa, v1::KEY_TYPE_RSA}, {KeyType::kEc, v1::KEY_TYPE_EC}});
constexpr auto kPhases = mesh::enum_table<Phase, v1::EnrolmentPhase>(
    {{Phase::kUnspecified, v1::ENROLMENT_PHASE_UNSPECIFIED},
     {Phase::kConnecting, v1::ENROLMENT_PHASE_CONNECTING},
     {Phase::kAuthenticating, v1::ENROLMENT_PHASE_AUTHENTICATING},
     {Phase::kGeneratingKey, v1::ENROLMENT_PHASE_GENERATING_KEY},
     {Phase::kAwaitingCertificate, v1::ENROLMENT_PHASE_AWAITING_CERTIFICATE},
     {Phase::kInstalled, v1::ENROLMENT_PHASE_INSTALLED},
     {Phase::kNothingToDo, v1::ENROLMENT_PHASE_NOTHING_TO_DO},
     {Phase::kDeleted, v1::ENROLMENT_PHASE_DELETED},
     {Phase::kFailed, v1::ENROLMENT_PHASE_FAILED},
     {Phase::kFetched, v1::ENROLMENT_PHASE_FETCHED},
     {Phase::kAwaitingApproval, v1::ENROLMENT_PHASE_AWAITING_APPROVAL}});
constexpr auto kCallers =
    mesh::partial_enum_table<Caller, mesh::Role>({{Caller::kTrustStore, mesh::v1::ROLE_TRUST_STORE},
                                                  {Caller::kCertificateManager, mesh::v1::ROLE_CERTIFICATE_MANAGER},
                                                  {Caller::kEnrolment, mesh::v1::ROLE_ENROLMENT},
                                                  {Caller::kPolicy, mesh::v1::ROLE_POLICY},
                                                  {Caller::kNetworkAccess, mesh::v1::ROLE_NETWORK_ACCESS},
                                                  {Caller::kSignaling, mesh::v1::ROLE_SIGNALING},
                                                  {Caller::kMedia, mesh::v1::ROLE_MEDIA},
                                                  {Caller::kGateway, mesh::v1::ROLE_GATEWAY},
                                                  {Caller::kUi, mesh::v1::ROLE_UI},
                                                  {Caller::kDiagnostics, mesh::v1::ROLE_DIAGNOSTICS},
                                                  {Caller::kSupplicant, mesh::v1::ROLE_SUPPLICANT}});

absl::StatusOr<Purpose> purpose_of(v1::Purpose purpose) {
  const auto known = kPurposes.from_proto(purpose);
  if (!known) return absl::InvalidArgumentError("purpose is missing");
  return *known;
}

absl::StatusOr<Caller> caller_of(mesh::Role role) {
  const auto known = kCallers.from_proto(role);
  if (!known) return absl::PermissionDeniedError("this caller uses no keys");
  return *known;
}

absl::StatusOr<std::optional<Kind>> kind_of(v1::CertificateKind kind) {
  if (kind == v1::CERTIFICATE_KIND_UNSPECIFIED) return std::optional<Kind>();
  const auto known = kKinds.from_proto(kind);
  if (!known) return absl::InvalidArgumentError("unknown certificate kind");
  return known;
}

void set_time(google::protobuf::Timestamp& to, absl::Time time) { to.set_seconds(absl::ToUnixSeconds(time)); }

v1::Certificate to_proto(Kind kind, const crypto::Certificate& certificate) {
  v1::Certificate made;
  made.set_kind(kKinds.to_proto(kind));
  made.set_subject(text::clean(certificate.subject(), kNameLimit));
  made.set_issuer(text::clean(certificate.issuer(), kNameLimit));
  made.set_serial(crypto::hex(certificate.serial()));
  made.set_key(certificate.public_key().describe());
  set_time(*made.mutable_not_before(), certificate.not_before());
  set_time(*made.mutable_not_after(), certificate.not_after());
  if (kind != Kind::kMic) {
    set_time(*made.mutable_renew_from(), renew_from(certificate.not_before(), certificate.not_after()));
  }
  made.set_md5(certificate.fingerprint(crypto::Digest::kMd5));
  made.set_sha256(certificate.fingerprint(crypto::Digest::kSha256));
  made.set_der(certificate.der());
  return made;
}

}  // namespace

absl::StatusOr<SignRequest> to_order(const v1::SignRequest& request, mesh::Role caller) {
  const auto purpose = purpose_of(request.purpose());
  if (!purpose.ok()) return purpose.status();
  const auto kind = kind_of(request.kind());
  if (!kind.ok()) return kind.status();
  const auto scheme = kSchemes.from_proto(request.scheme());
  if (!scheme) return absl::InvalidArgumentError("scheme is missing");
  const auto who = caller_of(caller);
  if (!who.ok()) return who.status();
  const auto digest = crypto::digest_of(request.digest());
  if (!digest) return absl::InvalidArgumentError("unknown digest");
  if (request.input().size() > kSignInputLimit) return absl::InvalidArgumentError("input is larger than 16 KiB");
  if (request.content().size() > kMostContent) return absl::InvalidArgumentError("content is larger than 64 KiB");
  return SignRequest{.caller = *who,
                     .purpose = *purpose,
                     .scheme = *scheme,
                     .digest = *digest,
                     .input = request.input(),
                     .kind = *kind,
                     .fingerprint = request.key_fingerprint(),
                     .content = request.content()};
}

absl::StatusOr<LookupRequest> to_order(const v1::GetIdentityRequest& request, mesh::Role caller) {
  const auto purpose = purpose_of(request.purpose());
  if (!purpose.ok()) return purpose.status();
  const auto kind = kind_of(request.kind());
  if (!kind.ok()) return kind.status();
  const auto who = caller_of(caller);
  if (!who.ok()) return who.status();
  return LookupRequest{*who, *purpose, *kind};
}

absl::StatusOr<UnwrapRequest> to_order(const v1::UnwrapRequest& request, mesh::Role caller) {
  const auto purpose = purpose_of(request.purpose());
  if (!purpose.ok()) return purpose.status();
  if (request.wrapped_key().size() < kMinimumWrapped || request.wrapped_key().size() > kMaximumWrapped) {
    return absl::InvalidArgumentError("the wrapped key must have 64 to 512 bytes");
  }
  if (*purpose == Purpose::kScep && request.key_fingerprint().empty()) {
    return absl::InvalidArgumentError("SCEP needs the fingerprint of its key");
  }
  const auto who = caller_of(caller);
  if (!who.ok()) return who.status();
  return UnwrapRequest{
      .caller = *who, .purpose = *purpose, .wrapped = request.wrapped_key(), .fingerprint = request.key_fingerprint()};
}

absl::StatusOr<Order> to_order(const v1::EnrolRequest& request, mesh::Role caller) {
  Order order;
  order.by_user = caller == mesh::v1::ROLE_GATEWAY;
  const auto operation = kOperations.from_proto(request.operation());
  if (!operation || *operation == Operation::kNone) return absl::InvalidArgumentError("operation is missing");
  const auto authentication = kCapfAuthentications.from_proto(request.authentication());
  if (!authentication) return absl::InvalidArgumentError("unknown authentication");
  order.operation = *operation;
  order.authentication = *authentication;
  if (order.operation == Operation::kCapfSession && order.authentication == CapfAuthentication::kNone) {
    return absl::InvalidArgumentError("authentication is missing");
  }
  if (request.authentication_string().size() > kStringLimit) {
    return absl::InvalidArgumentError("the authentication string is too long");
  }
  if (order.authentication == CapfAuthentication::kString && request.authentication_string().empty()) {
    return absl::InvalidArgumentError("the authentication string is missing");
  }
  if (request.has_scep()) return absl::InvalidArgumentError("SCEP settings come only from the policy");
  if (order.operation != Operation::kCapfSession) {
    if (request.server_size() > 0) return absl::InvalidArgumentError("the SCEP server comes only from the policy");
    order.reason = text::clean(request.reason(), kReasonLimit);
    return order;
  }
  if (request.server_size() == 0 || request.server_size() > kMaximumServers) {
    return absl::InvalidArgumentError("one to five servers are required");
  }
  for (const auto& server : request.server()) {
    if (server.host().empty() || server.host().size() > kHostLimit || !text::is_clean(server.host()) ||
        server.port() == 0 || server.port() > 65535) {
      return absl::InvalidArgumentError("a server has no valid host and port");
    }
    order.servers.push_back({server.host(), static_cast<std::uint16_t>(server.port())});
  }
  order.authentication_string = crypto::Secret::copy_of(request.authentication_string());
  order.reason = text::clean(request.reason(), kReasonLimit);
  return order;
}

absl::StatusOr<GenerateKeyRequest> to_order(const v1::GenerateKeyRequest& request, bool ec_allowed) {
  const auto type = kKeyTypes.from_proto(request.type());
  if (!type || request.bits() > 16384) return absl::InvalidArgumentError("unknown key type or size");
  return GenerateKeyRequest{
      .order = request.order(), .type = *type, .bits = static_cast<int>(request.bits()), .ec_allowed = ec_allowed};
}

absl::StatusOr<StoreCertificateRequest> to_order(const v1::StoreCertificateRequest& request) {
  const auto kind = kind_of(request.kind());
  if (!kind.ok()) return kind.status();
  if (!*kind) return absl::InvalidArgumentError("kind is missing");
  if (request.issuer_size() + 1 > static_cast<int>(kMaximumChain))
    return absl::InvalidArgumentError("too many issuers");
  return StoreCertificateRequest{.order = request.order(),
                                 .kind = **kind,
                                 .certificate = request.certificate(),
                                 .issuers = {request.issuer().begin(), request.issuer().end()}};
}

absl::StatusOr<DeleteCertificateRequest> to_order(const v1::DeleteCertificateRequest& request) {
  const auto kind = kind_of(request.kind());
  if (!kind.ok()) return kind.status();
  if (!*kind) return absl::InvalidArgumentError("kind is missing");
  return DeleteCertificateRequest{request.order(), **kind};
}

absl::StatusOr<Report> to_report(const v1::EnrolmentReport& report) {
  const auto phase = kPhases.from_proto(report.phase());
  if (!phase || *phase == Phase::kUnspecified) return absl::InvalidArgumentError("phase is missing");
  return Report{.order = report.order(),
                .phase = *phase,
                .server = text::clean(report.server(), kHostLimit),
                .reason = text::clean(report.reason(), kReasonLimit)};
}

absl::StatusOr<UseReport> to_report(const v1::IdentityUse& use) {
  constexpr size_t kFingerprintBytes = 64;
  if (use.key_fingerprint().size() != kFingerprintBytes)
    return absl::InvalidArgumentError("the key fingerprint is missing");
  return UseReport{.shown = use.key_fingerprint(),
                   .held = use.held(),
                   .server = text::clean(use.server(), kHostLimit),
                   .reason = text::clean(use.reason(), kReasonLimit)};
}

v1::Identity to_proto(const LookupAnswer& answer) {
  v1::Identity identity;
  identity.set_kind(kKinds.to_proto(answer.kind));
  for (const auto& der : answer.chain) identity.add_chain(der);
  identity.set_key_fingerprint(answer.key);
  return identity;
}

v1::UnwrapReply to_proto(const UnwrapAnswer& answer) {
  v1::UnwrapReply reply;
  reply.set_unwrapped(answer.unwrapped);
  if (answer.unwrapped) {
    reply.mutable_content_key()->assign(answer.content_key.view());
  } else {
    // One sentence for every cause, so that the answer does not reveal how the decryption failed.
    reply.set_reason("the content key is encrypted for another key than this phone's");
  }
  return reply;
}

std::shared_ptr<const v1::EnrolmentOrder> to_proto(const Order& order, const std::string& device) {
  std::shared_ptr<v1::EnrolmentOrder> made(new v1::EnrolmentOrder, [](v1::EnrolmentOrder* gone) {
    if (gone->has_request()) {
      crypto::wipe(*gone->mutable_request()->mutable_authentication_string());
      if (gone->request().has_scep()) crypto::wipe(*gone->mutable_request()->mutable_scep()->mutable_challenge());
    }
    delete gone;
  });
  made->set_order(order.number);
  made->set_device_name(device);
  tls::put_policy(order.tls, *made);
  auto& request = *made->mutable_request();
  request.set_operation(kOperations.to_proto(order.operation));
  request.set_authentication(kCapfAuthentications.to_proto(order.authentication));
  request.mutable_authentication_string()->assign(order.authentication_string.view());
  for (const Server& server : order.servers) {
    auto& added = *request.add_server();
    added.set_host(server.host);
    added.set_port(server.port);
  }
  request.set_reason(order.reason);
  if (!order.scep.root_fingerprint.empty()) {
    auto& scep = *request.mutable_scep();
    scep.set_path(order.scep.path);
    scep.set_root_fingerprint(order.scep.root_fingerprint);
    scep.mutable_challenge()->assign(order.scep.challenge.view());
    scep.set_triple_des(order.scep.triple_des);
  }
  return made;
}

v1::CertificateState to_proto(const Snapshot& snapshot) {
  v1::CertificateState state;
  for (const auto& [kind, held] : snapshot.certificates) {
    *state.add_certificate() = to_proto(kind, held.leaf());
    if (kind == Kind::kLsc && snapshot.trial) state.mutable_certificate()->rbegin()->set_on_trial(true);
  }
  if (snapshot.trial && snapshot.trial->before)
    *state.mutable_before() = to_proto(Kind::kLsc, snapshot.trial->before->leaf());
  state.set_fallen_back(snapshot.fallen_back);
  state.set_token_trouble(snapshot.token_trouble);
  auto& report = *state.mutable_enrolment();
  report.set_order(snapshot.report.order);
  report.set_phase(kPhases.to_proto(snapshot.report.phase));
  report.set_server(snapshot.report.server);
  report.set_reason(snapshot.report.reason);
  if (snapshot.report.order != 0) set_time(*report.mutable_time(), snapshot.report.time);
  state.set_device_name(snapshot.device);
  const auto known = [&](bool KeptPolicy::*on) {
    return snapshot.policy ? std::optional((*snapshot.policy).*on) : std::nullopt;
  };
  mesh::add_switch(state.mutable_setting(), "vendorConfig/fipsMode", known(&KeptPolicy::fips));
  mesh::add_switch(state.mutable_setting(), "vendorConfig/lscForWlan", known(&KeptPolicy::lsc_for_wlan));
  return state;
}

}  // namespace phone::certificates
