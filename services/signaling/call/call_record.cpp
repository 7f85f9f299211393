// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// The state record on flash: one "name value" line per fact, percent-encoded, a "call" line before each call. No key is
// ever in it.
#include "common/text/foreign_text.hpp"
#include "services/signaling/call/call.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kMaximumCalls = 16;

std::string encoded(std::string_view text) {
  return percent_encoded(text, [](char c) { return c != '%' && c != '\n' && c != '\r' && c != '\0'; });
}

uint64_t seconds_of(const std::optional<WallTime>& time) {
  return time.has_value() ? static_cast<uint64_t>(
                                std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count())
                          : 0;
}

std::optional<WallTime> time_of(uint64_t milliseconds) {
  if (milliseconds == 0) return std::nullopt;
  constexpr uint64_t kRange =
      (uint64_t{1} << 42) - 1;  // the clock counts nanoseconds: beyond its own it would overflow
  return WallTime(std::chrono::milliseconds(static_cast<int64_t>(milliseconds & kRange)));
}

void take(Call& call, std::string_view name, const std::string& value) {
  uint64_t integer = number(value).value_or(0);
  Dialog& dialog = call.dialog;
  const std::pair<std::string_view, std::string*> texts[] = {{"id", &call.id},
                                                             {"stream", &call.stream},
                                                             {"number", &call.remote_number},
                                                             {"name", &call.remote_name},
                                                             {"call_id", &dialog.call_id},
                                                             {"local_tag", &dialog.local_tag},
                                                             {"remote_tag", &dialog.remote_tag},
                                                             {"local_uri", &dialog.local_uri},
                                                             {"remote_uri", &dialog.remote_uri},
                                                             {"remote_target", &dialog.remote_target},
                                                             {"address", &call.local.address},
                                                             {"server", &call.server},
                                                             {"own_number", &call.own_number}};
  for (auto [key, to] : texts) {
    if (key == name) *to = value;
  }
  // An older version kept these texts as they arrived, and people are shown them.
  for (std::string* shown : {&call.id, &call.stream, &call.remote_number, &call.remote_name, &call.own_number}) {
    if (!text::is_clean(*shown)) *shown = text::clean(*shown);
  }
  if (name == "session" && is_session_uuid(value)) dialog.session.local = value;
  if (name == "remote_session" && is_session_uuid(value)) dialog.session.remote = value;
  if (name == "global_call" && is_global_call(value)) call.global_call = value;
  if (name == "route" && dialog.routes.size() < 16) dialog.routes.push_back(value);
  if (name == "incoming") call.incoming = integer != 0;
  if (name == "line" && integer >= 1 && integer <= 0xFF) call.line = static_cast<uint32_t>(integer);
  if (name == "hidden") call.hidden = integer != 0;
  if (name == "emergency") call.emergency = integer != 0;
  if (name == "precedence" && integer <= 6) call.precedence = static_cast<Precedence>(integer);
  if (name == "transfer") call.transfer.interrupted = integer != 0;
  if (name == "update") dialog.peer_allows_update = integer != 0;
  if (name == "fallback") call.peer_takes_fallback = integer != 0;
  if (name == "local_cseq") dialog.local_cseq = static_cast<uint32_t>(integer & 0x7FFFFFFF);
  if (name == "remote_cseq") dialog.remote_cseq = static_cast<uint32_t>(integer & 0x7FFFFFFF);
  if (name == "far_end" && integer <= 3) call.far_end.level = static_cast<SecurityLevel>(integer);
  if (name == "voip") call.far_end.voip = integer != 0;
  if (name == "announced") call.announced = integer != 0 ? Indication::kSecure : Indication::kNonsecure;
  if (name == "hold" && integer >= 1 && integer <= 5) call.hold = static_cast<HoldState>(integer);
  if (name == "held_by_far_end") call.held_by_far_end = integer != 0;
  if (name == "direction" && integer <= 3) call.local.direction = static_cast<Direction>(integer);
  if (name == "call_info") dialog.peer_takes_call_info = integer != 0;
  if (name == "tone_played") call.secure_tone_played = integer != 0;
  if (name == "refresher" && (integer == 1 || integer == 2))
    call.timer.recover(static_cast<Refresher>(integer), call.timer.interval());
  if (name == "session_interval") call.timer.recover(call.timer.refresher(), std::chrono::seconds(integer & 0xFFFFFF));
  if (name == "session_id") call.local.session_id = integer;
  if (name == "session_version") call.origin.resume(integer);
  if (name == "started") call.started = time_of(integer);
  if (name == "established") call.established = time_of(integer);
}

}  // namespace

