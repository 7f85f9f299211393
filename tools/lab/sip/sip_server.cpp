// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/sip_server.hpp"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/lab/sip/alarm.hpp"
#include "tools/lab/sip/foreign_words.hpp"
#include "tools/lab/sip/hostile_sip.hpp"

namespace phone::lab {
namespace {

// Well-formed requests outside any dialog, each a new transaction: as much as a phone can be asked to answer.
std::string many_requests() {
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string token = random_token();
    absl::StrAppend(&all, "OPTIONS sip:flood@phone SIP/2.0\r\nVia: SIP/2.0/TLS lab;branch=z9hG4bK", token,
                    "\r\nMax-Forwards: 70\r\nFrom: <sip:flood@lab>;tag=", token,
                    "\r\nTo: <sip:flood@phone>\r\nCall-ID: ", token,
                    "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
  }
  return all;
}

}  // namespace

SipServer::SipServer(const Pki& pki, const Devices& devices, const Faults& faults, Events& events, SipSettings settings)
    : pki_(pki),
      devices_(devices),
      faults_(faults),
      events_(events),
      settings_(std::move(settings)),
      wire_(devices, events, settings_.wire),
      guard_(settings_.nonces, settings_.digest_password),
      registrar_(devices, events, settings_, [this](uint64_t flow, const std::string& text) { send(flow, text); }),
      calls_(registrar_, events, settings_, [this](uint64_t flow, const std::string& text) { send(flow, text); }),
      hosted_(
          registrar_, events, settings_, [this](uint64_t flow, const std::string& text) { send(flow, text); },
          [this](const std::string& line) { remote_.obey(line); }),
      remote_(registrar_, calls_, events, settings_,
              [this](uint64_t flow, const std::string& text) { send(flow, text); },
              {.obeys = [this](const std::string& line) { return hosted_.obey(line); },
               .dialog_of = [this](const std::string& device) { return hosted_.dialog_of(device); }}) {}

SipServer::~SipServer() {
  listener_.stop();
  tcp_listener_.stop();
  oauth_listener_.stop();
  udp_.stop();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_.notify_all();
  }
  if (ticker_.joinable()) ticker_.join();
}

absl::Status SipServer::make_integrity_context(const Identity& own, const std::vector<IdentityPtr>& authorities) {
  if (!settings_.null_suites && !settings_.null_suites_now) return absl::OkStatus();
  auto context = server_context(own, ClientCertificate::kRequired, authorities);
  if (!context.ok()) return context.status();
  integrity_context_ = *std::move(context);
  SSL_CTX_set_security_level(integrity_context_.get(), 0);
  SSL_CTX_set_max_proto_version(integrity_context_.get(), TLS1_2_VERSION);
  const char* suites = settings_.null_suites ? "NULL-SHA256:NULL-SHA" : "NULL-SHA256:NULL-SHA:ECDHE+AESGCM";
  if (SSL_CTX_set_cipher_list(integrity_context_.get(), suites) != 1)
    return absl::InternalError(absl::StrCat("NULL suites: ", openssl_error_text()));
  return absl::OkStatus();
}

SSL_CTX* SipServer::context_of_phones() const {
  const bool integrity = settings_.null_suites_now ? settings_.null_suites_now() : settings_.null_suites;
  return integrity ? integrity_context_.get() : context_.get();
}

absl::Status SipServer::start(const std::string& address, uint16_t port) {
  const std::vector<IdentityPtr> authorities = {pki_.manufacturing, pki_.capf};
  const Identity& own = settings_.srst          ? *pki_.srst
                        : settings_.regenerated ? *pki_.call_manager_next
                                                : *pki_.call_manager;
  auto context = server_context(own, ClientCertificate::kRequired, authorities);
  auto stranger = server_context(*pki_.stranger, ClientCertificate::kRequired, authorities);
  if (!context.ok()) return context.status();
  if (!stranger.ok()) return stranger.status();
  context_ = *std::move(context);
  stranger_context_ = *std::move(stranger);
  // Phones of old have an LSC of 1024 bits, and call managers take it; OpenSSL's own level would not.
  SSL_CTX_set_security_level(context_.get(), 1);
  if (absl::Status made = make_integrity_context(own, authorities); !made.ok()) return made;
  const std::lock_guard lock(mutex_);
  absl::Status started = listener_.start(address, port, [this](int socket, const std::string& peer) {
    const bool stranger = faults_.of("sip") == Fault::kStranger;
    serve(socket, peer, stranger ? stranger_context_.get() : context_of_phones());
  });
  settings_.port = listener_.port();
  if (started.ok()) ticker_ = std::thread([this] { tick(); });
  return started;
}

