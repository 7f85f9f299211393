// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/transaction_layer.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/date.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr size_t kLongestEvent = 300;
constexpr std::string_view kMagic = "z9hG4bK";
// A server that opens transactions faster than it ends them is refused here; other servers are not affected.
constexpr std::ptrdiff_t kMostServerTransactions = 256;  // of one connection
constexpr std::ptrdiff_t kMostThatEnd = 1024;            // with BYE and CANCEL

std::string client_key(std::string_view branch, std::string_view method) {
  return cat(branch, " ", method == "ACK" ? "INVITE" : method);
}

}  // namespace

template <class State>
void TransactionLayer::entered(const std::string& key, State from, State to, std::string cause) const {
  if (from == to) return;
  observer_({cat("transaction ", key), name_of(from), name_of(to), std::move(cause)});
}

void TransactionLayer::flow_up(FlowId flow, std::string local_address, SipTransport transport) {
  flows_[flow] = {.local_address = std::move(local_address), .transport = transport};
}

void TransactionLayer::flow_lost(FlowId flow, TimePoint now) {
  flows_.erase(flow);
  std::erase_if(servers_, [flow](const auto& entry) { return entry.second.flow == flow; });
  std::vector<Handler> lost;
  std::erase_if(clients_, [&](const auto& entry) {
    if (entry.second.flow != flow) return false;
    lost.push_back(entry.second.handler);
    return true;
  });
  for (const Handler& handler : lost) handler({.what = Outcome::kFlowLost, .now = now});
}

std::string TransactionLayer::local_address(FlowId flow) const {
  auto found = flows_.find(flow);
  return found == flows_.end() ? std::string() : found->second.local_address;
}

SipTransport TransactionLayer::transport(FlowId flow) const {
  auto found = flows_.find(flow);
  return found == flows_.end() ? SipTransport::kTcp : found->second.transport;
}

SipTimers TransactionLayer::timers_of(FlowId flow) const {
  SipTimers timers = timers_;
  timers.reliable = is_reliable(transport(flow));
  return timers;
}

LastEvents TransactionLayer::last_events(FlowId flow) const {
  auto found = flows_.find(flow);
  return found == flows_.end() ? LastEvents{} : found->second.last;
}

std::string TransactionLayer::via(FlowId flow, const std::string& branch) const {
  return cat("SIP/2.0/", name_of(transport(flow)), " ", local_address(flow), ";branch=", branch);
}

std::string TransactionLayer::send(FlowId flow, Message request, Handler handler, TimePoint now) {
  std::string branch = cat(kMagic, random_token(port_, 8));
  request.fields.insert(request.fields.begin(), {"Via", via(flow, branch)});
  request.add("Date", write_date(port_.wall()));
  std::string key = client_key(branch, request.method);
  if (!flows_.contains(flow)) {
    handler({.what = Outcome::kFlowLost, .now = now});
    return key;
  }
  flows_[flow].last.sent = cat("Sent:", request.method, " ", request.uri, " Cseq:", request.field("CSeq").value_or(""),
                               " CallId:", request.field("Call-ID").value_or(""));
  port_.send(flow, write(request));
  bool invite = request.method == "INVITE";
  clients_.emplace(
      key, Client{flow, std::move(request), std::move(handler), ClientTransaction(invite, now, timers_of(flow))});
  return key;
}

void TransactionLayer::send_ack(FlowId flow, Message request) {
  request.fields.insert(request.fields.begin(), {"Via", via(flow, cat(kMagic, random_token(port_, 8)))});
  if (flows_.contains(flow)) port_.send(flow, write(request));
}

void TransactionLayer::cancel(const std::string& key, TimePoint now, std::string reason) {
  auto found = clients_.find(key);
  if (found == clients_.end()) return;
  Client& client = found->second;
  if (!reason.empty()) client.cancel_reason = std::move(reason);
  const auto from = client.machine.state();
  const bool at_once = client.machine.on_cancel(now);
  entered(key, from, client.machine.state(), "its user no longer wants an answer");
  if (at_once) send_cancel(client, now);
}