std::string write_record(const std::vector<Call>& calls) {
  std::string text;
  for (const Call& call : calls) {
    if (!call.confirmed()) continue;
    const Dialog& dialog = call.dialog;
    auto line = [&](std::string_view name, const std::string& value) { text += cat(name, " ", encoded(value), "\n"); };
    auto count = [&](std::string_view name, uint64_t value) { text += cat(name, " ", value, "\n"); };
    text += "call\n";
    line("id", call.id);
    line("stream", call.stream);
    line("number", call.remote_number);
    line("name", call.remote_name);
    line("call_id", dialog.call_id);
    line("local_tag", dialog.local_tag);
    line("remote_tag", dialog.remote_tag);
    line("local_uri", dialog.local_uri);
    line("remote_uri", dialog.remote_uri);
    line("remote_target", dialog.remote_target);
    line("address", call.local.address);
    line("server", call.server);
    for (const std::string& route : dialog.routes) line("route", route);
    line("own_number", call.own_number);
    line("session", dialog.session.local);
    line("remote_session", dialog.session.remote);
    line("global_call", call.global_call);
    count("line", call.line);
    count("hidden", call.hidden);
    count("emergency", call.emergency);
    count("precedence", static_cast<uint64_t>(call.precedence));
    if (call.transfer.state != TransferState::kNone) count("transfer", 1);
    count("incoming", call.incoming);
    count("update", dialog.peer_allows_update);
    count("fallback", call.peer_takes_fallback);
    // Requests may have left after this was written: the numbers jump ahead at the next start.
    count("local_cseq", dialog.local_cseq);
    count("remote_cseq", dialog.remote_cseq);
    count("far_end", static_cast<uint64_t>(call.far_end.level));
    count("voip", call.far_end.voip);
    if (call.announced != Indication::kNone) count("announced", call.announced == Indication::kSecure);
    count("tone_played", call.secure_tone_played);
    count("hold", static_cast<uint64_t>(call.hold));
    count("held_by_far_end", call.held_by_far_end);
    count("direction", static_cast<uint64_t>(call.local.direction));
    count("call_info", dialog.peer_takes_call_info);
    count("refresher", static_cast<uint64_t>(call.timer.refresher()));
    count("session_interval", static_cast<uint64_t>(call.timer.interval().count()));
    count("session_id", call.local.session_id);
    count("session_version", call.origin.version());
    count("started", seconds_of(call.started));
    count("established", seconds_of(call.established));
  }
  return text;
}

std::vector<Call> parse_record(const std::string& text) {
  std::vector<Call> calls;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (line == "call") {
      if (calls.size() == kMaximumCalls) break;
      calls.emplace_back();
      calls.back().state = SessionState::kPreserved;
      continue;
    }
    std::string_view name = take_until(line, ' ');
    if (!calls.empty()) take(calls.back(), name, percent_decoded(line));
  }
  std::erase_if(calls, [](const Call& call) {
    return call.dialog.call_id.empty() || call.stream.empty() || call.dialog.remote_target.empty();
  });
  for (Call& call : calls) call.dialog.local_cseq += 16;
  return calls;
}

}  // namespace phone::signaling
