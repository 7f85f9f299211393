// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/commands.hpp"

#include <absl/strings/str_cat.h>

#include "tools/phonectl/ask.hpp"
#include "tools/phonectl/json.hpp"
#include "tools/phonectl/network/print_network.hpp"
#include "tools/phonectl/pem_file.hpp"
#include "tools/phonectl/print_calls.hpp"
#include "tools/phonectl/print_certificates.hpp"
#include "tools/phonectl/print_status.hpp"
#include "tools/phonectl/print_trust.hpp"
#include "tools/phonectl/prompt.hpp"
#include "tools/phonectl/text.hpp"
#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

// One part of the status; in JSON only that part.
absl::Status show_part(GatewayClient& client, const Request& request, const View& view, const char* owner,
                       std::string (*print)(const PhoneStatus&, const View&),
                       const google::protobuf::Message& (*part)(const PhoneStatus&)) {
  const absl::StatusOr<PhoneStatus> status = status_of(client);
  if (!status.ok()) return status.status();
  for (const auto& name : status->unreachable()) {
    if (name == owner) return absl::UnavailableError(absl::StrCat(owner, " does not respond"));
  }
  out(request.json ? to_json(part(*status), true) : print(*status, view));
  return absl::OkStatus();
}

absl::StatusOr<phone::trust::v1::ListDecisionsReply> decisions(GatewayClient& client, const std::string& about,
                                                               std::uint32_t maximum) {
  phone::trust::v1::ListDecisionsRequest list;
  list.set_about(about);
  list.set_maximum(maximum);
  return client.call(&Gateway::Stub::ListDecisions, list);
}

constexpr std::uint32_t kAllDecisions = 500;  // as many as trust_store keeps

// Before a secret is asked for that the phone would refuse to hear.
absl::Status looking_only() {
  return absl::PermissionDeniedError("remote diagnostics may look, not act: run this on the phone itself");
}

absl::StatusOr<phone::certificates::v1::CapfAuthentication> authentication(const std::string& name) {
  if (name == "string") return phone::certificates::v1::CAPF_AUTHENTICATION_STRING;
  if (name == "null") return phone::certificates::v1::CAPF_AUTHENTICATION_NULL_STRING;
  if (name == "lsc") return phone::certificates::v1::CAPF_AUTHENTICATION_LSC;
  if (name == "mic") return phone::certificates::v1::CAPF_AUTHENTICATION_MIC;
  return absl::InvalidArgumentError(absl::StrCat("unknown CAPF authentication: ", name));
}

}  // namespace

absl::Status show_status(GatewayClient& client, const Request& request, const View& view) {
  const absl::StatusOr<PhoneStatus> status = status_of(client);
  if (!status.ok()) return status.status();
  out(request.json ? to_json(*status, true) : print_status(*status, view));
  return absl::OkStatus();
}

absl::Status show_metrics(GatewayClient& client, const Request& request, const View&) {
  const auto metrics = client.call(&Gateway::Stub::GetMetrics, phone::gateway::v1::GetMetricsTextRequest());
  if (!metrics.ok()) return metrics.status();
  out(request.json ? to_json(*metrics, true) : metrics->text());
  return absl::OkStatus();
}

absl::Status show_network(GatewayClient& client, const Request& request, const View& view) {
  return show_part(client, request, view, "network_access", &print_network,
                   [](const PhoneStatus& s) -> const google::protobuf::Message& { return s.network(); });
}

namespace {

template <class Profile>
absl::Status add_server(const Request& request, Profile& profile) {
  using namespace phone::certificates::v1;
  if (request.kind == "mic") profile.set_certificate(CERTIFICATE_KIND_MIC);
  if (request.kind == "lsc") profile.set_certificate(CERTIFICATE_KIND_LSC);
  if (request.kind == "user") profile.set_certificate(CERTIFICATE_KIND_USER);
  for (const auto& server : request.servers) profile.add_server(server);
  for (const auto& file : request.authority_files) {
    auto ders = certificates_of(file);
    if (!ders.ok()) return ders.status();
    for (auto& der : *ders) profile.add_authority(std::move(der));
  }
  return absl::OkStatus();
}

template <class Answer>
absl::Status say_applied(const absl::StatusOr<Answer>& reply, const Request& request) {
  if (!reply.ok()) return reply.status();
  if (!reply->applied()) return absl::FailedPreconditionError(reply->reason());
  // Saved, and something else decides: say so.
  const std::string done = reply->reason().empty() ? "applied; follow it with: phonectl network" : reply->reason();
  out(request.json ? to_json(*reply, true) : plain(done) + "\n");
  return absl::OkStatus();
}

phone::network::v1::WlanSecurity wlan_security(const std::string& name) {
  using namespace phone::network::v1;
  if (name == "open") return WLAN_SECURITY_OPEN;
  if (name == "psk") return WLAN_SECURITY_PSK;
  if (name == "sae") return WLAN_SECURITY_SAE;
  if (name == "wpa2") return WLAN_SECURITY_ENTERPRISE;
  if (name == "wpa3") return WLAN_SECURITY_ENTERPRISE3;
  return WLAN_SECURITY_UNSPECIFIED;
}

phone::network::v1::WlanMethod wlan_method(const std::string& name) {
  using namespace phone::network::v1;
  if (name == "tls") return WLAN_METHOD_TLS;
  if (name == "fast") return WLAN_METHOD_FAST;
  if (name == "peap-mschapv2") return WLAN_METHOD_PEAP_MSCHAPV2;
  if (name == "peap-gtc") return WLAN_METHOD_PEAP_GTC;
  return WLAN_METHOD_AUTO;
}

}  // namespace

