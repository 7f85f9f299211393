// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A transfer as a call manager does it (cucm-calls.md, delayed offer everywhere): the party that stays is sent an
// INVITE without an offer, its 200 carries one, another party answers that, and the answer goes back in the ACK.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/lab/sip/calls.hpp"
#include "tools/lab/sip/sdp_answer.hpp"

namespace phone::lab {
namespace {

// Of a party that rings: the 2xx of the one that stays waits for its ACK, and ends the call after 32 s (RFC
// 3261 13.3.1.4).
constexpr std::chrono::seconds kRinging(25);

nlohmann::json as_json(const std::vector<CryptoLine>& lines) {
  nlohmann::json all = nlohmann::json::array();
  for (const CryptoLine& line : lines) all.push_back({{"suite", line.suite}, {"key", line.key}});
  return all;
}

// The offer with the crypto lines of one suite only.
std::string only_suite(const std::string& sdp, const std::string& suite) {
  std::string kept;
  const std::vector<std::string> all = absl::StrSplit(sdp, "\r\n", absl::SkipEmpty());
  for (const std::string& line : all) {
    const bool other = line.starts_with("a=crypto:") && line.find(absl::StrCat(" ", suite, " ")) == line.npos;
    if (!other) absl::StrAppend(&kept, line, "\r\n");
  }
  return kept;
}

}  // namespace

Calls::Transfer::Transfer() = default;

std::string Calls::remote_party(const Leg& party) const {
  return absl::StrCat("\"Phone ", party.number, "\" <sip:", party.number, "@", settings_.host,
                      ">;party=calling;screen=yes;privacy=off");
}

void Calls::start_transfers(Clock::time_point now) {
  if (settings_.transfer_to.empty()) return;
  for (const auto& [id, call] : calls_) {
    const bool due = call->state == State::kConnected && !call->transfer && call->connected_at != Clock::time_point() &&
                     now >= call->connected_at + std::chrono::seconds(settings_.transfer_after_seconds);
    if (!due) continue;
    Transfer& transfer = call->transfer.emplace();
    transfer.kept = phone_leg(*call);
    ask_for_offer(call);
  }
}

Calls::Leg& Calls::party_of(Call& call) {
  Transfer& transfer = *call.transfer;
  if (transfer.progress == Transfer::Progress::kDone) return call.legs[static_cast<size_t>(1 - transfer.kept)];
  if (!transfer.referral || !transfer.referral->consult) return transfer.party;
  return transfer.referral->consult->legs[static_cast<size_t>(1 - transfer.referral->consult_phone)];
}

void Calls::ask_for_offer(const CallPtr& call) {
  Transfer& transfer = *call->transfer;
  Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
  transfer.known = kept.sdp;
  transfer.to_kept = request_on(kept, "INVITE");
  transfer.to_kept.add("Call-Info", call_info(*call, transfer.kept, "connected"));
  registrar_.send_to(kept.device, transfer.to_kept.text());
}

bool Calls::transfer_response(const FlowFacts& facts, const SipMessage& message) {
  const std::string branch = sip_branch(message);
  for (const auto& [id, call] : calls_) {
    if (!call->transfer || branch.empty()) continue;
    Transfer& transfer = *call->transfer;
    const bool of_kept = branch == sip_branch(transfer.to_kept);
    if (!of_kept && (!transfer.offered || branch != sip_branch(transfer.to_party))) continue;
    Leg& leg = of_kept ? call->legs[static_cast<size_t>(transfer.kept)] : party_of(*call);
    if (leg.device != facts.device || sip_cseq_method(message) != "INVITE") return true;
    const bool running = transfer.progress == Transfer::Progress::kRunning;
    if (message.status < 200) {
      const bool rings = running && !of_kept && message.status > 100 && transfer.referral && !transfer.referral->left;
      if (rings && !std::exchange(transfer.referral->rang, true)) {
        notify(call->legs[static_cast<size_t>(1 - transfer.kept)], message.status);
      }
      return true;
    }
    const SipMessage& sent = of_kept ? transfer.to_kept : transfer.to_party;
    const std::string& ack = of_kept ? transfer.ack_kept : transfer.ack_party;
    if (message.status >= 300) {
      registrar_.send_to(leg.device, ack_of_refusal(sent, message).text());
      if (!of_kept) transfer.refused = true;
      fail_transfer(call, absl::StrCat(leg.number, " answered ", message.status), message.status);
    } else if (!ack.empty()) {
      registrar_.send_to(leg.device, ack);
    } else if (!of_kept) {
      finish_transfer(call, message);
    } else if (!transfer.offered) {
      offer_to_party(call, message);
    }
    return true;
  }
  return false;
}

void Calls::offer_to_party(const CallPtr& call, const SipMessage& message) {
  Transfer& transfer = *call->transfer;
  transfer.offer = message.body;
  if (transfer.progress != Transfer::Progress::kRunning) return acknowledge_offer(call);
  const Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
  if (!transfer.referral || !transfer.referral->consult) {
    const std::string& number = transfer.referral ? transfer.referral->target : settings_.transfer_to;
    const Registrar::Binding* there = registrar_.of_number(number);
    if (there == nullptr) return fail_transfer(call, absl::StrCat(number, " is not registered"), 404);
    transfer.party = {.device = there->device,
                      .number = there->number,
                      .call_id = absl::StrCat(random_token(), "@", settings_.host),
                      .local_tag = random_token(),
                      .remote_tag = {},
                      .local = absl::StrCat("\"Phone ", kept.number, "\" <sip:", kept.number, "@", settings_.host, ">"),
                      .remote = absl::StrCat("<sip:", there->number, "@", settings_.host, ">"),
                      .target = there->contact,
                      .sdp = {}};
  }
  Leg& party = party_of(*call);
  const bool rings = party.remote_tag.empty();
  transfer.to_party = request_on(party, "INVITE");
  if (transfer.referral) {
    transfer.to_party.add("Call-Info", call_info(*call, 1 - transfer.kept, rings ? "ringin" : "connected"));
    transfer.to_party.add("Remote-Party-ID", remote_party(kept));
    if (rings) transfer.referral->give_up = Clock::now() + kRinging;
  }
  transfer.to_party.add("Content-Type", message.header("Content-Type"));
  transfer.to_party.body =
      settings_.transfer_suite.empty() ? transfer.offer : only_suite(transfer.offer, settings_.transfer_suite);
  transfer.offered = true;
  registrar_.send_to(party.device, transfer.to_party.text());
}

void Calls::finish_transfer(const CallPtr& call, const SipMessage& message) {
  Transfer& transfer = *call->transfer;
  Leg& party = party_of(*call);
  party.remote_tag = sip_parameter(message.header("To"), "tag");
  if (const std::string contact = sip_uri(message.header("Contact")); !contact.empty()) party.target = contact;
  party.sdp = message.body;
  for (const std::string& allowed : message.all("Allow")) {
    party.takes_update = party.takes_update || allowed.find("UPDATE") != std::string::npos;
  }
  SipMessage ack = request_on(party, "ACK");
  number_as(ack, transfer.to_party);
  transfer.ack_party = ack.text();
  registrar_.send_to(party.device, transfer.ack_party);
  if (transfer.progress != Transfer::Progress::kRunning) {  // it answered while we cancelled it
    if (&party == &transfer.party) registrar_.send_to(party.device, request_on(party, "BYE").text());
    return;
  }

  Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
  Leg& left = call->legs[static_cast<size_t>(1 - transfer.kept)];
  ack = request_on(kept, "ACK");
  number_as(ack, transfer.to_kept);
  ack.add("Content-Type", message.header("Content-Type"));
  ack.body = message.body;
  transfer.ack_kept = ack.text();
  registrar_.send_to(kept.device, transfer.ack_kept);

  const std::string from = left.number;
  if (transfer.referral) {
    complete_referral(call);
  } else {
    hang_up(call, 1 - transfer.kept, "");
    left = transfer.party;
  }
  transfer.progress = Transfer::Progress::kDone;
  kept.sdp = transfer.offer;
  events_.emit("transferred", {{"call", call->id},
                               {"kept", kept.number},
                               {"from", from},
                               {"to", left.number},
                               {"suite", srtp_suite(left.sdp)},
                               {"known", as_json(crypto_lines(transfer.known))},
                               {"offered", as_json(crypto_lines(transfer.offer))}});
  if (!kept.takes_update) return;
  SipMessage update = request_on(kept, "UPDATE");
  update.add("Call-Info", call_info(*call, transfer.kept, "connected"));
  identify(update, *call, transfer.kept);
  if (transfer.referral && !settings_.remote_party_id) update.add("Remote-Party-ID", remote_party(left));
  registrar_.send_to(kept.device, update.text());
}

void Calls::fail_transfer(const CallPtr& call, const std::string& reason, int status) {
  Transfer& transfer = *call->transfer;
  if (transfer.progress != Transfer::Progress::kRunning) return;
  Leg& party = party_of(*call);
  transfer.progress = Transfer::Progress::kFailed;
  if (!transfer.offer.empty()) acknowledge_offer(call);
  if (transfer.offered && !transfer.refused && &party == &transfer.party) {
    registrar_.send_to(party.device, cancel_of(transfer.to_party).text());
  }
  events_.emit("transfer-failed", {{"call", call->id}, {"reason", reason}});
  if (transfer.referral) fail_referral(call, status);
}

// Of a transfer that failed. An ACK without an answer leaves the media as it was. A phone that asked for the transfer
// holds the call, and so does the answer until it resumes.
void Calls::acknowledge_offer(const CallPtr& call) {
  Transfer& transfer = *call->transfer;
  Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
  SipMessage ack = request_on(kept, "ACK");
  number_as(ack, transfer.to_kept);
  if (transfer.referral) {
    ack.add("Content-Type", "application/sdp");
    ack.body = answer_offer(transfer.offer, nobody_at(settings_.host)).value_or("");
  }
  transfer.ack_kept = ack.text();
  registrar_.send_to(kept.device, transfer.ack_kept);
}

}  // namespace phone::lab
