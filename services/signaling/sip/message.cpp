// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/message.hpp"

#include <algorithm>

#include "common/text/foreign_text.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {

std::optional<std::string> NameAddress::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (iequals(key, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Message::field(std::string_view name) const {
  for (const HeaderField& one : fields) {
    if (iequals(one.name, name)) return one.value;
  }
  return std::nullopt;
}

std::vector<std::string> Message::fields_named(std::string_view name) const {
  std::vector<std::string> all;
  for (const HeaderField& one : fields) {
    if (iequals(one.name, name)) all.push_back(one.value);
  }
  return all;
}

std::string Message::text(std::string_view name) const { return text::clean(field(name).value_or("")); }

size_t Message::count(std::string_view name) const {
  return static_cast<size_t>(
      std::count_if(fields.begin(), fields.end(), [&](const HeaderField& one) { return iequals(one.name, name); }));
}

Message& Message::add(std::string name, std::string value) {
  fields.push_back({std::move(name), std::move(value)});
  return *this;
}

std::vector<std::string> list_items(const Message& message, std::string_view name) {
  std::vector<std::string> items;
  for (const std::string& value : message.fields_named(name)) {
    std::string item;
    bool quoted = false;
    int angles = 0;
    for (size_t i = 0; i < value.size(); ++i) {
      char c = value[i];
      if (quoted && c == '\\' && i + 1 < value.size()) {
        item += c;
        item += value[++i];
        continue;
      }
      if (c == '"') quoted = !quoted;
      if (!quoted && c == '<') ++angles;
      if (!quoted && c == '>') --angles;
      if (c == ',' && !quoted && angles <= 0) {
        items.emplace_back(trim(item));
        item.clear();
      } else {
        item += c;
      }
    }
    items.emplace_back(trim(item));
  }
  return items;
}

Parameters parse_parameters(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    size_t end = 0;
    bool quoted = false;
    for (; end < text.size() && (quoted || text[end] != ';'); ++end) {
      if (text[end] == '"') quoted = !quoted;
    }
    std::string_view value = trim(text.substr(0, end));
    text.remove_prefix(end < text.size() ? end + 1 : end);
    if (value.empty()) continue;
    std::string_view name = trim(take_until(value, '='));
    value = trim(value);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    parameters.emplace_back(name, value);
  }
  return parameters;
}

std::string write(const Message& message) {
  std::string out = message.is_request ? cat(message.method, " ", message.uri, " SIP/2.0\r\n")
                                       : cat("SIP/2.0 ", message.status, " ", message.phrase, "\r\n");
  for (const HeaderField& field : message.fields) {
    if (!iequals(field.name, "Content-Length")) out += cat(field.name, ": ", field.value, "\r\n");
  }
  out += cat("Content-Length: ", message.body.size(), "\r\n\r\n", message.body);
  return out;
}

Message make_response(const Message& request, int status, std::string phrase, std::string_view to_tag) {
  Message response;
  response.status = status;
  response.phrase = phrase.empty() ? std::string(default_phrase(status)) : std::move(phrase);
  response.method = request.method;
  for (const HeaderField& field : request.fields) {
    bool copied = iequals(field.name, "Via") || iequals(field.name, "From") || iequals(field.name, "Call-ID") ||
                  iequals(field.name, "CSeq") || (iequals(field.name, "Record-Route") && status > 100 && status < 300);
    if (copied) response.fields.push_back(field);
    if (iequals(field.name, "To")) {
      bool tagged = status == 100 || to_tag.empty() || request.to.parameter("tag").has_value();
      response.add("To", tagged ? field.value : cat(field.value, ";tag=", to_tag));
    }
  }
  return response;
}

std::string_view default_phrase(int status) {
  switch (status) {
    case 100:
      return "Trying";
    case 180:
      return "Ringing";
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 413:
      return "Request Entity Too Large";
    case 414:
      return "Request-URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Unsupported URI Scheme";
    case 420:
      return "Bad Extension";
    case 422:
      return "Session Interval Too Small";
    case 469:
      return "Bad Info Package";
    case 480:
      return "Temporarily Unavailable";
    case 481:
      return "Call/Transaction Does Not Exist";
    case 482:
      return "Loop Detected";
    case 486:
      return "Busy Here";
    case 487:
      return "Request Terminated";
    case 488:
      return "Not Acceptable Here";
    case 489:
      return "Bad Event";
    case 491:
      return "Request Pending";
    case 500:
      return "Server Internal Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Server Time-out";
    case 505:
      return "Version Not Supported";
    case 513:
      return "Message Too Large";
    case 603:
      return "Decline";
    default:
      return "Response";
  }
}

}  // namespace phone::signaling