absl::Status apply_wlan(GatewayClient& client, const Request& request, const View&) {
  if (client.is_remote()) return looking_only();
  using namespace phone::network::v1;
  WlanProfile profile;
  profile.set_enabled(request.security != "off");
  profile.set_ssid(request.ssid);
  profile.set_security(wlan_security(request.security));
  const bool enterprise = request.security == "wpa2" || request.security == "wpa3";
  if (enterprise) profile.set_method(wlan_method(request.method));
  profile.set_user(request.identity);
  profile.set_compatible(request.compatible);
  profile.set_ckip(request.ckip);
  profile.set_over_the_ds(request.over_the_ds);
  profile.set_fast_roaming_off(request.no_fast_roaming);
  profile.set_gcmp(request.gcmp);
  profile.set_band(request.band == "2.4" ? WLAN_BAND_2_4 : request.band == "5" ? WLAN_BAND_5 : WLAN_BAND_UNSPECIFIED);
  if (request.security == "on") profile.set_security(WLAN_SECURITY_OPEN);  // that without a name is the configuration's
  if (auto added = add_server(request, profile); !added.ok()) return added;
  const bool key = request.security == "psk" || request.security == "sae";
  if (key || (enterprise && profile.method() != WLAN_METHOD_TLS)) {
    absl::StatusOr<std::string> secret = read_secret(key ? "Key: " : "Password: ", key ? "key" : "password");
    if (!secret.ok()) return secret.status();
    *(key ? profile.mutable_key() : profile.mutable_password()) = *secret;
    wipe(*secret);
  }
  const auto reply = client.call(&Gateway::Stub::ApplyWlanProfile, profile);
  wipe(*profile.mutable_password());
  wipe(*profile.mutable_key());
  return say_applied(reply, request);
}

absl::Status apply_wired(GatewayClient& client, const Request& request, const View&) {
  if (client.is_remote()) return looking_only();
  using namespace phone::network::v1;
  WiredProfile profile;
  profile.set_enabled(request.method != "off");
  profile.set_method(request.method == "fast" ? WIRED_METHOD_FAST : WIRED_METHOD_TLS);
  profile.set_identity(request.identity);
  if (auto added = add_server(request, profile); !added.ok()) return added;
  if (request.method == "fast") {
    absl::StatusOr<std::string> secret = read_secret("Password: ");
    if (!secret.ok()) return secret.status();
    profile.set_password(*secret);
    wipe(*secret);
  }
  const auto reply = client.call(&Gateway::Stub::ApplyWiredProfile, profile);
  wipe(*profile.mutable_password());
  return say_applied(reply, request);
}

absl::Status show_security(GatewayClient& client, const Request& request, const View& view) {
  // Four services contribute; the settings of one that does not respond are "unknown".
  return show_part(client, request, view, "", &print_security,
                   [](const PhoneStatus& s) -> const google::protobuf::Message& { return s.security(); });
}

absl::Status show_certificates(GatewayClient& client, const Request& request, const View& view) {
  const auto state = client.call(&Gateway::Stub::ListCertificates, phone::certificates::v1::ListCertificatesRequest());
  if (!state.ok()) return state.status();
  out(request.json ? to_json(*state, true) : print_certificates(*state, view));
  return absl::OkStatus();
}

absl::Status show_trust(GatewayClient& client, const Request& request, const View& view) {
  const auto lists = client.call(&Gateway::Stub::GetTrustLists, phone::trust::v1::GetTrustListsRequest());
  if (!lists.ok()) return lists.status();
  out(request.json ? to_json(*lists, true) : print_trust_lists(*lists, view));
  return absl::OkStatus();
}

absl::Status show_decisions(GatewayClient& client, const Request& request, const View& view) {
  const auto reply = decisions(client, request.about, request.maximum);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : print_decisions(*reply, view));
  return absl::OkStatus();
}

absl::Status show_why(GatewayClient& client, const Request& request, const View& view) {
  const auto reply = decisions(client, request.about, kAllDecisions);
  if (!reply.ok()) return reply.status();
  const phone::trust::v1::Decision* decision = decision_about(*reply, request.about);
  if (decision == nullptr) {
    return absl::NotFoundError(absl::StrCat("no decision is recorded about ", request.about));
  }
  out(request.json ? to_json(*decision, true) : why(*decision, view));
  return absl::OkStatus();
}

