// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "gateway/metrics/phone_metrics.hpp"

#include <absl/strings/str_cat.h>

#include <set>

namespace phone::gateway {
namespace {

using phone::gateway::v1::PhoneStatus;
using namespace phone::signaling::v1;

struct StateName {
  int state;
  const char* name;
};
constexpr StateName kCallStates[] = {{CALL_STATE_DIALING, "dialing"},
                                     {CALL_STATE_RINGING_OUT, "ringing_out"},
                                     {CALL_STATE_RINGING_IN, "ringing_in"},
                                     {CALL_STATE_ESTABLISHED, "established"},
                                     {CALL_STATE_PRESERVED, "preserved"}};
constexpr StateName kRegistrationStates[] = {{REGISTRATION_STATE_DOWN, "down"},
                                             {REGISTRATION_STATE_CONNECTING, "connecting"},
                                             {REGISTRATION_STATE_REGISTERING, "registering"},
                                             {REGISTRATION_STATE_REGISTERED, "registered"},
                                             {REGISTRATION_STATE_STANDBY, "standby"},
                                             {REGISTRATION_STATE_REFUSED, "refused"}};
constexpr StateName kCertificateKinds[] = {{phone::certificates::v1::CERTIFICATE_KIND_MIC, "mic"},
                                           {phone::certificates::v1::CERTIFICATE_KIND_LSC, "lsc"},
                                           {phone::certificates::v1::CERTIFICATE_KIND_USER, "user"}};
constexpr int kMostStreams = 16;        // a phone has a handful; media may have been taken over
constexpr int kMostRegistrations = 16;  // and so may signaling

template <std::size_t size>
std::string name_in(const StateName (&names)[size], int state) {
  for (const StateName& one : names) {
    if (one.state == state) return one.name;
  }
  return "unknown";
}

void registration(const SignalingState& signaling, Exposition& out) {
  out.family("phone_registered", "gauge", "1 if the phone is registered with a call manager, else 0.");
  out.sample({}, signaling.registered() ? 1 : 0);
  out.family("phone_registration_info", "gauge", "State of the registration with each configured server.");
  std::set<std::string> named;  // two samples of one name make the whole text invalid
  for (const Registration& one : signaling.registration()) {
    if (named.size() == kMostRegistrations || !named.insert(one.server()).second) continue;
    out.sample({{"server", one.server()},
                {"state", name_in(kRegistrationStates, one.state())},
                {"active", one.active() ? "yes" : "no"},
                {"tls", one.tls_version()}},
               1);
  }
}

void calls(const SignalingState& signaling, Exposition& out) {
  out.family("phone_calls", "gauge", "Calls by state, without those that have ended.");
  for (const StateName& state : kCallStates) {
    int count = 0;
    for (const Call& call : signaling.call()) count += call.state() == state.state ? 1 : 0;
    out.sample({{"state", state.name}}, count);
  }
  out.family("phone_calls_locked", "gauge", "Established calls that are shown with the lock.");
  int locked = 0;
  for (const Call& call : signaling.call()) {
    locked += call.state() == CALL_STATE_ESTABLISHED && call.security().icon() == ICON_LOCK ? 1 : 0;
  }
  out.sample({}, locked);
}

// Streams are numbered as they are: the names of calls go on for ever, and so would their time series.
void sound(const phone::media::v1::StreamFacts& media, Exposition& out) {
  const int streams = std::min(media.stream_size(), kMostStreams);
  const auto number = [](int i) { return absl::StrCat(i + 1); };
  out.family("phone_stream_mos", "gauge", "Listening quality of each live stream, 1 to 4.5 (ITU-T G.107).");
  for (int i = 0; i < streams; ++i) {
    if (media.stream(i).mos() > 0) out.sample({{"stream", number(i)}}, media.stream(i).mos());
  }
  out.family("phone_stream_jitter_seconds", "gauge", "Jitter of the received packets of each live stream (RFC 3550).");
  for (int i = 0; i < streams; ++i) {
    if (media.stream(i).packets_received() > 0)
      out.sample({{"stream", number(i)}}, media.stream(i).jitter_milliseconds() / 1000);
  }
  out.family("phone_stream_round_trip_seconds", "gauge", "Round-trip time of each live stream, measured by RTCP.");
  for (int i = 0; i < streams; ++i) {
    if (media.stream(i).round_trip_milliseconds() > 0)
      out.sample({{"stream", number(i)}}, media.stream(i).round_trip_milliseconds() / 1000.0);
  }
  out.family("phone_stream_packets_received", "gauge", "Received packets of each live stream.");
  for (int i = 0; i < streams; ++i)
    out.sample({{"stream", number(i)}}, static_cast<double>(media.stream(i).packets_received()));
  out.family("phone_stream_packets_lost", "gauge", "Lost packets of each live stream.");
  for (int i = 0; i < streams; ++i)
    out.sample({{"stream", number(i)}}, static_cast<double>(media.stream(i).packets_lost()));
}

void certificates(const phone::certificates::v1::CertificateState& state, Exposition& out) {
  out.family("phone_certificate_expiry_timestamp_seconds", "gauge",
             "End of the validity of the phone's own certificates, in seconds since the epoch.");
  std::set<std::string> named;
  for (const auto& certificate : state.certificate()) {
    const std::string kind = name_in(kCertificateKinds, certificate.kind());
    if (!certificate.has_not_after() || !named.insert(kind).second) continue;
    out.sample({{"kind", kind}}, static_cast<double>(certificate.not_after().seconds()));
  }
}

bool supplicant_gone(const phone::network::v1::WiredAccess& access) {
  return access.cause() == phone::network::v1::ACCESS_CAUSE_SUPPLICANT_GONE;
}

}  // namespace

std::string phone_metrics(const PhoneStatus& status) {
  Exposition out;
  if (status.has_signaling()) {
    registration(status.signaling(), out);
    calls(status.signaling(), out);
  }
  if (status.has_media()) sound(status.media(), out);
  if (status.has_certificates()) certificates(status.certificates(), out);
  return out.text();
}

UnitsUp units_up(const PhoneStatus& status) {
  if (!status.has_network()) return {};
  const auto& network = status.network();
  return {{"lldp", network.lldp_running()},
          {"supplicant", !supplicant_gone(network.wired_access()) && !supplicant_gone(network.wlan().access())}};
}

}  // namespace phone::gateway
