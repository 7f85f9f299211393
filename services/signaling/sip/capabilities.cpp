// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/capabilities.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::array<std::string_view, 11> kServed = {"INVITE", "ACK",   "CANCEL", "BYE",       "OPTIONS", "UPDATE",
                                                      "NOTIFY", "REFER", "INFO",   "SUBSCRIBE", "PRACK"};
constexpr std::array<std::string_view, 3> kKnown = {"REGISTER", "MESSAGE", "PUBLISH"};
constexpr std::array<std::string_view, 2> kInfoPackages = {"conference", "x-cisco-conference"};
constexpr std::array<std::string_view, 5> kOptions = {"replaces", "norefersub", "timer", "100rel", "resource-priority"};
// CUCM's dialect: Call-Info, phrase codes, orders of the call manager, the fallback to clear media, and the version
// without which CUCM restricts the phone to RTP (sip.md 6).
constexpr std::string_view kDialect =
    "X-cisco-callinfo,X-cisco-escapecodes,X-cisco-service-control,X-cisco-srtp-fallback,X-cisco-sis-7.0.0";
constexpr std::pair<std::string_view, EventPackage> kPackages[] = {{"refer", EventPackage::kRefer},
                                                                   {"kpml", EventPackage::kKpml},
                                                                   {"service-control", EventPackage::kServiceControl},
                                                                   {"message-summary", EventPackage::kMessageSummary},
                                                                   {"dialog", EventPackage::kDialog},
                                                                   {"presence", EventPackage::kPresence}};

template <class List>
std::string joined(const List& list, std::string_view separator) {
  std::string text;
  for (std::string_view one : list) text += cat(text.empty() ? "" : separator, one);
  return text;
}

}  // namespace

bool serves_method(std::string_view method) {
  return std::find(kServed.begin(), kServed.end(), method) != kServed.end();
}

bool knows_method(std::string_view method) {
  return serves_method(method) || std::find(kKnown.begin(), kKnown.end(), method) != kKnown.end();
}

bool serves_option(std::string_view option) {
  return std::any_of(kOptions.begin(), kOptions.end(), [&](std::string_view one) { return iequals(one, option); });
}

std::string_view allowed_methods() {
  static const std::string all = joined(kServed, ", ");
  return all;
}

std::string supported_list() { return cat(joined(kOptions, ","), ",", kDialect); }

std::string_view accepted_types() {
  return "application/sdp, multipart/mixed, multipart/alternative, multipart/related, message/sipfrag, "
         "application/simple-message-summary, application/conference-info+xml";
}

std::optional<EventPackage> event_package(const Message& request) {
  const std::string event = request.field("Event").value_or("");
  std::string_view rest = event;
  const std::string_view name = trim(take_until(rest, ';'));
  for (const auto& [text, package] : kPackages) {
    if (iequals(text, name)) return package;
  }
  return std::nullopt;
}

bool serves_subscription(std::optional<EventPackage> package) {
  return package == EventPackage::kRefer || package == EventPackage::kKpml;
}

std::string allowed_events(bool kpml) {
  std::string text;
  for (const auto& [name, package] : kPackages) {
    if (package != EventPackage::kKpml || kpml) text += cat(text.empty() ? "" : ", ", name);
  }
  return text;
}

Message bad_event(const Message& request, std::string_view to_tag, bool kpml) {
  Message response = make_response(request, 489, "", to_tag);
  response.add("Allow-Events", allowed_events(kpml));
  return response;
}

bool receives_info_package(std::string_view package) {
  return std::any_of(kInfoPackages.begin(), kInfoPackages.end(),
                     [&](std::string_view one) { return iequals(one, package); });
}

void add_receive_info(Message& message) {
  for (std::string_view one : kInfoPackages) message.add("Recv-Info", std::string(one));
}

void add_capabilities(Message& response, bool kpml) {
  response.add("Allow", std::string(allowed_methods())).add("Accept", std::string(accepted_types()));
  response.add("Supported", supported_list()).add("Allow-Events", allowed_events(kpml));
  add_receive_info(response);
}

}  // namespace phone::signaling