void TransactionLayer::send_cancel(const Client& client, TimePoint now) {
  Message cancel;
  cancel.is_request = true;
  cancel.method = "CANCEL";
  cancel.uri = client.request.uri;
  for (const HeaderField& field : client.request.fields) {
    if (iequals(field.name, "CSeq")) cancel.add("CSeq", cat(field.value.substr(0, field.value.find(' ')), " CANCEL"));
    for (std::string_view name : {"Via", "From", "To", "Call-ID", "Route", "Max-Forwards", "Session-ID"}) {
      if (iequals(field.name, name)) cancel.fields.push_back(field);
    }
  }
  if (!client.cancel_reason.empty()) cancel.add("Reason", client.cancel_reason);
  port_.send(client.flow, write(cancel));
  std::string branch = cancel.field("Via").value_or("");
  branch = branch.substr(branch.find("branch=") + 7);
  FlowId flow = client.flow;
  clients_.emplace(client_key(branch, "CANCEL"), Client{flow, std::move(cancel), [](const Outcome&) {},
                                                        ClientTransaction(false, now, timers_of(flow))});
}

// RFC 3261 section 17.1.1.3: the ACK of a refusal belongs to the transaction.
void TransactionLayer::acknowledge(const Client& client, const Message& response) {
  Message ack;
  ack.is_request = true;
  ack.method = "ACK";
  ack.uri = client.request.uri;
  for (const HeaderField& field : client.request.fields) {
    if (iequals(field.name, "To")) ack.add("To", response.field("To").value_or(field.value));
    if (iequals(field.name, "CSeq")) ack.add("CSeq", cat(field.value.substr(0, field.value.find(' ')), " ACK"));
    for (std::string_view name : {"Via", "From", "Call-ID", "Route", "Max-Forwards", "Session-ID"}) {
      if (iequals(field.name, name)) ack.fields.push_back(field);
    }
  }
  port_.send(client.flow, write(ack));
}

bool TransactionLayer::respond(const std::string& key, const Message& response, TimePoint now) {
  auto found = servers_.find(key);
  if (found == servers_.end()) return false;
  const auto from = found->second.machine.state();
  if (!found->second.machine.on_respond(response.status, now)) return false;
  entered(key, from, found->second.machine.state(), cat("answered ", response.status));
  found->second.last_response = write(response);
  port_.send(found->second.flow, found->second.last_response);
  if (found->second.machine.terminated()) servers_.erase(found);
  return true;
}

void TransactionLayer::receive(FlowId flow, const Message& message, TimePoint now) {
  if (auto known = flows_.find(flow); known != flows_.end()) {
    const std::string what =
        message.is_request ? cat(message.method, " ", message.uri) : cat(message.status, " ", message.phrase);
    known->second.last.received = text::clean(
        cat("Rcvd:", what, " Cseq:", message.field("CSeq").value_or(""), " CallId:", message.call_id), kLongestEvent);
  }
  message.is_request ? receive_request(flow, message, now) : receive_response(flow, message, now);
}

void TransactionLayer::receive_response(FlowId flow, const Message& response, TimePoint now) {
  if (response.vias.empty()) return;
  auto found = clients_.find(client_key(response.vias.front().branch, response.cseq_method));
  // What was asked over one connection is answered over it (RFC 3261 section 18.2.2).
  if (found == clients_.end() || found->second.flow != flow) return;
  Client& client = found->second;
  const auto from = client.machine.state();
  const auto action = client.machine.on_response(response.status, now);
  entered(found->first, from, client.machine.state(), cat("response ", response.status));
  if (action == ClientTransaction::Action::kAbsorb) return;
  if (action == ClientTransaction::Action::kAcknowledge) return acknowledge(client, response);
  if (action == ClientTransaction::Action::kPassAndAcknowledge) acknowledge(client, response);
  if (action == ClientTransaction::Action::kPassAndCancel) send_cancel(client, now);
  Handler handler = client.handler;
  if (client.machine.terminated()) clients_.erase(found);
  handler({.what = Outcome::kResponse, .response = &response, .now = now});
}

