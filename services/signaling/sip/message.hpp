// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A SIP message as this phone handles it: the header fields as text in their order, and the few that decide something,
// read by the grammar.
namespace phone::signaling {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct HeaderField {
  std::string name;  // long form
  std::string value;
};

// name-addr or addr-spec with header parameters: From, To, Contact.
struct NameAddress {
  std::string display;  // clean (common/text/foreign_text.hpp), as is `user`
  std::string user;     // of the URI
  std::string uri;
  Parameters parameters;
  std::optional<std::string> parameter(std::string_view name) const;
};

struct Via {
  std::string transport;
  std::string host;
  std::string branch;
};

struct Message {
  bool is_request = false;
  std::string method;  // of a response: the CSeq's
  std::string uri;
  int status = 0;
  std::string phrase;  // of a message received: clean
  std::vector<HeaderField> fields;
  std::string body;

  // Filled by the parser; empty in messages being built.
  std::vector<Via> vias;
  NameAddress from;
  NameAddress to;
  std::vector<NameAddress> contacts;
  std::string call_id;
  uint32_t cseq = 0;
  std::string cseq_method;

  std::optional<std::string> field(std::string_view name) const;  // the first of that name
  // field() as it may be shown: clean, and empty when there is none. For Reason, Warning and the like.
  std::string text(std::string_view name) const;
  std::vector<std::string> fields_named(std::string_view name) const;
  size_t count(std::string_view name) const;
  Message& add(std::string name, std::string value);
  std::string from_tag() const { return from.parameter("tag").value_or(""); }
  std::string to_tag() const { return to.parameter("tag").value_or(""); }
};

// The comma-separated items of all fields of a name; commas in quotes and angle brackets do not separate.
std::vector<std::string> list_items(const Message& message, std::string_view name);

// ";a=b;c" -> pairs; quotes are taken off values.
Parameters parse_parameters(std::string_view text);

// Wire form; Content-Length is written here and nowhere else.
std::string write(const Message& message);

// A response to a request: Via, From, To (with `to_tag` unless it has one), Call-ID, CSeq, Record-Route copied (RFC
// 3261 section 8.2.6).
Message make_response(const Message& request, int status, std::string phrase, std::string_view to_tag);

std::string_view default_phrase(int status);

}  // namespace phone::signaling