absl::Status SipServer::start_tcp(const std::string& address, uint16_t port) {
  return tcp_listener_.start(address, port,
                             [this](int socket, const std::string& peer) { serve(socket, peer, nullptr); });
}

absl::Status SipServer::start_udp(const std::string& address, uint16_t port) {
  return udp_.start(address, port, settings_.udp_loses_first,
                    {.opened =
                         [this](const std::string& from) {
                           const std::lock_guard lock(mutex_);
                           const uint64_t id = ++last_flow_;
                           registrar_.opened({.id = id, .tls = false, .udp = true, .address = from});
                           events_.emit("udp-flow", {{"address", from}});
                           return id;
                         },
                     .received = [this](uint64_t id, const std::string& text) { receive(id, text); }});
}

absl::Status SipServer::start_oauth(const std::string& address, uint16_t port, const TokenService& tokens) {
  auto context = server_context(*pki_.tomcat, ClientCertificate::kNone, {});
  if (!context.ok()) return context.status();
  oauth_context_ = *std::move(context);
  tokens_ = &tokens;
  return oauth_listener_.start(
      address, port, [this](int socket, const std::string& peer) { serve(socket, peer, oauth_context_.get()); });
}

// RFC 8898's form is taken as well as Cisco's.
bool SipServer::asks_for_token(const FlowFacts& flow, const SipMessage& message) {
  if (!flow.oauth || message.method == "ACK" || message.method == "CANCEL") return false;
  const std::string proxy = message.header("Proxy-Authorization"), other = message.header("Authorization");
  const bool rfc = proxy.empty();
  std::string token = rfc ? other : proxy;
  const std::string scheme = rfc ? "Bearer " : "Bearer token=\"";
  const bool shown = token.starts_with(scheme);
  token = shown ? token.substr(scheme.size()) : "";
  if (!rfc && token.ends_with('"')) token.pop_back();
  const auto of = shown ? tokens_->device_of(token, Clock::now()) : absl::NotFoundError("no token");
  if (shown && of.ok() && *of == flow.device) {
    if (message.method == "REGISTER")
      events_.emit("bearer", {{"device", flow.device}, {"accepted", true}, {"form", rfc ? "rfc8898" : "cisco"}});
    return false;
  }
  if (message.method != "REGISTER") return false;  // the connection is a registered phone's
  events_.emit("bearer", {{"device", flow.device},
                          {"accepted", false},
                          {"shown", shown},
                          {"form", !shown ? ""
                                   : rfc  ? "rfc8898"
                                          : "cisco"},
                          {"reason", of.ok() ? "of another device" : std::string(of.status().message())}});
  SipMessage answer = settings_.oauth_rfc8898 ? respond_to(message, 401, "Unauthorized")
                                              : respond_to(message, 407, "Proxy Authentication Required");
  if (settings_.oauth_rfc8898)
    answer.add("WWW-Authenticate", "Bearer realm=\"ccmsipline\", authz_server=\"https://lab/\"");
  else
    answer.add("Proxy-Authenticate", "Bearer realm=\"ccmsipline\"");
  send(flow.id, answer.text());
  return true;
}

void SipServer::tick() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    stop_.wait_for(lock, std::chrono::milliseconds(settings_.control_file.empty() ? 1000 : 100));
    for (const std::string& device : registrar_.expire(Clock::now())) {
      calls_.device_gone(device);
      hosted_.device_gone(device);
    }
    calls_.tick(Clock::now());
    remote_.tick();
  }
}

