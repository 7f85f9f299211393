// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A SIP message as the call manager needs it: the start line, headers in order, a body (RFC 3261 section 7).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phone::lab {

struct SipMessage {
  std::string method, uri;  // of a request
  int status = 0;           // of a response; 0 in a request
  std::string reason;
  struct Header {
    std::string name, value;
  };
  std::vector<Header> headers;
  std::string body;

  bool is_request() const { return status == 0; }
  std::string header(std::string_view name) const;  // the first, or nothing
  std::vector<std::string> all(std::string_view name) const;
  SipMessage& add(std::string name, std::string value);
  std::string text() const;  // Content-Length is written here
};

// One whole message; compact header names become long ones, folded lines one line.
std::optional<SipMessage> parse_sip(std::string_view text);

// Pieces of header values.
std::string sip_uri(const std::string& value);                                 // "<sip:a@b;x>;tag=1" -> "sip:a@b;x"
std::string sip_user(const std::string& value);                                // -> "a"
std::string sip_parameter(const std::string& value, const std::string& name);  // outside the angle brackets
bool sip_has_parameter(const std::string& value, const std::string& name);
unsigned sip_cseq(const SipMessage& message);
std::string sip_cseq_method(const SipMessage& message);
std::string sip_branch(const SipMessage& message);              // of the top Via
bool same_word(std::string_view left, std::string_view right);  // ASCII, without case

// Takes a stream apart into messages.
class SipFramer {
 public:
  void append(std::string_view bytes) { buffer_ += bytes; }
  std::optional<std::string> next();
  bool broken() const { return broken_; }  // nothing more can be parsed
  unsigned take_pings();                   // CRLF CRLF keepalives since the last call (RFC 5626 section 4.4.1)

 private:
  std::string buffer_;
  bool broken_ = false;
  bool line_ends_ = false;  // an odd number of them so far
  unsigned pings_ = 0;
};

}  // namespace phone::lab
