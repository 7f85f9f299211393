// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A transfer as a call manager does it (cucm-calls.md, delayed offer everywhere): the party that stays is sent an
// INVITE without an offer, its 200 carries one, another party answers that, and the answer goes back in the ACK.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/lab/calls.hpp"

namespace phone::lab {
namespace {

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

void Calls::start_transfers(Clock::time_point now) {
  if (settings_.transfer_to.empty()) return;
  for (const auto& [id, call] : calls_) {
    const bool due = call->state == State::kConnected && !call->transfer && call->connected_at != Clock::time_point() &&
                     now >= call->connected_at + std::chrono::seconds(settings_.transfer_after_seconds);
    if (!due) continue;
    call->transfer = Transfer{};
    Transfer& transfer = *call->transfer;
    transfer.kept = phone_leg(*call);
    Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
    transfer.known = kept.sdp;
    transfer.to_kept = request_on(kept, "INVITE");
    transfer.to_kept.add("Call-Info", call_info(*call, transfer.kept, "connected"));
    registrar_.send_to(kept.device, transfer.to_kept.text());
  }
}

bool Calls::transfer_response(const FlowFacts& facts, const SipMessage& message) {
  const std::string branch = sip_branch(message);
  for (const auto& [id, call] : calls_) {
    if (!call->transfer) continue;
    Transfer& transfer = *call->transfer;
    const bool of_kept = branch == sip_branch(transfer.to_kept);
    if (!of_kept && (!transfer.offered || branch != sip_branch(transfer.to_party))) continue;
    Leg& leg = of_kept ? call->legs[static_cast<size_t>(transfer.kept)] : transfer.party;
    if (leg.device != facts.device || message.status < 200) return true;
    const SipMessage& sent = of_kept ? transfer.to_kept : transfer.to_party;
    const std::string& ack = of_kept ? transfer.ack_kept : transfer.ack_party;
    if (message.status >= 300) {
      registrar_.send_to(leg.device, ack_of_refusal(sent, message).text());
      fail_transfer(call, absl::StrCat(leg.number, " answered ", message.status));
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
  const Registrar::Binding* there = registrar_.of_number(settings_.transfer_to);
  if (there == nullptr) return fail_transfer(call, absl::StrCat(settings_.transfer_to, " is not registered"));
  const Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
  transfer.party = {.device = there->device,
                    .number = there->number,
                    .call_id = absl::StrCat(random_token(), "@", settings_.host),
                    .local_tag = random_token(),
                    .remote_tag = {},
                    .local = absl::StrCat("\"Phone ", kept.number, "\" <sip:", kept.number, "@", settings_.host, ">"),
                    .remote = absl::StrCat("<sip:", there->number, "@", settings_.host, ">"),
                    .target = there->contact,
                    .sdp = {}};
  transfer.to_party = request_on(transfer.party, "INVITE");
  transfer.to_party.add("Content-Type", message.header("Content-Type"));
  transfer.to_party.body =
      settings_.transfer_suite.empty() ? transfer.offer : only_suite(transfer.offer, settings_.transfer_suite);
  transfer.offered = true;
  registrar_.send_to(transfer.party.device, transfer.to_party.text());
}

void Calls::finish_transfer(const CallPtr& call, const SipMessage& message) {
  Transfer& transfer = *call->transfer;
  transfer.party.remote_tag = sip_parameter(message.header("To"), "tag");
  if (const std::string contact = sip_uri(message.header("Contact")); !contact.empty()) transfer.party.target = contact;
  transfer.party.sdp = message.body;
  SipMessage ack = request_on(transfer.party, "ACK");
  number_as(ack, transfer.to_party);
  transfer.ack_party = ack.text();
  registrar_.send_to(transfer.party.device, transfer.ack_party);

  Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
  Leg& left = call->legs[static_cast<size_t>(1 - transfer.kept)];
  ack = request_on(kept, "ACK");
  number_as(ack, transfer.to_kept);
  ack.add("Content-Type", message.header("Content-Type"));
  ack.body = message.body;
  transfer.ack_kept = ack.text();
  registrar_.send_to(kept.device, transfer.ack_kept);

  const std::string from = left.number;
  hang_up(call, 1 - transfer.kept, "");
  left = transfer.party;
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
  registrar_.send_to(kept.device, update.text());
}

// An offer is answered by whatever is there: an ACK without one leaves the media as it was.
void Calls::fail_transfer(const CallPtr& call, const std::string& reason) {
  Transfer& transfer = *call->transfer;
  if (!transfer.offer.empty()) {
    Leg& kept = call->legs[static_cast<size_t>(transfer.kept)];
    SipMessage ack = request_on(kept, "ACK");
    number_as(ack, transfer.to_kept);
    transfer.ack_kept = ack.text();
    registrar_.send_to(kept.device, transfer.ack_kept);
  }
  events_.emit("transfer-failed", {{"call", call->id}, {"reason", reason}});
}

}  // namespace phone::lab