absl::Status preview_list(GatewayClient& client, const Request& request, const View& view) {
  phone::trust::v1::PreviewTrustListRequest list;
  list.set_content(request.content);
  const auto reply = client.call(&Gateway::Stub::PreviewTrustList, list);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : print_preview(*reply, view));
  // For scripts that ask before a move.
  return reply->would_accept() ? absl::OkStatus() : absl::PermissionDeniedError("it would be refused");
}

absl::Status allow_older(GatewayClient& client, const Request& request, const View& view) {
  phone::trust::v1::AllowOlderRequest act;
  act.set_name(request.about);
  act.set_reason(request.reason);
  act.set_seconds(static_cast<std::uint32_t>(request.minutes * 60));
  const auto reply = client.call(&Gateway::Stub::AllowOlder, act);
  if (!reply.ok()) return reply.status();
  if (!reply->allowed()) return absl::PermissionDeniedError(reply->reason());
  out(request.json ? to_json(*reply, true) : print_older_allowed(*reply, view));
  return absl::OkStatus();
}

absl::Status dial(GatewayClient& client, const Request& request, const View&) {
  phone::signaling::v1::DialRequest number;
  number.set_number(request.number);
  number.set_line(request.line);
  number.set_precedence(precedence_of(request.precedence));
  return place_call(client, request, number);
}

absl::Status answer(GatewayClient& client, const Request& request, const View&) {
  return act_on_call(client, request, Wanted::kRinging, &Gateway::Stub::Answer);
}

absl::Status hang_up(GatewayClient& client, const Request& request, const View&) {
  return act_on_call(client, request, Wanted::kLive, &Gateway::Stub::HangUp);
}

absl::Status hold(GatewayClient& client, const Request& request, const View&) {
  return act_on_call(client, request, Wanted::kTalking, &Gateway::Stub::Hold);
}

absl::Status resume(GatewayClient& client, const Request& request, const View&) {
  return act_on_call(client, request, Wanted::kHeld, &Gateway::Stub::Resume);
}

absl::Status transfer(GatewayClient& client, const Request& request, const View&) {
  if (request.number.empty() == request.to_call.empty())
    return absl::InvalidArgumentError("name one target: a number, or --to another call");
  const absl::StatusOr<std::string> call = named_call(client, request, Wanted::kTransferable);
  if (!call.ok()) return call.status();
  phone::signaling::v1::TransferRequest order;
  order.set_call(*call);
  order.set_number(request.number);
  order.set_to_call(request.to_call);
  const auto reply = client.call(&Gateway::Stub::Transfer, order);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : call_line(reply->call()) + "\n");
  return absl::OkStatus();
}

absl::Status send_digits(GatewayClient& client, const Request& request, const View&) {
  if (client.is_remote()) return looking_only();
  const absl::StatusOr<std::string> call = named_call(client, request, Wanted::kKeyed);
  if (!call.ok()) return call.status();
  absl::StatusOr<std::string> digits = read_secret("Digits: ", "digits");
  if (!digits.ok()) return digits.status();
  phone::signaling::v1::SendDigitsRequest keys;
  keys.set_call(*call);
  keys.set_digits(*digits);
  wipe(*digits);
  const auto reply = client.call(&Gateway::Stub::SendDigits, keys);
  wipe(*keys.mutable_digits());
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true) : "digits sent\n");
  return absl::OkStatus();
}

absl::Status enrol(GatewayClient& client, const Request& request, const View&) {
  if (client.is_remote()) return looking_only();
  const auto way = authentication(request.authentication);
  if (!way.ok()) return way.status();
  phone::certificates::v1::EnrolRequest order;
  order.set_operation(phone::certificates::v1::OPERATION_CAPF_SESSION);
  order.set_authentication(*way);
  order.set_reason("requested by the user");
  if (*way == phone::certificates::v1::CAPF_AUTHENTICATION_STRING) {
    absl::StatusOr<std::string> secret = read_secret("Authentication string: ");
    if (!secret.ok()) return secret.status();
    order.set_authentication_string(*secret);
    wipe(*secret);
  }
  const auto reply = client.call(&Gateway::Stub::Enrol, order);
  wipe(*order.mutable_authentication_string());
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true)
                   : absl::StrCat("enrolment ", reply->order(), " started; follow it with: phonectl watch\n"));
  return absl::OkStatus();
}

absl::Status reprovision(GatewayClient& client, const Request& request, const View&) {
  phone::policy::v1::ReprovisionRequest order;
  order.set_reason(request.reason);
  const auto reply = client.call(&Gateway::Stub::Reprovision, order);
  if (!reply.ok()) return reply.status();
  out(request.json ? to_json(*reply, true)
                   : "downloading the trust lists and the configuration again; follow it with: phonectl watch\n");
  return absl::OkStatus();
}

}  // namespace phone::phonectl
