// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A transfer that a phone asks for by REFER (RFC 3515): attended with the dialog of its other call in Replaces
// (RFC 3891), blind without. What happens is reported in NOTIFYs; the media is moved by transfer.cpp.
#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/lab/sip/calls.hpp"

namespace phone::lab {
namespace {

constexpr std::chrono::seconds kLeaving(3);  // for the BYE of the phone whose transfer succeeded

const char* reason_of(int status) {
  switch (status) {
    case 100:
      return "Trying";
    case 180:
      return "Ringing";
    case 183:
      return "Session Progress";
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 480:
      return "Temporarily Unavailable";
    case 481:
      return "Call/Transaction Does Not Exist";
    case 486:
      return "Busy Here";
    case 487:
      return "Request Terminated";
    case 491:
      return "Request Pending";
    case 503:
      return "Service Unavailable";
    default:
      return "Transfer";
  }
}

std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const char* digits = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      plain += static_cast<char>(byte);
      at += 2;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

// The value of the Replaces header in a URI.
std::string replaces_in(const std::string& uri) {
  const size_t question = uri.find('?');
  if (question == std::string::npos) return {};
  const std::vector<std::string> headers = absl::StrSplit(uri.substr(question + 1), '&');
  for (const std::string& header : headers) {
    const size_t equals = header.find('=');
    if (equals != std::string::npos && same_word(header.substr(0, equals), "Replaces")) {
      return unescaped(std::string_view(header).substr(equals + 1));
    }
  }
  return {};
}

}  // namespace

bool Calls::transferring(const Call& call) {
  return call.transfer && call.transfer->referral && call.transfer->progress == Transfer::Progress::kRunning;
}

void Calls::refer(uint64_t flow, const CallPtr& call, int from, const SipMessage& message) {
  Leg& phone = call->legs[static_cast<size_t>(from)];
  const std::string refer_to = message.header("Refer-To");
  const std::string uri = sip_uri(refer_to);
  const std::string replaces = replaces_in(uri);
  Referral referral;
  referral.target = sip_user(uri);
  if (referral.target.empty()) {
    send_(flow, respond_to(message, 400, "Bad Request").add("Warning", "399 lab \"no number in Refer-To\"").text());
    return;
  }
  const bool running = call->transfer && call->transfer->progress == Transfer::Progress::kRunning;
  if (call->state != State::kConnected || running || offering(*call)) {
    send_(flow, respond_to(message, 491, "Request Pending").text());
    return;
  }
  const bool attended = !replaces.empty();
  events_.emit("refer", {{"call", call->id},
                         {"device", phone.device},
                         {"kind", attended ? "attended" : "blind"},
                         {"target", referral.target},
                         {"refer_to", refer_to}});
  if (settings_.refer_refuse != 0) {
    send_(flow, respond_to(message, settings_.refer_refuse, "Refused").text());
    return refer_done(*call, settings_.refer_refuse);
  }
  send_(flow, respond_to(message, 202, "Accepted")
                  .add("Contact", absl::StrCat("<sip:", sip_user(phone.local), "@", settings_.host, ":", settings_.port,
                                               ";transport=tls>"))
                  .text());
  if (settings_.refer_silent) return;
  notify(phone, 100);
  int status = settings_.refer_status;
  // To a phone, no body is a success of an attended transfer and a failure of a blind one.
  if (status == 0 && settings_.refer_empty && !attended) status = 503;
  if (status == 0) status = begin_referral(call, from, std::move(referral), replaces);
  if (status == 0) return;
  refer_done(*call, status);
  notify(phone, settings_.refer_empty ? 0 : status);
}

// 0, or why it cannot be.
int Calls::begin_referral(const CallPtr& call, int phone, Referral referral, const std::string& replaces) {
  const std::string& device = call->legs[static_cast<size_t>(phone)].device;
  if (!replaces.empty()) {
    const std::string parameters = replaces.substr(std::min(replaces.find(';'), replaces.size()));
    const auto found = find_dialog(replaces.substr(0, replaces.find(';')), sip_parameter(parameters, "to-tag"),
                                   sip_parameter(parameters, "from-tag"));
    if (!found || found->call == call || found->call->legs[static_cast<size_t>(found->leg)].device != device)
      return 481;
    const Call& consult = *found->call;
    if (consult.state == State::kEnded || consult.taken_over) return 481;
    if (consult.state == State::kRinging && found->leg != 0) return 481;  // RFC 3891 section 3
    if (transferring(consult) || (consult.state == State::kConnected && offering(consult))) return 491;
    referral.consult = found->call;
    referral.consult_phone = found->leg;
  } else {
    const Registrar::Binding* there = registrar_.of_number(referral.target);
    if (there == nullptr) return 404;
    if (there->device == device || there->device == call->legs[static_cast<size_t>(1 - phone)].device) return 486;
  }
  Transfer& transfer = call->transfer.emplace();
  transfer.kept = 1 - phone;
  transfer.referral = std::move(referral);
  const CallPtr consult = transfer.referral->consult;
  if (consult && consult->state == State::kRinging) {
    transfer.referral->rang = !consult->legs[1].remote_tag.empty();
    if (transfer.referral->rang) notify(call->legs[static_cast<size_t>(phone)], 180);
    take_over(consult);
  } else {
    ask_for_offer(call);
  }
  return 0;
}

// Cisco phones know a 500 as the end of the call whose other party goes on ringing for somebody else.
void Calls::take_over(const CallPtr& consult) {
  consult->taken_over = true;
  Passed& initial = consult->passed[consult->initial_branch];
  const Leg& phone = consult->legs[0];
  answer(initial, phone.device, respond_to(initial.original, 500, "Internal Server Error", phone.local_tag));
  initial.answered = true;
  initial.ack = "none";
}

// A response of the target that was still ringing when its caller asked for the transfer.
bool Calls::taken_over_response(const CallPtr& consult, const SipMessage& message) {
  if (consult->state == State::kEnded && message.status < 300) return false;
  Leg& party = consult->legs[1];
  if (const std::string tag = sip_parameter(message.header("To"), "tag"); !tag.empty()) party.remote_tag = tag;
  if (const std::string contact = sip_uri(message.header("Contact")); !contact.empty()) party.target = contact;
  CallPtr owner;
  for (const auto& [id, call] : calls_) {
    if (transferring(*call) && call->transfer->referral->consult == consult) owner = call;
  }
  const SipMessage& invite = consult->passed[consult->initial_branch].sent;
  if (message.status >= 300) {
    registrar_.send_to(party.device, ack_of_refusal(invite, message).text());
    if (consult->state != State::kEnded) end(consult, party.number, absl::StrCat(message.status, " ", message.reason));
    if (owner) fail_transfer(owner, absl::StrCat(party.number, " answered ", message.status), message.status);
    return true;
  }
  if (message.status < 200) {
    if (owner && !std::exchange(owner->transfer->referral->rang, true) && !owner->transfer->referral->left) {
      notify(owner->legs[static_cast<size_t>(1 - owner->transfer->kept)], message.status);
    }
    return true;
  }
  SipMessage ack = request_on(party, "ACK");
  for (auto& header : ack.headers) {
    if (header.name == "CSeq") header.value = absl::StrCat(sip_cseq(invite), " ACK");
  }
  registrar_.send_to(party.device, ack.text());
  if (std::exchange(consult->state, State::kConnected) == State::kConnected) return true;  // a repeated answer
  party.sdp = message.body;
  if (owner) ask_for_offer(owner);
  return true;
}

// Whether the BYE of this leg leaves its call as it is.
bool Calls::leaves_early(const CallPtr& call, int leg) {
  if (call->leaving) {
    events_.emit("referrer-left", {{"call", call->leaving->call}, {"device", call->legs[0].device}});
    call->leaving.reset();
    return true;
  }
  if (!transferring(*call) || leg == call->transfer->kept) return false;
  call->transfer->referral->left = true;
  return true;
}

void Calls::abandon_referrals(const CallPtr& ending) {
  for (const auto& [id, call] : calls_) {
    if (!transferring(*call)) continue;
    if (call == ending) fail_transfer(call, "the call ended", 487);
    if (call->transfer->referral->consult == ending) fail_transfer(call, "the other call ended", 480);
  }
}

void Calls::end_referrals(Clock::time_point now) {
  for (const auto& [id, call] : calls_) {
    if (transferring(*call)) {
      const Clock::time_point give_up = call->transfer->referral->give_up;
      if (give_up != Clock::time_point() && now > give_up) fail_transfer(call, "no answer", 480);
    }
    if (call->leaving && now > call->leaving->until) {
      events_.emit("referrer-stayed", {{"call", call->leaving->call}, {"device", call->legs[0].device}});
      call->leaving.reset();
      hang_up(call, 0, "");
    }
  }
}

// Status 0 is a last NOTIFY without a body.
void Calls::notify(Leg& phone, int status) {
  SipMessage notify = request_on(phone, "NOTIFY");
  notify.add("Event", "refer");
  const bool last = status == 0 || status >= 200;
  notify.add("Subscription-State", last ? "terminated;reason=noresource" : "active;expires=60");
  if (status != 0) {
    notify.add("Content-Type", "message/sipfrag");
    notify.body = absl::StrCat("SIP/2.0 ", status, " ", reason_of(status), "\r\n");
  }
  registrar_.send_to(phone.device, notify.text());
}

void Calls::refer_done(const Call& call, int status) {
  events_.emit("refer-done", {{"call", call.id}, {"status", status}, {"empty", settings_.refer_empty}});
}

// The other party takes the phone's place; the dialogs of the phone end.
void Calls::complete_referral(const CallPtr& call) {
  Transfer& transfer = *call->transfer;
  Referral& referral = *transfer.referral;
  Leg& place = call->legs[static_cast<size_t>(1 - transfer.kept)];
  Leg phone = place;
  refer_done(*call, 200);
  if (!referral.left) notify(phone, settings_.refer_empty ? 0 : 200);
  place = party_of(*call);
  if (const CallPtr consult = std::exchange(referral.consult, nullptr)) {
    if (!consult->taken_over) hang_up(consult, referral.consult_phone, "");
    end(consult, phone.number, "transferred");
    consult->legs[static_cast<size_t>(1 - referral.consult_phone)] = {};
  }
  if (referral.left) return;
  auto leaving = std::make_shared<Call>();
  leaving->id = ++last_id_;
  leaving->state = State::kEnded;
  leaving->legs[0] = phone;
  leaving->leaving = {.call = call->id, .until = Clock::now() + kLeaving};
  calls_[leaving->id] = leaving;
}

void Calls::fail_referral(const CallPtr& call, int status) {
  Transfer& transfer = *call->transfer;
  Referral& referral = *transfer.referral;
  refer_done(*call, status);
  const CallPtr consult = referral.consult;
  if (consult && consult->taken_over && consult->state != State::kEnded) {
    hang_up(consult, 1, "");
    end(consult, call->legs[static_cast<size_t>(transfer.kept)].number, "the transfer failed");
  }
  if (!referral.left) {
    notify(call->legs[static_cast<size_t>(1 - transfer.kept)], settings_.refer_empty ? 0 : status);
  } else if (call->state != State::kEnded) {
    hang_up(call, transfer.kept, "");
    end(call, call->legs[static_cast<size_t>(1 - transfer.kept)].number, "the transfer failed");
  }
}

}  // namespace phone::lab