void TransactionLayer::receive_request(FlowId flow, const Message& request, TimePoint now) {
  std::string branch = request.vias.empty() ? "" : request.vias.front().branch;
  // Without RFC 3261's magic cookie the fields that stay the same in a transaction make the key (section 17.2.3).
  bool modern = starts_with(branch, kMagic) && branch.size() > kMagic.size();
  std::string base =
      modern ? cat(flow, " ", branch) : cat(flow, " ", request.call_id, " ", request.from_tag(), " ", request.cseq);
  if (request.method == "ACK") {
    auto found = servers_.find(cat(base, " INVITE"));
    if (found != servers_.end() && !found->second.machine.proceeding()) {
      const auto from = found->second.machine.state();
      found->second.machine.on_acknowledge();
      entered(found->first, from, found->second.machine.state(), "ACK");
      if (found->second.machine.terminated()) {
        servers_.erase(found);
        return;
      }
    }
    handler_(flow, "", request);
    return;
  }
  std::string key = cat(base, " ", request.method);
  if (auto found = servers_.find(key); found != servers_.end()) {
    if (found->second.machine.on_repeated() && !found->second.last_response.empty())
      port_.send(flow, found->second.last_response);
    return;
  }
  const auto same_flow = [flow](const auto& entry) { return entry.second.flow == flow; };
  // What ends something is taken; over a reliable transport its own transaction ends with the answer.
  const bool ends = request.method == "CANCEL" || request.method == "BYE";
  const auto most = ends ? kMostThatEnd : kMostServerTransactions;
  if (std::count_if(servers_.begin(), servers_.end(), same_flow) >= most) {
    Message response = make_response(request, 503, "Too many transactions", random_token(port_, 4));
    response.add("Retry-After", cat(std::chrono::duration_cast<std::chrono::seconds>(64 * timers_.t1).count()));
    port_.send(flow, write(response));
    return;
  }
  servers_.emplace(key, Server{flow, "", ServerTransaction(request.method == "INVITE", timers_of(flow))});
  if (request.method == "INVITE") respond(key, make_response(request, 100, "", ""), now);
  handler_(flow, key, request);
}

void TransactionLayer::on_time(TimePoint now) {
  std::vector<Handler> late;
  for (auto& [key, client] : clients_) {
    const auto from = client.machine.state();
    if (client.machine.sends_again(now)) port_.send(client.flow, write(client.request));
    if (client.machine.on_time(now)) late.push_back(client.handler);
    entered(key, from, client.machine.state(), "its time is over");
  }
  for (auto& [key, server] : servers_) {
    const auto from = server.machine.state();
    if (server.machine.sends_again(now)) port_.send(server.flow, server.last_response);
    server.machine.on_time(now);
    entered(key, from, server.machine.state(), "its time is over");
  }
  std::erase_if(clients_, [](const auto& entry) { return entry.second.machine.terminated(); });
  std::erase_if(servers_, [](const auto& entry) { return entry.second.machine.terminated(); });
  for (const Handler& handler : late) handler({.what = Outcome::kTimeout, .now = now});
}

std::optional<TimePoint> TransactionLayer::deadline() const {
  std::optional<TimePoint> first;
  auto consider = [&](std::optional<TimePoint> one) {
    if (one.has_value() && (!first.has_value() || *one < *first)) first = one;
  };
  for (const auto& [key, client] : clients_) consider(client.machine.deadline());
  for (const auto& [key, server] : servers_) consider(server.machine.deadline());
  return first;
}

}  // namespace phone::signaling