// "192.0.2.1:5061" and "[2001:db8::1]:5061" without port and brackets.
static std::string address_in(const std::string& peer) {
  const std::string host = peer.substr(0, peer.rfind(':'));
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

FlowFacts SipServer::facts_of(const SipFlow& flow, const std::string& peer, uint64_t id) const {
  const IdentityPtr client = flow.peer();
  if (!client)
    return {.id = id,
            .tls = flow.tls(),
            .oauth = flow.tls(),
            .version = flow.version(),
            .suite = flow.suite(),
            .address = address_in(peer)};
  const bool mic = X509_verify(client->x509(), pki_.manufacturing->public_key()) == 1;
  openssl_error_text();
  return {.id = id,
          .device = device_of(*client),
          .mic = mic,
          .version = flow.version(),
          .suite = flow.suite(),
          .subject = client->subject(),
          .issuer = client->issuer_common_name(),
          .key = client->describe_key(),
          .address = address_in(peer)};
}

void SipServer::serve(int socket, const std::string& peer, SSL_CTX* context) {
  if (plays_dead(socket, faults_.of("sip"))) return;
  SipFlow flow(context, socket);
  if (absl::Status done = flow.handshake(); !done.ok()) {
    events_.emit("sip-refused", {{"peer", peer}, {"reason", std::string(done.message())}});
    return;
  }
  uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_flow_;
    flows_[id] = &flow;
    registrar_.opened(facts_of(flow, peer, id));
  }
  flow.flood_with([this, id, next = size_t{0}]() mutable {
    const auto fault = faults_.of("sip");
    if (fault == Fault::kHostile) return hostile_request(next++);
    if (fault == Fault::kMutated) return mutated(id);
    return fault == Fault::kEndless ? many_requests() : std::string();
  });
  const std::string reason = flow.run([this, id](const std::string& text) { receive(id, text); });
  const std::lock_guard lock(mutex_);
  events_.emit("flow-closed", {{"peer", peer}, {"reason", reason}});
  flows_.erase(id);
  mutated_.erase(id);
  registrar_.closed(id);
}

void SipServer::send(uint64_t flow, const std::string& text) {
  if (const FlowFacts* facts = registrar_.flow(flow); facts != nullptr) wire_.said(facts->device, text);
  const auto found = flows_.find(flow);
  if (found == flows_.end()) return udp_.send(flow, text);
  mutated_.try_emplace(flow, static_cast<unsigned>(flow)).first->second.sent(text);
  const auto fault = faults_.of("sip");
  found->second->send(fault == Fault::kForeign ? with_foreign_words(text) : spoil(text, fault));
}

// One message, at the pace of a busy call manager.
std::string SipServer::mutated(uint64_t flow) {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const std::lock_guard lock(mutex_);
  const FlowFacts* facts = registrar_.flow(flow);
  const auto device = devices_.find(facts != nullptr ? facts->device : "");
  if (!device || device->far_end) return "";  // another's phone is not what is tested
  std::string one = mutated_.try_emplace(flow, static_cast<unsigned>(flow)).first->second.next();
  if (!one.empty() && ++mutations_ % 500 == 0) events_.emit("mutated", {{"sent", mutations_}});
  return one;
}

void SipServer::receive(uint64_t id, const std::string& text) {
  const auto message = parse_sip(text);
  const std::lock_guard lock(mutex_);
  const FlowFacts* flow = registrar_.flow(id);
  if (!message || flow == nullptr) {
    events_.emit("sip-malformed", {{"bytes", text.size()}});
    return;
  }
  if ((!flow->tls || flow->oauth) &&
      flow->device.empty()) {  // without a certificate the line tells which device this is
    FlowFacts named = *flow;
    if (const auto device = devices_.by_number(sip_user(message->header("From")))) named.device = device->name;
    registrar_.opened(named);
  }
  wire_.heard(flow->device, *message);
  dispatch(*flow, *message);
}

