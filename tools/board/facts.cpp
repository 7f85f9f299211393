// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/facts.hpp"

#include "absl/strings/str_cat.h"
#include "tools/board/words.hpp"

namespace phone::board {
namespace {

const Json kNothing = Json::object();

const Json& part(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? kNothing : *found;
}

// The element of a repeated message with this value in this field, or the empty object.
const Json& element(const Json& list, const char* field, const std::string& value) {
  if (!list.is_array()) return kNothing;
  for (const auto& item : list) {
    if (item.value(field, "") == value) return item;
  }
  return kNothing;
}

const Json& file_ending(const Json& status, const std::string& ending) {
  const Json& files = part(part(status, "provisioning"), "file");
  if (!files.is_array()) return kNothing;
  for (const auto& file : files) {
    if (file.value("name", "").ends_with(ending)) return file;
  }
  return kNothing;
}

// 64-bit integers are strings in protobuf's JSON.
long long number(const Json& json, const char* name) {
  const Json& value = part(json, name);
  if (value.is_string()) return std::atoll(value.get<std::string>().c_str());
  return value.is_number() ? value.get<long long>() : 0;
}

Fact not_yet(const std::string& why) { return absl::NotFoundError(why.empty() ? "nothing reported" : why); }

const Json& live_call(const Json& status) {
  return element(part(part(status, "signaling"), "call"), "state", "CALL_STATE_ESTABLISHED");
}

}  // namespace

Fact link_is_up(const Json& status) {
  const Json& network = part(status, "network");
  if (!network.value("linkUp", false)) return not_yet("no link on the phone's port");
  const Json& servers = part(network, "provisioningServer");
  if (!servers.is_array() || servers.empty()) return not_yet("link is up, no provisioning server known yet");
  return absl::StrCat(network.value("port", ""), " ", network.value("hardwareAddress", ""), ", server ",
                      servers[0].get<std::string>(), " from ", network.value("provisioningSource", ""));
}

Fact lists_are_installed(const Json& trust) {
  const Json& ctl = part(trust, "ctl");
  const Json& itl = part(trust, "itl");
  if (!ctl.value("installed", false)) return not_yet("no CTL");
  if (!itl.value("installed", false)) return not_yet("no ITL");
  return absl::StrCat("CTL ", part(ctl, "record").size(), " records, ITL ", part(itl, "record").size(),
                      " records, signed by ", itl.value("signer", ""));
}

Fact partial_configuration_was_verified(const Json& status) {
  const Json& file = file_ending(status, ".cnf.xml.sgn");
  if (file.value("state", "") != "FILE_STATE_ACCEPTED")
    return not_yet(file.value("reason", part(status, "provisioning").value("doing", "")));
  return file.value("name", "");
}

Fact lsc_is_enrolled(const Json& status) {
  const Json& certificates = part(status, "certificates");
  const Json& lsc = element(part(certificates, "certificate"), "kind", "CERTIFICATE_KIND_LSC");
  if (lsc.empty())
    return not_yet(absl::StrCat("no LSC: ", part(certificates, "enrolment").value("reason", "no enrolment yet")));
  return absl::StrCat(lsc.value("key", ""), ", issued by ", lsc.value("issuer", ""));
}

Fact configuration_was_decrypted(const Json& status) {
  const Json& provisioning = part(status, "provisioning");
  const Json& file = file_ending(status, ".enc.sgn");
  const std::string state = file.value("state", "");
  if (state != "FILE_STATE_ACCEPTED" && state != "FILE_STATE_UNCHANGED")
    return not_yet(file.value("reason", provisioning.value("doing", "")));
  if (provisioning.value("stage", "") != "STAGE_COMPLETE") return not_yet("the policy is not complete");
  return absl::StrCat(file.value("name", ""), ", policy version ", number(provisioning, "policyVersion"));
}

Fact is_registered(const Json& status) {
  const Json& signaling = part(status, "signaling");
  const Json& registration = element(part(signaling, "registration"), "state", "REGISTRATION_STATE_REGISTERED");
  if (registration.empty() || !signaling.value("registered", false)) {
    const Json& all = part(signaling, "registration");
    return not_yet(all.is_array() && !all.empty() ? all[0].value("reason", "not registered") : "not registered");
  }
  return absl::StrCat(registration.value("server", ""), ", ", registration.value("tlsVersion", ""), ", ",
                      registration.value("cipherSuite", ""), ", with the ",
                      registration.value("clientCertificate", ""));
}

Fact alarm_was_accepted(const std::vector<Json>& lab_events) {
  std::string refused = "no alarm has come";
  for (const auto& event : lab_events) {
    if (event.value("event", "") != "alarm") continue;
    if (!event.value("accepted", false)) {
      refused = event.value("reason", "refused");
      continue;
    }
    return absl::StrCat("code ", number(event, "code"), ", all fields right");
  }
  return not_yet(refused);
}

Fact call_is_established(const Json& status) {
  const Json& call = live_call(status);
  if (call.empty()) return not_yet("no established call");
  const char* muted = part(status, "media").value("muted", false) ? ", microphone muted" : "";
  return absl::StrCat("with ", call.value("remoteNumber", ""), ", ", call.value("codec", ""), muted);
}

Fact srtp_runs_both_ways(const Json& status) {
  const Json& streams = part(part(status, "media"), "stream");
  if (!streams.is_array() || streams.empty()) return not_yet("no stream");
  const Json& stream = streams[0];
  if (!stream.value("sendingEncrypted", false)) return not_yet("nothing encrypted is sent");
  if (!stream.value("receivingEncrypted", false)) return not_yet("nothing encrypted is received");
  return absl::StrCat("sends ", stream.value("transmitSuite", ""), ", receives ", stream.value("receiveSuite", ""));
}

Fact lock_is_shown(const Json& status) {
  const Json& security = part(live_call(status), "security");
  if (security.value("icon", "") != "ICON_LOCK") return not_yet(security.value("reason", "no lock"));
  return absl::StrCat("lock: ", word_of(security.value("level", "")));
}

Fact secure_tone_was_played(const Json& status) {
  const Json& streams = part(part(status, "media"), "stream");
  if (!streams.is_array()) return not_yet("no stream");
  for (const auto& stream : streams) {
    for (const auto& tone : part(stream, "tonePlayed")) {
      if (tone == "secure" || tone == "TONE_SECURE") return "three long beeps, to the user only";
    }
  }
  return not_yet("the secure tone was not played");
}

Fact call_has_ended(const Json& status) {
  if (!live_call(status).empty()) return not_yet("the call is still up");
  const Json& streams = part(part(status, "media"), "stream");
  if (streams.is_array() && !streams.empty()) return not_yet("the stream is still open");
  return "no call, no stream";
}

Fact call_is_on_hold(const Json& status) {
  const Json& call = live_call(status);
  if (call.value("hold", "") != "HOLD_STATE_HELD")
    return not_yet(absl::StrCat("hold: ", word_of(call.value("hold", "HOLD_STATE_NONE"))));
  if (call.value("hasUser", false)) return not_yet("the user is still in it");
  return absl::StrCat("with ", call.value("remoteNumber", ""), ", and the far end agrees");
}

Fact second_call_has_the_user(const Json& status) {
  std::string talking, held;
  const Json& calls = part(part(status, "signaling"), "call");
  if (!calls.is_array()) return not_yet("no call");
  for (const auto& call : calls) {
    if (call.value("state", "") != "CALL_STATE_ESTABLISHED") continue;
    if (call.value("hasUser", false))
      talking = call.value("remoteNumber", "");
    else if (call.value("hold", "") == "HOLD_STATE_HELD")
      held = call.value("remoteNumber", "");
  }
  if (talking.empty() || held.empty()) return not_yet(absl::StrCat("talking: ", talking, ", on hold: ", held));
  return absl::StrCat("talking with ", talking, ", ", held, " on hold");
}

Fact call_was_transferred(const Json& status) {
  const Json& live = live_call(status);
  if (!live.empty()) return not_yet(live.value("transferFailure", "the calls are still up"));
  const Json& calls = part(part(status, "signaling"), "call");
  if (!calls.is_array()) return not_yet("no call");
  for (const auto& call : calls) {
    const std::string end = call.value("endedBy", "");
    if (end.starts_with("transferred to")) return absl::StrCat(call.value("remoteNumber", ""), ": ", end);
  }
  return not_yet("no call was transferred");
}

Fact handset_is_off_the_hook(const Json& status) {
  if (!part(status, "signaling").value("offHook", false)) return not_yet("on the hook");
  return call_is_established(status);
}

Fact history_has_the_call(const Json& memory) {
  const Json& history = part(memory, "history");
  if (!history.is_array() || history.empty()) return not_yet("no call is remembered");
  const Json& newest = history[0];
  return absl::StrCat(history.size(), " calls, the newest with ", newest.value("number", ""), ", ",
                      newest.value("durationSeconds", 0), " s");
}

absl::StatusOr<Packets> packets(const Json& status) {
  const Json& streams = part(part(status, "media"), "stream");
  if (!streams.is_array() || streams.empty()) return absl::NotFoundError("no stream");
  const Json& stream = streams[0];
  return Packets{.received = number(stream, "packetsReceived"),
                 .lost = number(stream, "packetsLost"),
                 .late = number(stream, "packetsLate"),
                 .largest_gap_milliseconds = number(stream, "largestGapMilliseconds")};
}

}  // namespace phone::board
