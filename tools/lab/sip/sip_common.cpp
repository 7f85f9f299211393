// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/sip_common.hpp"

#include <openssl/rand.h>

#include "tools/lab/identity.hpp"

namespace phone::lab {

SipMessage respond_to(const SipMessage& request, int status, const std::string& reason, const std::string& tag) {
  SipMessage response{.method = {}, .uri = {}, .status = status, .reason = reason, .headers = {}, .body = {}};
  for (const std::string& via : request.all("Via")) response.add("Via", via);
  response.add("From", request.header("From"));
  std::string to = request.header("To");
  if (status > 100 && !sip_has_parameter(to, "tag")) to += ";tag=" + tag;
  response.add("To", to);
  response.add("Call-ID", request.header("Call-ID"));
  response.add("CSeq", request.header("CSeq"));
  response.add("Server", "phone-lab");
  return response;
}

SipMessage ack_of_refusal(const SipMessage& invite, const SipMessage& refusal) {
  SipMessage ack{.method = "ACK", .uri = invite.uri, .status = 0, .reason = {}, .headers = {}, .body = {}};
  for (const char* name : {"Via", "Max-Forwards", "From"}) ack.add(name, invite.header(name));
  ack.add("To", refusal.header("To")).add("Call-ID", invite.header("Call-ID"));
  ack.add("CSeq", std::to_string(sip_cseq(invite)) + " ACK");
  return ack;
}

void number_as(SipMessage& ack, const SipMessage& invite) {
  for (auto& header : ack.headers) {
    if (header.name == "CSeq") header.value = absl::StrCat(sip_cseq(invite), " ACK");
  }
}

SipMessage cancel_of(const SipMessage& invite) {
  SipMessage cancel{.method = "CANCEL", .uri = invite.uri, .status = 0, .reason = {}, .headers = {}, .body = {}};
  for (const char* name : {"Via", "Max-Forwards", "From", "To", "Call-ID"}) cancel.add(name, invite.header(name));
  cancel.add("CSeq", std::to_string(sip_cseq(invite)) + " CANCEL");
  return cancel;
}

std::string random_token() {
  std::string bytes(8, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return hex(bytes);
}

std::string uri_host(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

}  // namespace phone::lab
