// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/validator.hpp"

#include <algorithm>
#include <array>

#include "services/signaling/sip/bounds.hpp"
#include "services/signaling/sip/capabilities.hpp"
#include "services/signaling/sip/grammar.hpp"
#include "services/signaling/sip/lines.hpp"
#include "services/signaling/sip/message_body.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

constexpr std::array<std::string_view, 4> kOnce = {"From", "To", "Call-ID", "CSeq"};
constexpr std::array<std::string_view, 6> kAtMostOnce = {"Max-Forwards", "Content-Type", "Content-Length",
                                                         "Expires",      "Event",        "Refer-To"};

Verdict refuse(int status, std::string phrase, std::vector<HeaderField> extra = {}) {
  return {Verdict::kRefuse, status, std::move(phrase), std::move(extra)};
}

bool has_all_once(const Message& message) {
  for (std::string_view name : kOnce) {
    if (message.count(name) != 1) return false;
  }
  for (std::string_view name : kAtMostOnce) {
    if (message.count(name) > 1) return false;
  }
  return message.count("Via") >= 1;
}

// RFC 3261 section 20: a URI with a comma, question mark or semicolon stands in angle brackets.
bool addresses_bracketed(const Message& message) {
  for (const HeaderField& field : message.fields) {
    if (!iequals(field.name, "Contact") && !iequals(field.name, "From") && !iequals(field.name, "To")) continue;
    if (field.value.find('<') == std::string::npos && field.value.find('?') != std::string::npos) return false;
  }
  return true;
}

bool numbers_fit(const Message& message) {
  auto hops = message.field("Max-Forwards");
  if (hops.has_value() && number(*hops).value_or(256) > 255) return false;
  auto expires = message.field("Expires");
  return !expires.has_value() || number(*expires).value_or(uint64_t{1} << 32) < (uint64_t{1} << 32);
}

Verdict judge_uri(const Message& message) {
  std::string_view uri = message.uri;
  std::string_view scheme = take_until(uri, ':');
  if (!iequals(scheme, "sip") && !iequals(scheme, "sips") && !iequals(scheme, "tel")) {
    return is_token(scheme) && !uri.empty() ? refuse(416, "Unsupported URI Scheme")
                                            : refuse(400, "Invalid Request-URI");
  }
  if (uri.find('?') != std::string_view::npos && uri.find('?') > uri.find('@'))
    return refuse(400, "Request-URI contains header fields");
  if (iequals(scheme, "tel")) return {};
  if (auto status = check_uri(message.uri); !status.ok())
    return refuse(400, cat("Invalid Request-URI: ", status.message()));
  return {};
}

// Whatever is too large or too many; an answer of that kind is dropped.
Verdict judge_size(const Message& message) {
  const auto status = judge_bounds(message);
  if (status.ok()) return {};
  const int code = message.uri.size() > kLongestUri ? 414 : message.body.size() > kLongestBody ? 413 : 513;
  return refuse(code, cat(default_phrase(code), ": ", status.message()));
}

Verdict judge_extensions(const Message& message) {
  std::string unsupported;
  for (std::string_view name : {"Require", "Proxy-Require"}) {
    for (const std::string& option : list_items(message, name)) {
      if (!serves_option(option)) unsupported += cat(unsupported.empty() ? "" : ", ", option);
    }
  }
  if (!unsupported.empty()) return refuse(420, "Bad Extension", {{"Unsupported", unsupported}});
  return {};
}

bool takes_sdp(const Message& message) {
  bool acceptable = message.count("Accept") == 0;
  for (const std::string& one : list_items(message, "Accept")) {
    std::string_view accepted = one;
    std::string_view range = trim(take_until(accepted, ';'));
    acceptable = acceptable || iequals(range, "application/sdp") || range == "*/*" || iequals(range, "application/*");
  }
  return acceptable;
}

Verdict judge_content(const Message& message) {
  const absl::Status body = judge_body(message);
  const bool offers = message.method == "INVITE" || message.method == "UPDATE" || message.method == "PRACK";
  if (offers && absl::IsInvalidArgument(body)) return refuse(400, std::string(body.message()));
  if ((offers && !body.ok()) || (message.method != "BYE" && !message.body.empty() && is_encoded(message)))
    return refuse(415, "Unsupported Media Type",
                  {{"Accept", std::string(accepted_types())}, {"Accept-Encoding", "identity"}});
  if ((message.method == "INVITE" || message.method == "UPDATE") && !takes_sdp(message))
    return refuse(406, "Not Acceptable");
  return {};
}

Verdict judge_request(Message& message, const Lines& lines) {
  if (!iequals(lines.version, "SIP/2.0")) {
    return starts_with(lines.version, "SIP/") ? refuse(505, "Version Not Supported")
                                              : refuse(400, "Missing SIP version");
  }
  if (!lines.start_line_ok) return refuse(400, "Malformed request line");
  if (!has_all_once(message)) return refuse(400, "Missing or duplicate header field");
  const bool served = serves_method(message.method);
  if (!knows_method(message.method)) return refuse(501, "Not Implemented", {{"Allow", std::string(allowed_methods())}});
  if (Verdict uri = judge_uri(message); uri.kind != Verdict::kAccept) return uri;
  if (auto status = read_grammar(message); !status.ok()) return refuse(400, cat("Bad Request: ", status.message()));
  if (message.cseq_method != message.method) return refuse(400, "CSeq method does not match the request");
  if (!addresses_bracketed(message)) return refuse(400, "URI with header fields is not in angle brackets");
  if (!numbers_fit(message)) return refuse(400, "Max-Forwards or Expires is out of range");
  if (!served) return refuse(405, "Method Not Allowed", {{"Allow", std::string(allowed_methods())}});
  if (message.method == "ACK" || message.method == "CANCEL")
    return {};  // RFC 3261 section 8.2.2.3: Require is not judged there
  if (Verdict extensions = judge_extensions(message); extensions.kind != Verdict::kAccept) return extensions;
  return judge_content(message);
}

Verdict judge_response(Message& message, const Lines& lines) {
  Verdict drop{Verdict::kDrop, 0, "", {}};
  if (!iequals(lines.version, "SIP/2.0") || message.status < 100 || message.status > 699) {
    drop.phrase = "invalid status line";
  } else if (!has_all_once(message)) {
    drop.phrase = "missing or duplicate header field";
  } else if (auto status = read_grammar(message); !status.ok()) {
    drop.phrase = cat(status.message());
  } else if (message.vias.size() != 1) {
    drop.phrase = "response with more than one Via";  // RFC 3261 section 8.1.3.3
  } else {
    return {};
  }
  return drop;
}

}  // namespace

Judged read_message(std::string_view framed) {
  auto lines = split_lines(framed);
  if (!lines.ok()) return {Message{}, {Verdict::kDrop, 0, cat(lines.status().message()), {}}};
  Judged judged{std::move(lines->message), {}};
  judged.verdict = judge_size(judged.message);
  const bool fits = judged.verdict.kind == Verdict::kAccept;
  if (!fits && !judged.message.is_request) judged.verdict.kind = Verdict::kDrop;
  if (fits)
    judged.verdict =
        judged.message.is_request ? judge_request(judged.message, *lines) : judge_response(judged.message, *lines);
  bool answerable =
      judged.message.method != "ACK" && judged.message.count("Via") > 0 && judged.message.count("CSeq") > 0;
  if (judged.verdict.kind == Verdict::kRefuse && !answerable) judged.verdict.kind = Verdict::kDrop;
  return judged;
}

}  // namespace phone::signaling
