// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/registrar.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace phone::lab {
namespace {

constexpr unsigned kDefaultExpires = 3600;
constexpr std::chrono::seconds kGrace(30);  // after the end of a registration
constexpr char kRemoteccAnswer[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x-cisco-remotecc-response>\n<response>\n<code>200</code>\n"
    "<reason></reason>\n<optionsind>\n<oosalarm></oosalarm>\n</optionsind>\n</response>\n</"
    "x-cisco-remotecc-response>\n";
// What a Cisco phone says of itself in a REGISTER (G1); a far-end phone of another make says none of it.
constexpr char kDeviceParameter[] = "+u.sip!devicename.ccm.cisco.com";

unsigned requested_expires(const SipMessage& request, const std::string& contact) {
  std::string text = sip_parameter(contact, "expires");
  if (text.empty()) text = request.header("Expires");
  unsigned seconds = kDefaultExpires;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

bool is_cisco(const std::string& contact) { return sip_has_parameter(contact, kDeviceParameter); }

// Parts of G1 that the phone's REGISTER does not have.
std::vector<std::string> missing_parts(const SipMessage& request, const std::string& contact,
                                       const std::string& device) {
  std::vector<std::string> missing;
  if (sip_parameter(contact, kDeviceParameter) != "\"" + device + "\"") missing.emplace_back(kDeviceParameter);
  for (const char* name : {"+sip.instance", "+u.sip!model.ccm.cisco.com"}) {
    if (!sip_has_parameter(contact, name)) missing.emplace_back(name);
  }
  std::string supported;
  for (const std::string& one : request.all("Supported")) supported += one + ",";
  for (const char* name : {"replaces", "X-cisco-callinfo", "X-cisco-sis-"}) {
    const auto found = std::search(supported.begin(), supported.end(), name,
                                   name + std::char_traits<char>::length(name), [](char a, char b) {
                                     return same_word({&a, 1}, {&b, 1});
                                   });
    if (found == supported.end()) missing.push_back(absl::StrCat("Supported: ", name));
  }
  return missing;
}

}  // namespace

const FlowFacts* Registrar::flow(uint64_t id) const {
  const auto found = flows_.find(id);
  return found == flows_.end() ? nullptr : &found->second;
}

const Registrar::Binding* Registrar::of_number(const std::string& number) const {
  for (const auto& [device, binding] : bindings_) {
    if (binding.number == number) return &binding;
  }
  return nullptr;
}

const Registrar::Binding* Registrar::first_phone() const {
  for (const auto& [name, binding] : bindings_) {
    const auto device = devices_.find(name);
    if (device && !device->far_end) return &binding;
  }
  return nullptr;
}

void Registrar::closed(uint64_t flow) {
  flows_.erase(flow);
  for (auto& [device, binding] : bindings_) {
    if (binding.flow != flow) continue;
    binding.flow = 0;
    events_.emit("flow-lost", {{"device", device}, {"number", binding.number}});
  }
}

bool Registrar::send_to(const std::string& device, const std::string& text) {
  const auto found = bindings_.find(device);
  if (found == bindings_.end()) return false;
  if (found->second.flow != 0) {
    send_(found->second.flow, text);
  } else {
    found->second.waiting.push_back(text);
  }
  return true;
}

bool Registrar::over_tls(const std::string& device) const {
  const auto found = bindings_.find(device);
  const FlowFacts* facts = found == bindings_.end() ? nullptr : flow(found->second.flow);
  return facts == nullptr || facts->tls;
}

std::vector<std::string> Registrar::expire(Clock::time_point now) {
  std::vector<std::string> gone;
  for (auto one = bindings_.begin(); one != bindings_.end();) {
    if (one->second.ends + kGrace > now) {
      ++one;
      continue;
    }
    events_.emit("registration-expired", {{"device", one->first}, {"number", one->second.number}});
    gone.push_back(one->first);
    one = bindings_.erase(one);
  }
  return gone;
}

std::string Registrar::problem(const FlowFacts& flow, const SipMessage& request) const {
  const auto device = devices_.by_number(sip_user(request.header("To")));
  if (!device) return "no such line";
  if (device->name != flow.device) return "the line belongs to another device than the client certificate";
  if (flow.mic && device->lsc) return "the MIC is shown though the device has an LSC";
  return {};
}

void Registrar::receive(uint64_t id, const SipMessage& request, Clock::time_point now) {
  const FlowFacts* facts = flow(id);
  if (facts == nullptr) return;
  const std::string contact = request.header("Contact");
  const std::string number = sip_user(request.header("To"));
  if (const std::string refused = problem(*facts, request); !refused.empty()) {
    events_.emit("registration-refused",
                 {{"device", facts->device}, {"number", number}, {"reason", refused}, {"subject", facts->subject}});
    const bool unknown = refused == "no such line";
    send_(id, respond_to(request, unknown ? 404 : 403, unknown ? "Not Found" : "Forbidden")
                  .add("Warning", absl::StrCat("399 lab \"", refused, "\""))
                  .text());
    return;
  }
  const unsigned wanted = requested_expires(request, contact);
  const bool phone = is_cisco(contact) && !settings_.srst;  // a router knows nothing of the dialect
  const auto line = devices_.by_number(number);
  if (settings_.oauth && !facts->oauth && line && !line->far_end) {
    events_.emit("registration-refused", {{"device", facts->device}, {"number", number}, {"reason", "port"}});
    send_(id, respond_to(request, 403, "Forbidden")
                  .add("Retry-After", "35")
                  .add("Warning", "399 lab \"SIP OAuth Registration port Mismatch\"")
                  .text());
    return;
  }
  if (!settings_.srst &&
      sip_has_parameter(contact, "cisco-keep-alive")) {  // to a standby node: must not unregister anything (G2)
    send_(id, accepted(request, false, phone, 0).text());
    return;
  }
  if (wanted == 0) {
    const auto found = bindings_.find(facts->device);
    if (found != bindings_.end() && found->second.flow == id) bindings_.erase(found);
    events_.emit("unregistered", {{"device", facts->device}, {"number", number}, {"reason", request.header("Reason")}});
    send_(id, accepted(request, false, phone, 0).text());
    return;
  }
  const auto known = bindings_.find(facts->device);
  const bool fresh =
      known == bindings_.end() || known->second.flow != id || known->second.call_id != request.header("Call-ID");
  Binding& binding = bindings_[facts->device];
  const unsigned expires = phone ? settings_.keepalive_seconds : std::min(wanted, 3600U);
  binding.device = facts->device;
  binding.number = number;
  binding.contact = sip_uri(contact);
  binding.call_id = request.header("Call-ID");
  binding.flow = id;
  binding.ends = now + std::chrono::seconds(expires);
  send_(id, accepted(request, fresh, phone, expires).text());
  report(*facts, request, binding, fresh, expires);
  for (const std::string& text : std::exchange(binding.waiting, {})) send_(id, text);
}

SipMessage Registrar::accepted(const SipMessage& request, bool fresh, bool phone, unsigned expires) const {
  SipMessage response = respond_to(request, 200, "OK");
  std::string contact = request.header("Contact");
  if (phone) {
    if (fresh) contact += ";x-cisco-newreg";
    response.add("Contact", contact);
    response.add("Supported", "X-cisco-srtp-fallback,X-cisco-sis-10.0.0");
  } else {
    response.add("Contact", absl::StrCat("<", sip_uri(contact), ">;expires=", expires));
  }
  response.add("Expires", absl::StrCat(expires));
  char date[64];
  const time_t now = time(nullptr);
  tm utc{};
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
  response.add("Date", date);
  if (settings_.srst) return response;
  if (request.body.find("remotecc") != std::string::npos ||
      request.header("Content-Type").find("multipart") != std::string::npos) {
    response.add("Content-Type", "application/x-cisco-remotecc-response+xml");
    response.body = absl::StrReplaceAll(
        kRemoteccAnswer,
        {{"</optionsind>",
          absl::StrCat("<presence usage=\"blf speed dial\">\n",
                       settings_.presence_by_subscription ? "<sub></sub>" : "<unot></unot>",
                       "\n</presence>\n<dialog usage=\"shared line\">\n",
                       settings_.shared_by_subscription ? "<sub></sub>" : "<unot></unot>", "\n</dialog>\n",
                       settings_.hook_status ? "<dialog usage=\"hook status\">\n<unot></unot>\n</dialog>\n" : "",
                       "</optionsind>")}});
  }
  return response;
}

void Registrar::report(const FlowFacts& flow, const SipMessage& request, const Binding& binding, bool fresh,
                       unsigned expires) {
  const std::string contact = request.header("Contact");
  nlohmann::json facts = {{"device", flow.device},
                          {"transport", flow.tls   ? "TLS"
                                        : flow.udp ? "UDP"
                                                   : "TCP"},
                          {"number", binding.number},
                          {"new", fresh},
                          {"expires", expires},
                          {"tls", flow.version},
                          {"suite", flow.suite},
                          {"certificate", !flow.tls    ? ""
                                          : flow.oauth ? ""
                                          : flow.mic   ? "MIC"
                                                       : "LSC"},
                          {"subject", flow.subject},
                          {"issuer", flow.issuer},
                          {"key", flow.key},
                          {"contact", binding.contact},
                          {"call_id", binding.call_id},
                          {"reason", request.header("Reason")},
                          {"user_agent", request.header("User-Agent")}};
  if (is_cisco(contact)) facts["missing"] = missing_parts(request, contact, flow.device);
  events_.emit(fresh ? "registered" : "refreshed", facts);
}

}  // namespace phone::lab