void SipServer::dispatch(const FlowFacts& flow, const SipMessage& message) {
  if (!message.is_request()) {
    if (!remote_.response(message) && !hosted_.response(message)) calls_.response(flow.id, message);
    return;
  }
  if (remote_.request(flow.id, message)) return;
  const auto device = devices_.by_number(sip_user(message.header("From")));
  if (device && !device->far_end) {
    if (const auto challenge = guard_.challenge(flow.id, message, Clock::now())) {
      events_.emit("challenge", {{"device", flow.device},
                                 {"method", message.method},
                                 {"authorized", !message.header("Authorization").empty()},
                                 {"nonces_of_other_connections", guard_.misplaced()}});
      return send(flow.id, challenge->text());
    }
  }
  if (asks_for_token(flow, message)) return;
  if (message.method == "REGISTER") return registrar_.receive(flow.id, message, Clock::now());
  const bool outside = !sip_has_parameter(message.header("To"), "tag");
  if (outside && message.method == "REFER") return refer(flow, message);
  if (outside && message.method == "PUBLISH") return publish(flow, message);
  if (outside && message.method == "NOTIFY") return take_notify(flow, message);
  if (outside && message.method == "OPTIONS") {
    return send(flow.id, respond_to(message, 200, "OK").text());
  }
  if (message.method == "SUBSCRIBE" && (message.header("Event") == "presence" || message.header("Event") == "dialog"))
    return subscribe(flow, message);
  if (outside && message.method == "SUBSCRIBE") {
    return send(flow.id, respond_to(message, 200, "OK").add("Expires", "0").text());
  }
  if (hosted_.request(flow, message)) return;
  calls_.request(flow.id, message);
}

void SipServer::refer(const FlowFacts& flow, const SipMessage& message) {
  if (settings_.srst) {
    events_.emit("refer", {{"device", flow.device}, {"refer_to", message.header("Refer-To")}});
    return send(flow.id, respond_to(message, 501, "Not Implemented").text());
  }
  if (message.header("Content-Type").find("x-cisco-alarm+xml") != std::string::npos) return alarm(flow, message);
  if (hosted_.softkey(flow, message)) return;
  events_.emit("refer", {{"device", flow.device}, {"refer_to", message.header("Refer-To")}});
  if (message.header("Refer-To").find("token-registration") != std::string::npos && settings_.token_refusals > 0) {
    --settings_.token_refusals;
    return send(flow.id, respond_to(message, 486, "Busy Here").add("Retry-After", "5").text());
  }
  send(flow.id, respond_to(message, 202, "Accepted").text());
}

// A watched number: in use from the start, so that a phone that shows it has been told.
// cucm-calls.md 2.11: whether the handset is off the hook; the entity names the line.
void SipServer::take_notify(const FlowFacts& flow, const SipMessage& message) {
  const auto between = [&](const std::string& open, const std::string& close) {
    const size_t at = message.body.find(open);
    return at == std::string::npos
               ? std::string()
               : message.body.substr(at + open.size(), message.body.find(close, at + open.size()) - at - open.size());
  };
  if (message.header("Event") == "dialog")
    events_.emit(
        "hook-status",
        {{"device", flow.device}, {"entity", between("entity=\"", "\"")}, {"state", between("<state>", "</state>")}});
  send(flow.id, respond_to(message, 200, "OK").text());
}

