// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/phonectl/print_calls.hpp"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <cstdlib>

#include "tools/phonectl/words.hpp"

namespace phone::phonectl {
namespace {

using namespace phone::signaling::v1;

Tone tone_of(RegistrationState state) {
  switch (state) {
    case REGISTRATION_STATE_REGISTERED:
    case REGISTRATION_STATE_STANDBY:
      return Tone::kGood;
    case REGISTRATION_STATE_DOWN:
    case REGISTRATION_STATE_REFUSED:
      return Tone::kBad;
    default:
      return Tone::kPlain;
  }
}

Tone tone_of(SecurityLevel level) {
  switch (level) {
    case SECURITY_LEVEL_ENCRYPTED:
      return Tone::kGood;
    case SECURITY_LEVEL_NOT_AUTHENTICATED:
      return Tone::kBad;
    default:
      return Tone::kPlain;
  }
}

std::string far_end(const Call& call) {
  const std::string number = or_dash(call.remote_number());
  return call.remote_name().empty() ? number : absl::StrCat(call.remote_name(), " (", number, ")");
}

// "encrypted (lock)", "authenticated (shield): media receive is not encrypted"
std::string security_text(const CallSecurity& security) {
  std::string text = word(security.level());
  if (security.icon() != ICON_NONE) absl::StrAppend(&text, " (", word(security.icon()), ")");
  if (security.to_call_manager_only()) text += ", to the call manager only";
  const std::string why = join_known({security.weakest_part(), security.reason()}, ": ");
  return why.empty() ? text : absl::StrCat(text, "; weakest part ", why);
}

// Without TLS to the server a registration has a bare TCP connection.
std::string registration_text(const Registration& registration) {
  const bool registered = registration.state() == REGISTRATION_STATE_REGISTERED;
  const bool standby = registration.state() == REGISTRATION_STATE_STANDBY;
  const std::string client =
      registration.client_certificate().empty() ? "" : absl::StrCat("with the ", registration.client_certificate());
  std::string facts = join_known({registration.tls_version(), registration.cipher_suite(), client});
  if (facts.empty() && (registered || standby)) facts = "TCP, not protected";
  std::string text = registration_word(registration);
  if (registered || standby) {
    text = join_known({text, facts, registration.active() ? "active" : ""});
    return join_known({text, registration.reason()}, "; ");
  }
  if (!registration.reason().empty()) absl::StrAppend(&text, ": ", registration.reason());
  return join_known({text, facts}, "; ");
}

// Empty while both ends talk.
std::string hold_text(const Call& call) {
  const std::string far = call.held_by_far_end() ? "held by the far end" : "";
  switch (call.hold()) {
    case HOLD_STATE_HOLDING:
      return join_known({"on hold, the far end has not agreed yet", far});
    case HOLD_STATE_HELD:
      return join_known({"on hold", far});
    case HOLD_STATE_HELD_HERE:
      return join_known({"on hold here only, the far end refused", far});
    case HOLD_STATE_RESUMING:
      return join_known({"resuming", far});
    default:
      return far;
  }
}

std::string transfer_text(const Call& call) {
  switch (call.transfer()) {
    case TRANSFER_STATE_HOLDING:
    case TRANSFER_STATE_REFERRING:
      return "asking the call manager for a transfer";
    case TRANSFER_STATE_ACCEPTED:
      return "being transferred";
    default:
      return call.transfer_failure();
  }
}

std::string direction_text(bool active, bool encrypted, const std::string& suite, std::uint64_t packets,
                           const char* verb) {
  if (!active) return absl::StrCat("not ", verb);
  return absl::StrCat(verb, " ", encrypted ? absl::StrCat("SRTP ", suite) : "RTP, not encrypted", ", ", packets,
                      " packets");
}

void add_stream(const phone::media::v1::StreamFact& fact, Table& table) {
  const auto tone = [](bool active, bool encrypted) {
    return !active ? Tone::kDim : encrypted ? Tone::kGood : Tone::kBad;
  };
  table.row(
      {{"media"},
       {direction_text(fact.sending(), fact.sending_encrypted(), fact.transmit_suite(), fact.packets_sent(), "sending"),
        tone(fact.sending(), fact.sending_encrypted())}});
  table.row({{""},
             {direction_text(fact.receiving(), fact.receiving_encrypted(), fact.receive_suite(),
                             fact.packets_received(), "receiving"),
              tone(fact.receiving(), fact.receiving_encrypted())}});
  // Without a received packet there is nothing to rate.
  if (fact.packets_received() > 0) {
    table.row({{"quality"},
               {absl::StrCat(absl::StrFormat("%d lost, %d late, jitter %.1f ms", fact.packets_lost(),
                                             fact.packets_late(), fact.jitter_milliseconds()),
                             fact.mos() > 0 ? absl::StrFormat(", MOS %.1f", fact.mos()) : "")}});
  }
  if (fact.authentication_failures() + fact.replays() > 0) {
    table.row({{"refused"},
               {absl::StrCat(fact.authentication_failures(), " packets with a wrong authentication tag, ",
                             fact.replays(), " replayed"),
                Tone::kBad}});
  }
}

const phone::media::v1::StreamFact* stream_of(const Call& call, const phone::media::v1::StreamFacts& media) {
  for (const auto& fact : media.stream()) {
    if (fact.stream() == call.stream()) return &fact;
  }
  return nullptr;
}

}  // namespace

std::string call_line(const Call& call) {
  std::string line =
      absl::StrCat("call ", call.call(), call.incoming() ? " from " : " to ", far_end(call), ": ", word(call.state()));
  if (call.state() == CALL_STATE_ENDED) return absl::StrCat(line, call.ended_by().empty() ? "" : ", ", call.ended_by());
  if (call.state() == CALL_STATE_ESTABLISHED || call.state() == CALL_STATE_PRESERVED) {
    absl::StrAppend(&line, ", ", join_known({hold_text(call), transfer_text(call), security_text(call.security())}));
  }
  return plain(line);
}

std::string print_registrations(const SignalingState& state, const View& view) {
  if (state.registration().empty()) return paint(view, Tone::kDim, "no call manager is configured") + "\n";
  Table table;
  for (const auto& registration : state.registration()) {
    const Tone tone = is_idle_srst(registration) ? Tone::kPlain : tone_of(registration.state());
    table.row({{registration.server()}, {registration_text(registration), tone}});
    if (!registration.limited().empty()) table.row({{"limited"}, {registration.limited(), Tone::kBad}});
    const auto seconds = registration.clock_difference_seconds();
    if (registration.clock_told() && std::abs(seconds) > 10) {
      table.row(
          {{"clock"},
           {absl::StrCat("its time is ", std::abs(seconds), " s ", seconds > 0 ? "ahead of" : "behind", " the phone's"),
            Tone::kBad}});
    }
  }
  if (state.has_authorization()) {
    const auto& authorization = state.authorization();
    const std::string until = when(view, authorization.good_until());
    table.row({{"authorization"},
               {authorization.held() ? absl::StrCat("token held", until.empty() ? "" : ", good until ", until)
                                     : authorization.reason(),
                authorization.held() ? Tone::kPlain : Tone::kBad}});
  }
  return table.print(view);
}

std::string print_calls(const SignalingState& state, const phone::media::v1::StreamFacts& media, const View& view) {
  std::string out;
  for (const auto& call : state.call()) {
    absl::StrAppend(&out, paint(view, Tone::kStrong, absl::StrCat("call ", call.call())), " ",
                    call.incoming() ? "from " : "to ", plain(far_end(call)), ", ",
                    state.line_size() > 1 ? absl::StrCat("line ", call.line(), ", ") : "", word(call.state()), "\n");
    Table table;
    if (call.state() == CALL_STATE_ENDED) {
      table.row({{"ended"}, {or_dash(call.ended_by())}});
    } else {
      // Security and quality belong to a call with media: one that rings has neither yet.
      const bool talking = call.state() == CALL_STATE_ESTABLISHED || call.state() == CALL_STATE_PRESERVED;
      const Tone tone = call.state() == CALL_STATE_ESTABLISHED ? tone_of(call.security().level()) : Tone::kPlain;
      if (talking && !hold_text(call).empty()) table.row({{"hold"}, {hold_text(call)}});
      if (talking && !transfer_text(call).empty()) table.row({{"transfer"}, {transfer_text(call)}});
      if (talking) table.row({{"security"}, {security_text(call.security()), tone}});
      if (call.emergency()) table.row({{"emergency"}, {"to an emergency number"}});
      if (call.precedence() != phone::signaling::v1::PRECEDENCE_UNSPECIFIED)
        table.row({{"precedence"}, {word(call.precedence())}});
      for (const auto& fork : call.fork()) {
        table.row({{"copied"},
                   {absl::StrCat("the call manager gets a copy of what ", fork.far_end() ? "you hear" : "you say", ", ",
                                 fork.encrypted() ? "encrypted" : "not encrypted"),
                    Tone::kBad}});
      }
      if (!call.limited().empty()) table.row({{"limited"}, {call.limited(), Tone::kBad}});
      if (call.ignored()) table.row({{"ringer"}, {"silenced"}});
      if (call.hold_reverted()) table.row({{"reminder"}, {"this call is still on hold"}});
      if (call.conference()) table.row({{"conference"}, {"the call manager's"}});
      if (!call.asked().empty()) table.row({{"asked"}, {absl::StrCat(call.asked(), ", not done yet")}});
      if (!call.feature_failure().empty()) table.row({{"failed"}, {call.feature_failure(), Tone::kBad}});
      if (call.code_wanted() != CODE_KIND_UNSPECIFIED) {
        table.row({{"code"},
                   {absl::StrCat(call.code_wanted() == CODE_KIND_AUTHORIZATION ? "authorization" : "client matter",
                                 " code, then #: ", std::string(std::min(call.code_digits(), 32U), '*'))}});
      }
      if (call.keys_wanted()) table.row({{"keys"}, {"the call manager asks for digits: phonectl digits"}});
      const std::string since = when(view, call.established());
      if (!since.empty()) table.row({{"since"}, {since}});
      if (!call.codec().empty()) table.row({{"codec"}, {call.codec()}});
      if (!call.session_id().empty()) {
        table.row({{"session"},
                   {absl::StrCat(call.session_id(), " here, ",
                                 call.remote_session_id().empty() ? "not named" : call.remote_session_id(), " there",
                                 call.global_call().empty() ? "" : ", gci ", plain(call.global_call()))}});
      }
      const auto* fact = stream_of(call, media);
      if (talking && fact != nullptr) add_stream(*fact, table);
      if (call.secure_tone_played()) {
        const bool still = call.security().level() == SECURITY_LEVEL_ENCRYPTED;
        table.row({{"tone"}, {still ? "secure tone played" : "secure tone played before the call became nonsecure"}});
      }
    }
    absl::StrAppend(&out, table.print(view, "  "));
  }
  return out;
}

}  // namespace phone::phonectl
