// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/hosted_calls.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/lab/sip/sdp_answer.hpp"
#include "tools/lab/sip/srtp_gcm.hpp"

namespace phone::lab {
namespace {

constexpr char kSuite[] = "AEAD_AES_128_GCM";
constexpr char kServiceUri[] = "x-cisco-serviceuri-";
constexpr char kTooLow[] = "Does not meet Security Level, call rejected";

struct Far {
  std::string host;
  uint16_t port = 0;
  std::string key;  // octets
};

// Where the phone's media is, and with which key it sends.
Far far_in(const std::string& sdp) {
  Far far;
  for (const std::string& line : sdp_lines(sdp)) {
    if (line.starts_with("c=IN IP4 ")) far.host = line.substr(9);
    if (line.starts_with("m=audio ") && far.port == 0)
      far.port = static_cast<uint16_t>(std::strtoul(line.c_str() + 8, nullptr, 10));
  }
  for (const CryptoLine& line : crypto_lines(sdp)) {
    if (line.suite == kSuite) absl::Base64Unescape(line.key.substr(0, line.key.find('|')), &far.key);
  }
  return far;
}

}  // namespace

HostedCalls::CallPtr HostedCalls::find(const std::string& call_id) const {
  for (const auto& [id, call] : calls_) {
    if (call->call_id == call_id) return call;
  }
  return nullptr;
}

HostedCalls::CallPtr HostedCalls::newest() const {
  for (auto one = calls_.rbegin(); one != calls_.rend(); ++one) {
    if (!one->second->ended) return one->second;
  }
  return nullptr;
}

HostedCalls::CallPtr HostedCalls::of_conference(unsigned conference) const {
  for (const auto& [id, call] : calls_) {
    if (!call->ended && call->conference == conference) return call;
  }
  return nullptr;
}

std::optional<PhoneDialog> HostedCalls::dialog_of(const std::string& device) const {
  if (focus_) return focus_;
  const CallPtr call = newest();
  if (!call || call->device != device) return std::nullopt;
  return PhoneDialog{.call_id = call->call_id, .local_tag = call->remote_tag, .remote_tag = call->local_tag};
}

void HostedCalls::order_about(const Call& call, const std::string& line) {
  focus_ = PhoneDialog{.call_id = call.call_id, .local_tag = call.remote_tag, .remote_tag = call.local_tag};
  order_(line);
  focus_.reset();
}

SecurityLevel HostedCalls::leg_of(const Call& call) const {
  const bool tls = registrar_.over_tls(call.device);
  if (!tls) return SecurityLevel::kNotAuthenticated;
  return far_in(call.sdp).key.empty() ? SecurityLevel::kAuthenticated : SecurityLevel::kEncrypted;
}

SecurityLevel HostedCalls::level(unsigned conference) const {
  SecurityLevel all = SecurityLevel::kEncrypted;
  for (const auto& [id, call] : calls_) {
    if (!call->ended && call->conference == conference) all = lowest(all, leg_of(*call));
  }
  for (const Member& member : members_) {
    const bool in = member.conference == conference;
    if (in && !member.encrypted) all = lowest(all, SecurityLevel::kNotAuthenticated);
  }
  return all;
}

std::string HostedCalls::call_info(const Call& call) const {
  return absl::StrCat("<urn:x-cisco-remotecc:callinfo>; security= ",
                      call.told_level.empty() ? level_name(level(call.conference)) : call.told_level,
                      "; orientation= to; ui-state= connected; gci= 2-", call.id, "; isVoip; call-instance= 1");
}

std::string HostedCalls::identity(const Call& call) const {
  const std::string name = call.named ? "\x80\x34" : absl::StrCat("Party ", call.number);
  return absl::StrCat("\"", name, "\" <sip:", call.named ? "" : call.number, call.named ? "" : "@", settings_.host,
                      ">;party=called;screen=yes;privacy=off");
}

SipMessage HostedCalls::request_on(Call& call, const std::string& method) const {
  SipMessage request{.method = method, .uri = call.target, .status = 0, .reason = {}, .headers = {}, .body = {}};
  request.add("Via",
              absl::StrCat("SIP/2.0/TLS ", settings_.host, ":", settings_.port, ";branch=z9hG4bK", random_token()));
  request.add("Max-Forwards", "70").add("From", absl::StrCat(call.local, ";tag=", call.local_tag));
  request.add("To", absl::StrCat(call.remote, ";tag=", call.remote_tag)).add("Call-ID", call.call_id);
  request.add("CSeq", absl::StrCat(++call.cseq, " ", method));
  request.add("Contact", absl::StrCat("<sip:", call.number, "@", settings_.host, ":", settings_.port, ">"));
  request.add("User-Agent", "phone-lab");
  name_session(call, request);
  return request;
}

// Of the number of a party: the rest is asked for key by key (cucm-calls.md 3.2).
bool HostedCalls::is_beginning(const std::string& called) const {
  return settings_.overlap && !called.empty() &&
         std::any_of(settings_.parties.begin(), settings_.parties.end(), [&](const auto& party) {
           return party.first.size() > called.size() && party.first.starts_with(called);
         });
}

bool HostedCalls::request(const FlowFacts& flow, const SipMessage& message) {
  if (const CallPtr call = find(message.header("Call-ID"));
      call && (message.method != "INVITE" || sip_has_parameter(message.header("To"), "tag"))) {
    call->flow = flow.id;  // a phone whose connection came anew keeps its call
    return in_dialog(call, message);
  }
  if (message.method != "INVITE" || sip_has_parameter(message.header("To"), "tag")) return false;
  const std::string called = sip_user(message.uri);
  const bool hosted = is_beginning(called) || settings_.parties.contains(called) ||
                      settings_.meet_me.contains(called) || called.starts_with(kServiceUri) ||
                      !slot_fetched_by(called).empty() || !message.header("Join").empty() ||
                      !message.header("Replaces").empty();
  if (hosted) invite(flow, message);
  return hosted;
}

void HostedCalls::invite(const FlowFacts& flow, const SipMessage& message) {
  auto call = std::make_shared<Call>();
  call->id = ++last_call_;
  call->device = flow.device;
  call->number = sip_user(message.uri);
  call->flow = flow.id;
  call->call_id = message.header("Call-ID");
  call->local_tag = random_token();
  call->remote_tag = sip_parameter(message.header("From"), "tag");
  call->local = absl::StrCat("<", sip_uri(message.header("To")), ">");
  call->remote = absl::StrCat("<", sip_uri(message.header("From")), ">");
  call->target = sip_uri(message.header("Contact"));
  call->sdp = message.body;
  call->invite = message;
  call->session = absl::StrCat(random_token(), random_token());
  call->phone_session = message.header("Session-ID").substr(0, 32);
  std::string octets;
  while (octets.size() < kSrtpKeySalt) octets += random_token();
  call->key = octets.substr(0, kSrtpKeySalt);
  calls_[call->id] = call;
  send_(flow.id, respond_to(message, 100, "Trying").text());
  std::string info;
  for (const std::string& value : message.all("Call-Info")) absl::StrAppend(&info, value, ",");
  events_.emit("hosted-invite", {{"device", flow.device},
                                 {"called", call->number},
                                 {"join", message.header("Join")},
                                 {"replaces", message.header("Replaces")},
                                 {"session", message.header("Session-ID")},
                                 {"call_info", info},
                                 {"encrypted", leg_of(*call) == SecurityLevel::kEncrypted}});
  const bool party = settings_.parties.contains(call->number);
  if (party && !settings_.authorization_code.empty())
    call->codes.emplace_back("authorization", settings_.authorization_code);
  if (party && !settings_.client_matter_code.empty())
    call->codes.emplace_back("client-matter", settings_.client_matter_code);
  if (is_beginning(call->number)) call->codes.emplace_back("number", "");
  if (call->codes.empty()) return go_on(call);
  ask_for_code(call);
}

void HostedCalls::go_on(const CallPtr& call) {
  const std::string& called = call->number;
  if (settings_.feature_refuse != 0 && (called.starts_with(kServiceUri)))
    return refuse(call, settings_.feature_refuse, "Refused", settings_.feature_words);
  if (!call->invite.header("Join").empty()) {
    const bool known = shared_conference_ != 0 && absl::StrContains(call->invite.header("Join"), shared_call_id_);
    if (!known) return refuse(call, 481, "Call/Transaction Does Not Exist", "");
    const bool secret = level(shared_conference_) == SecurityLevel::kEncrypted;
    if (secret && leg_of(*call) != SecurityLevel::kEncrypted) return refuse(call, 603, "Decline", "\x80\x44");
    return accept(call, shared_conference_);
  }
  if (!call->invite.header("Replaces").empty()) {
    // The other device's call on hold comes here (cucm-calls.md 2.11).
    const bool known = shared_held_ && absl::StrContains(call->invite.header("Replaces"), shared_call_id_);
    if (!known) return refuse(call, 481, "Call/Transaction Does Not Exist", "");
    shared_held_ = false;
    order_("notify dialog id=d1 state=terminated full=full");
    return accept(call, shared_conference_);
  }
  const std::string meet = absl::StrCat(kServiceUri, "meetme-");
  const std::string conference = called.starts_with(meet) ? called.substr(meet.size()) : called;
  if (const auto found = settings_.meet_me.find(conference); found != settings_.meet_me.end()) {
    if (leg_of(*call) < found->second) return refuse(call, 488, "Not Acceptable Here", kTooLow);
    call->named = true;
    return accept(call, ++last_conference_);
  }
  const std::string forward = absl::StrCat(kServiceUri, "cfwdall");
  if (called.starts_with(forward)) {
    SipMessage ok = respond_to(call->invite, 200, "OK", call->local_tag);
    ok.add("Contact", absl::StrCat("<sip:", settings_.host, ":", settings_.port, ">"));
    send_(call->flow, ok.text());
    const std::string target = called.size() > forward.size() ? called.substr(forward.size() + 1) : "";
    events_.emit("forward-all", {{"device", call->device}, {"target", target}});
    order_(absl::StrCat("refer cfwdallupdate linenumber=1 tovoicemail=off fwdaddress=", target));
    call->connected = true;
    return hang_up(call);
  }
  if (called.starts_with(absl::StrCat(kServiceUri, "pickup")) || absl::StrContains(called, "pickup-") ||
      called.ends_with("opickup")) {
    if (settings_.parties.empty()) return refuse(call, 503, "Service Unavailable", "\x80\x5f");
    const auto& [number, encrypted] = *settings_.parties.begin();
    call->number = number;
    accept(call, ++last_conference_);
    return add_member(number, encrypted, call->conference);
  }
  if (fetch(call)) return;
  const auto party = settings_.parties.find(called);
  if (party == settings_.parties.end()) return refuse(call, 404, "Not Found", "");
  accept(call, ++last_conference_);
  add_member(called, party->second, call->conference);
}

// The words of a refusal come where the settings say.
void HostedCalls::refuse(const CallPtr& call, int status, const std::string& reason, const std::string& words) {
  const std::string& where = words_where_;
  SipMessage response =
      respond_to(call->invite, status, where == "phrase" && !words.empty() ? words : reason, call->local_tag);
  if (where == "warning" && !words.empty()) response.add("Warning", absl::StrCat("399 lab \"", words, "\""));
  if (where == "reason" && !words.empty()) response.add("Reason", absl::StrCat("Q.850;cause=21;text=\"", words, "\""));
  send_(call->flow, response.text());
  if (where == "statusline" && !words.empty()) {
    order_(
        absl::StrCat("refer statuslineupdatereq action=notify_display displaytimeout=10 linenumber=0 priority=1 "
                     "statustext=",
                     absl::StrReplaceAll(words, {{" ", "%20"}, {",", "%2c"}})));
  }
  events_.emit("hosted-refused", {{"called", call->number}, {"status", status}});
  end(call);
}

// The description that answers this one; the leg is connected as it says.
std::string HostedCalls::answer(const CallPtr& call, const SipMessage& offering) {
  if (!call->connected) call->port = bridge_.open_leg(call->id);
  if (!offering.body.empty()) call->sdp = offering.body;
  Answerer ours = nobody_at(settings_.host);
  ours.port = absl::StrCat(call->port);
  const std::string direction = direction_of(call->sdp);
  ours.direction = direction == "sendonly" ? "recvonly" : direction == "inactive" ? "inactive" : "sendrecv";
  ours.formats = {{{"0", "pcmu/8000"}}};
  ours.keys = std::vector<CryptoLine>{{"1", kSuite, absl::Base64Escape(call->key)}};
  const auto text = answer_offer(call->sdp, ours);
  const Far far = far_in(call->sdp);
  bridge_.connect_leg(call->id, far.host, far.port, far.key.empty() ? "" : call->key, far.key,
                      ours.direction != "sendrecv");
  return text.value_or("");
}

void HostedCalls::accept(const CallPtr& call, unsigned conference) {
  call->conference = conference;
  if (settings_.parties_ring && rings_first(call)) return;
  const std::string sdp = answer(call, call->invite);
  if (sdp.empty()) return refuse(call, 488, "Not Acceptable Here", "no common codec");
  call->connected = true;
  bridge_.put_leg(call->id, conference);
  if (!settings_.parties_ring) send_(call->flow, respond_to(call->invite, 180, "Ringing", call->local_tag).text());
  SipMessage ok = respond_to(call->invite, 200, "OK", call->local_tag);
  ok.add("Contact", absl::StrCat("<sip:", call->number, "@", settings_.host, ":", settings_.port, ">"));
  ok.add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY");
  ok.add("Supported", "X-cisco-srtp-fallback,X-cisco-callinfo,X-cisco-sis-10.0.0");
  call->update_due = call->told_level.empty();  // with the members that there are by then
  if (call->update_due) ok.add("Call-Info", call_info(*call)).add("Remote-Party-ID", identity(*call));
  name_session(*call, ok);
  ok.add("Content-Type", "application/sdp");
  ok.body = sdp;
  send_(call->flow, ok.text());
}

bool HostedCalls::in_dialog(const CallPtr& call, const SipMessage& message) {
  if (message.method == "ACK") {
    if (std::exchange(call->update_due, false) && !call->ended) tell_level(*call);
    return true;
  }
  if (message.method == "NOTIFY") {
    send_(call->flow, respond_to(message, 200, "OK", call->local_tag).text());
    key_pressed(call, message);
    return true;
  }
  if (message.method == "CANCEL") {
    send_(call->flow, respond_to(message, 200, "OK", call->local_tag).text());
    if (!call->connected && !call->ended)
      send_(call->flow, respond_to(call->invite, 487, "Request Terminated", call->local_tag).text());
    end(call);
    return true;
  }
  if (call->ended && message.method != "BYE") {
    send_(call->flow, respond_to(message, 481, "Call/Transaction Does Not Exist", call->local_tag).text());
    return true;
  }
  if (message.method == "REFER") return park_at(call, message), true;
  SipMessage ok = respond_to(message, 200, "OK", call->local_tag);
  if (message.method == "BYE") {
    send_(call->flow, ok.text());
    events_.emit("hosted-ended", {{"call", call->id}, {"by", "phone"}});
    end(call);
    return true;
  }
  if (message.method == "INVITE" || message.method == "UPDATE") {
    ok.add("Contact", absl::StrCat("<sip:", call->number, "@", settings_.host, ":", settings_.port, ">"));
    ok.add("Supported", "X-cisco-callinfo");
    ok.add("Call-Info", call_info(*call));
    if (!message.body.empty()) {
      ok.add("Content-Type", "application/sdp");
      ok.body = answer(call, message);
      std::string info;
      for (const std::string& value : message.all("Call-Info")) absl::StrAppend(&info, value, ",");
      events_.emit("hosted-offer",
                   {{"call", call->id}, {"direction", direction_of(message.body)}, {"call_info", info}});
    }
  }
  send_(call->flow, ok.text());
  return true;
}

// UPDATE: who one talks to, and how secure it is.
void HostedCalls::tell_level(Call& call) {
  SipMessage update = request_on(call, "UPDATE");
  update.add("Call-Info", call_info(call)).add("Remote-Party-ID", identity(call));
  send_(call.flow, update.text());
  const std::string told = call.told_level.empty() ? level_name(level(call.conference)) : call.told_level;
  events_.emit("level", {{"call", call.id}, {"level", told}, {"named", call.named}});
}

void HostedCalls::add_member(const std::string& number, bool encrypted, unsigned conference) {
  Member member{.number = number, .encrypted = encrypted, .conference = conference};
  member.hertz = 700 + 300 * static_cast<int>(members_.size());
  member.party = bridge_.add_party(member.hertz, encrypted);
  bridge_.put_party(member.party, conference);
  members_.push_back(member);
}

void HostedCalls::drop_member(const std::string& number) {
  for (const Member& member : members_) {
    if (member.number == number) bridge_.remove_party(member.party);
  }
  std::erase_if(members_, [&](const Member& member) { return member.number == number; });
}

// The parties of one call come to the other, which is the conference from now on.
void HostedCalls::merge(const CallPtr& from, const CallPtr& into) {
  for (Member& member : members_) {
    if (member.conference != from->conference) continue;
    member.conference = into->conference;
    bridge_.put_party(member.party, into->conference);
  }
  into->named = true;
  hang_up(from);
}

void HostedCalls::hang_up(const CallPtr& call) {
  if (call->ended) return;
  if (call->connected) send_(call->flow, request_on(*call, "BYE").text());
  events_.emit("hosted-ended", {{"call", call->id}, {"by", "call manager"}});
  end(call);
}

void HostedCalls::end(const CallPtr& call) {
  if (std::exchange(call->ended, true)) return;
  bridge_.close_leg(call->id);
  if (call->conference == 0 || of_conference(call->conference) || call->conference == shared_conference_) return;
  std::vector<std::string> left;
  for (const Member& member : members_) {
    if (member.conference == call->conference) left.push_back(member.number);
  }
  for (const std::string& number : left) drop_member(number);
}

void HostedCalls::device_gone(const std::string& device) {
  for (const auto& [id, call] : std::map(calls_)) {
    if (call->device == device) end(call);
  }
}

}  // namespace phone::lab
