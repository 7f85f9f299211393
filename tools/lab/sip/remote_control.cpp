// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/remote_control.hpp"

#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/lab/identity.hpp"

namespace phone::lab {
namespace {

std::string decoded(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct RemoteOrder {
  std::string method;  // NOTIFY or REFER
  std::vector<RemotePart> parts;
  std::map<std::string, std::string> how;  // words that begin with "-"
};

// "refer -to=9999 dndupdate state=enable + hlogupdate status=on".
RemoteOrder read_order(const std::string& line) {
  RemoteOrder order;
  bool fresh = true;
  for (const std::string& word : std::vector<std::string>(absl::StrSplit(line, ' ', absl::SkipEmpty()))) {
    const size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : decoded(word.substr(equals + 1));
    if (order.method.empty()) {
      order.method = word == "refer" ? "REFER" : "NOTIFY";
    } else if (word[0] == '-') {
      order.how[key.substr(1)] = value;
    } else if (word == "+") {
      fresh = true;
    } else if (std::exchange(fresh, false)) {
      order.parts.push_back({.name = key, .values = {}});
    } else {
      order.parts.back().values[key] = value;
    }
  }
  return order;
}

}  // namespace

std::vector<std::string> RemoteControl::lines() const {
  std::vector<std::string> all;
  if (settings_.control_file.empty()) return all;
  std::istringstream text(read_file(settings_.control_file).value_or(""));
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

void RemoteControl::tick() {
  const std::vector<std::string> all = lines();
  for (; lines_read_ < all.size(); ++lines_read_) {
    if (!all[lines_read_].empty()) obey(all[lines_read_]);
  }
  if (!settings_.more_orders) return;
  for (const std::string& line : settings_.more_orders()) obey(line);
}

void RemoteControl::obey(const std::string& line) {
  if (hosted_.obeys(line)) return;
  const RemoteOrder order = read_order(line);
  const auto how = [&](const std::string& word) {
    const auto found = order.how.find(word);
    return found == order.how.end() ? "" : found->second;
  };
  const Registrar::Binding* phone =
      how("number").empty() ? registrar_.first_phone() : registrar_.of_number(how("number"));
  if (phone != nullptr && line.starts_with("preempt")) {
    if (!calls_.preempt(phone->device))
      events_.emit("control-failed", {{"order", line}, {"reason", "the phone has no call"}});
    return;
  }
  if (phone == nullptr || (order.parts.empty() && !order.how.contains("again"))) {
    events_.emit("control-failed", {{"order", line}, {"reason", phone ? "it says nothing" : "no such phone"}});
    return;
  }
  if (order.how.contains("again")) return send(line, *phone, last_);
  auto dialog = hosted_.dialog_of(phone->device);
  if (!dialog) dialog = calls_.dialog_of(phone->device);
  const RemotePhone known{.register_call_id = phone->call_id, .stamp = settings_.configuration_stamp, .dialog = dialog};
  std::vector<RemoteBody> bodies;
  for (const RemotePart& part : order.parts) bodies.push_back(remote_body(part, known));
  RemoteBody body = combined(bodies);
  if (order.how.contains("spoil") && !spoil_body(body, how("spoil"))) {
    events_.emit("control-failed", {{"order", line}, {"reason", "it cannot be spoilt so"}});
    return;
  }
  SipMessage message{
      .method = order.method, .uri = phone->contact, .status = 0, .reason = {}, .headers = {}, .body = {}};
  if (order.how.contains("in-call")) {
    auto inside = calls_.request_in_call(phone->device, order.method);
    if (!inside) {
      events_.emit("control-failed", {{"order", line}, {"reason", "the phone has no call"}});
      return;
    }
    std::erase_if(inside->headers, [](const SipMessage::Header& one) { return one.name == "Via"; });
    inside->add("Event", order.parts[0].name).add("Subscription-State", "active").add("Content-Type", body.type);
    inside->body = body.content;
    return send(line, *phone, *std::move(inside));
  }
  if (order.how.contains("uri")) message.uri = how("uri");
  const std::string to = how("line").empty() ? phone->number : how("line");
  const std::string from = order.how.contains("from") ? how("from") + "@" : "";
  message.add("From", absl::StrCat("<sip:", from, settings_.host, ">;tag=", random_token()));
  message.add("To", absl::StrCat("<sip:", to, "@", settings_.host, ">",
                                 order.how.contains("dialog") ? ";tag=no-such-dialog" : ""));
  message.add("Call-ID", absl::StrCat(random_token(), "@", settings_.host));
  message.add("CSeq", absl::StrCat("101 ", order.method)).add("Max-Forwards", "70");
  message.add("Contact", absl::StrCat("<sip:", settings_.host, ":", settings_.port, ";transport=tls>"));
  if (order.method == "NOTIFY") {
    message.add("Event", order.parts[0].name).add("Subscription-State", "active");
  } else {
    const std::string id = random_token();
    if (!order.how.contains("subscribe")) message.add("Require", "norefersub");
    message.add("Referred-By", absl::StrCat("<sip:", settings_.host, ">"));
    message.add("Refer-To", absl::StrCat("cid:", id, "@", settings_.host));
    message.add("Content-Id", absl::StrCat("<", id, "@", settings_.host, ">"));
  }
  message.body = body.content;
  if (!message.body.empty()) message.add("Content-Type", order.how.contains("type") ? how("type") : body.type);
  last_ = message;
  send(line, *phone, message);
}

void RemoteControl::send(const std::string& line, const Registrar::Binding& phone, SipMessage message) {
  message.headers.insert(
      message.headers.begin(),
      {"Via", absl::StrCat("SIP/2.0/TLS ", settings_.host, ":", settings_.port, ";branch=z9hG4bK", random_token())});
  sent_[message.header("Call-ID")] = line;
  events_.emit("control-sent", {{"order", line}, {"device", phone.device}, {"bytes", message.body.size()}});
  send_(phone.flow, message.text());
}

bool RemoteControl::response(const SipMessage& message) {
  const auto found = sent_.find(message.header("Call-ID"));
  if (found == sent_.end()) return false;
  events_.emit("control-answered",
               {{"order", found->second}, {"status", message.status}, {"warning", message.header("Warning")}});
  return true;
}

bool RemoteControl::request(uint64_t flow, const SipMessage& message) {
  const auto found = sent_.find(message.header("Call-ID"));
  if (found == sent_.end() || message.method != "NOTIFY") return false;
  events_.emit("control-notified", {{"order", found->second},
                                    {"state", message.header("Subscription-State")},
                                    {"type", message.header("Content-Type")},
                                    {"body", message.body}});
  send_(flow, respond_to(message, 200, "OK").text());
  return true;
}

}  // namespace phone::lab