void SipServer::subscribe(const FlowFacts& flow, const SipMessage& message) {
  const std::string number = sip_user(message.uri), package = message.header("Event");
  const bool refused = settings_.feature_refuse != 0;
  events_.emit("subscribed", {{"device", flow.device},
                              {"number", number},
                              {"package", package},
                              {"accept", message.header("Accept")},
                              {"expires", message.header("Expires")},
                              {"status", refused ? settings_.feature_refuse : 200}});
  if (refused) {
    SipMessage response = respond_to(message, settings_.feature_refuse, "Refused");
    return send(flow.id, response.add("Warning", absl::StrCat("399 lab \"", settings_.feature_words, "\"")).text());
  }
  // Never more than was asked for (RFC 6665 section 4.1.2.1).
  const std::string asked = message.header("Expires");
  send(flow.id, respond_to(message, 200, "OK").add("Expires", asked.empty() ? "3600" : asked).text());
  SipMessage notify{
      .method = "NOTIFY",
      .uri = sip_uri(message.header("Contact")),
      .status = 0,
      .reason = {},
      .headers = {},
      .body = package == "dialog" ? hosted_.shared_document() : presence_document(number, "on-the-phone", "open")};
  notify.add("Via",
             absl::StrCat("SIP/2.0/TLS ", settings_.host, ":", settings_.port, ";branch=z9hG4bK", random_token()));
  notify.add("Max-Forwards", "70").add("From", absl::StrCat(message.header("To"), ";tag=lab"));
  notify.add("To", message.header("From")).add("Call-ID", message.header("Call-ID")).add("CSeq", "1 NOTIFY");
  notify.add("Contact", absl::StrCat("<sip:", settings_.host, ":", settings_.port, ">")).add("Event", package);
  notify.add("Subscription-State", "active;expires=3600")
      .add("Content-Type", package == "dialog" ? "application/dialog-info+xml" : "application/pidf+xml");
  send(flow.id, notify.text());
}

// cucm-calls.md 4: do not disturb is published, and in force with the dndupdate that follows.
void SipServer::publish(const FlowFacts& flow, const SipMessage& message) {
  const bool on = message.body.find(":dnd") != std::string::npos;
  const bool off = message.body.find(":available") != std::string::npos;
  events_.emit("published", {{"device", flow.device},
                             {"package", message.header("Event")},
                             {"type", message.header("Content-Type")},
                             {"tag", message.header("SIP-If-Match")},
                             {"activity", on    ? "dnd"
                                          : off ? "available"
                                                : ""},
                             {"status", settings_.publish_refuse == 0 ? 200 : settings_.publish_refuse}});
  if (settings_.publish_refuse != 0) {
    SipMessage refused = respond_to(message, settings_.publish_refuse, "Refused");
    return send(flow.id, refused.add("Warning", "399 lab \"do not disturb is not for this device\"").text());
  }
  send(flow.id, respond_to(message, 200, "OK").add("SIP-ETag", random_token()).add("Expires", "3600").text());
  if (!message.body.empty())
    remote_.obey(on ? "refer dndupdate state=enable option=callreject" : "refer dndupdate state=disable");
}

void SipServer::alarm(const FlowFacts& flow, const SipMessage& message) {
  Alarm alarm = read_alarm(message.body, {.device = flow.device,
                                          .address = flow.address,
                                          .expected = settings_.expected_alarms,
                                          .ctl = settings_.ctl,
                                          .itl = settings_.itl});
  if (message.header("Refer-To").find("cid:") == std::string::npos) alarm.problems.emplace_back("Refer-To is no cid");
  if (message.header("Require").find("norefersub") == std::string::npos) {
    alarm.problems.emplace_back("Require has no norefersub");
  }
  for (const char* name : {"Referred-By", "Content-Id", "Content-Disposition"}) {
    if (message.header(name).empty()) alarm.problems.push_back(absl::StrCat(name, " is missing"));
  }
  const bool good = alarm.problems.empty();
  const std::string reason = absl::StrJoin(alarm.problems, "; ");
  events_.emit(alarm.name == "LastOutOfServiceInformation" ? "out-of-service" : "alarm", {{"device", flow.device},
                                                                                          {"accepted", good},
                                                                                          {"reason", reason},
                                                                                          {"name", alarm.name},
                                                                                          {"code", alarm.code()},
                                                                                          {"values", alarm.values}});
  SipMessage response = respond_to(message, good ? 202 : 400, good ? "Accepted" : "Bad Request");
  if (!good) response.add("Warning", absl::StrCat("399 lab \"", reason, "\""));
  send(flow.id, response.text());
}

}  // namespace phone::lab
