// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/signaling/sip/grammar.hpp"

// libosipparser2 needs these two before its own headers. Its types never leave this file.
#include <sys/time.h>
#include <ctime>

#include <osipparser2/osip_parser.h>

#include <memory>
#include <mutex>

#include "services/signaling/sip/bounds.hpp"
#include "services/signaling/sip/name_address.hpp"
#include "services/signaling/sip/text.hpp"

namespace phone::signaling {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using OsipMessage = std::unique_ptr<osip_message_t, Free<osip_message_free>>;
using OsipUri = std::unique_ptr<osip_uri_t, Free<osip_uri_free>>;

// The library prints parse errors on stdout unless told not to.
void prepare() {
  static std::once_flag once;
  std::call_once(once, [] {
    parser_init();
    osip_trace_initialize_func(TRACE_LEVEL0, [](const char*, int, osip_trace_level_t, const char*, va_list) {});
  });
}

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

std::string uri_text(const osip_uri_t* uri) {
  char* text = nullptr;
  if (uri == nullptr || osip_uri_to_str(uri, &text) != OSIP_SUCCESS || text == nullptr) return {};
  std::string copy = text;
  osip_free(text);
  return copy;
}

std::string unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

Parameters parameters_of(const osip_list_t& list) {
  Parameters parameters;
  for (int i = 0; i < osip_list_size(&list); ++i) {
    const auto* one = static_cast<const osip_generic_param_t*>(osip_list_get(&list, i));
    parameters.emplace_back(text_of(one->gname), unquoted(text_of(one->gvalue)));
  }
  return parameters;
}

std::string display_text(const char* displayname) { return shown_name(unquoted(text_of(displayname))); }

std::string user_text(const osip_uri_t* uri) {
  if (uri == nullptr) return {};
  return shown_number(text_of(uri->string == nullptr ? uri->username : uri->string));
}

NameAddress address_of(const osip_from_t& from) {
  return {display_text(from.displayname), user_text(from.url), uri_text(from.url), parameters_of(from.gen_params)};
}

// The library takes what it can of a URI; what it would have to guess at is refused.
absl::Status judge_uris(const Message& message) {
  for (std::string_view name : {"From", "To", "Contact", "Route", "Record-Route"}) {
    for (const std::string& item : list_items(message, name)) {
      if (auto status = judge_uri_text(uri_inside(item)); !status.ok())
        return absl::InvalidArgumentError(cat(name, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

// What the grammar library reads by its own rules; all the rest is text to us.
bool structured(std::string_view name) {
  for (std::string_view one :
       {"Via", "From", "To", "Call-ID", "CSeq", "Contact", "Route", "Record-Route", "Max-Forwards"}) {
    if (iequals(name, one)) return true;
  }
  return false;
}

absl::StatusOr<OsipMessage> parse_fields(const Message& message) {
  osip_message_t* raw = nullptr;
  if (osip_message_init(&raw) != OSIP_SUCCESS) return absl::ResourceExhaustedError("out of memory for a message");
  OsipMessage parsed(raw);
  // Start line and body are read elsewhere.
  std::string text = message.is_request ? "OPTIONS sip:phone SIP/2.0\r\n" : "SIP/2.0 200 OK\r\n";
  for (const HeaderField& field : message.fields) {
    if (!structured(field.name)) continue;
    if (field.value.find('\0') != std::string::npos) return absl::InvalidArgumentError("a header field contains NUL");
    text += cat(field.name, ": ", field.value, "\r\n");
  }
  text += "Content-Length: 0\r\n\r\n";
  if (osip_message_parse(parsed.get(), text.data(), text.size()) != OSIP_SUCCESS) {
    return absl::InvalidArgumentError("malformed header field");
  }
  return parsed;
}

}  // namespace

absl::Status read_grammar(Message& message) {
  prepare();
  if (auto status = judge_uris(message); !status.ok()) return status;
  auto parsed = parse_fields(message);
  if (!parsed.ok()) return parsed.status();
  const osip_message_t& osip = **parsed;
  if (osip.from == nullptr || osip.to == nullptr || osip.call_id == nullptr || osip.cseq == nullptr) {
    return absl::InvalidArgumentError("From, To, Call-ID or CSeq is missing");
  }
  for (int i = 0; i < osip_list_size(&osip.vias); ++i) {
    auto* via = static_cast<osip_via_t*>(osip_list_get(&osip.vias, i));
    osip_generic_param_t* branch = nullptr;
    osip_via_param_get_byname(via, const_cast<char*>("branch"), &branch);
    message.vias.push_back(
        {text_of(via->protocol), text_of(via->host), branch == nullptr ? "" : text_of(branch->gvalue)});
  }
  message.from = address_of(*osip.from);
  message.to = address_of(*osip.to);
  for (int i = 0; i < osip_list_size(&osip.contacts); ++i) {
    message.contacts.push_back(address_of(*static_cast<osip_contact_t*>(osip_list_get(&osip.contacts, i))));
  }
  message.call_id = message.field("Call-ID").value_or("");
  auto sequence = number(text_of(osip.cseq->number));
  if (!sequence.has_value() || *sequence >= (uint64_t{1} << 31))
    return absl::InvalidArgumentError("CSeq is out of range");
  message.cseq = static_cast<uint32_t>(*sequence);
  message.cseq_method = text_of(osip.cseq->method);
  if (!message.is_request) message.method = message.cseq_method;
  return absl::OkStatus();
}

absl::Status check_uri(const std::string& text) {
  prepare();
  if (auto status = judge_uri_text(text); !status.ok()) return status;
  osip_uri_t* raw = nullptr;
  if (osip_uri_init(&raw) != OSIP_SUCCESS) return absl::ResourceExhaustedError("out of memory for a URI");
  const OsipUri uri(raw);
  if (text.find(':') == std::string::npos || osip_uri_parse(uri.get(), text.c_str()) != OSIP_SUCCESS)
    return absl::InvalidArgumentError("malformed URI");
  return absl::OkStatus();
}

}  // namespace phone::signaling
