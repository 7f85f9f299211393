// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/sip/mutated_sip.hpp"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tools/lab/sip/sip_common.hpp"

namespace phone::lab {
namespace {

constexpr size_t kMostKept = 40, kMostOctets = 60'000;
constexpr unsigned kFirstCseq = 100'000;  // above what the call itself has used
constexpr std::string_view kOctets("\0\r\n\t \";<>=,@:%\\0129azAZ\x7f\x80\xff", 27);

// The head as it is but for its Content-Length, which states what follows.
std::string framed(const std::string& bytes) {
  const size_t end = std::min(bytes.find("\r\n\r\n"), bytes.size());
  const std::string body = end + 4 <= bytes.size() ? bytes.substr(end + 4) : "";
  std::string head;
  for (size_t at = 0; at < end;) {
    const size_t next = std::min(bytes.find("\r\n", at), end);
    const std::string line = bytes.substr(at, next - at);
    const std::string name = line.substr(0, line.find_first_of(": \t"));
    if (!line.empty() && !same_word(name, "Content-Length") && !same_word(name, "l"))
      absl::StrAppend(&head, line, "\r\n");
    at = next + 2;
  }
  return absl::StrCat(head, "Content-Length: ", body.size(), "\r\n\r\n", body);
}

}  // namespace

void MutatedSip::sent(const std::string& text) {
  const auto message = parse_sip(text);
  if (!message) return;
  const bool inside = message->is_request() && sip_has_parameter(message->header("To"), "tag");
  const std::string method = message->is_request() ? message->method : sip_cseq_method(*message);
  if (method == "INVITE" && message->status < 300 && message->status / 100 != 1 && !inside) dialog_ = text;
  if (method == "BYE" || method == "CANCEL" || message->status >= 300) return;
  if (inside && !message->body.empty()) return;
  recent_.push_back(text);
  if (recent_.size() > kMostKept) recent_.pop_front();
}

// Requests of the far end in the call that stands, without a body.
std::vector<std::string> MutatedSip::in_dialog() const {
  const auto known = parse_sip(dialog_);
  if (!known) return {};
  const bool ours = known->is_request();  // our INVITE: the phone's tag is not known to it, which is a case too
  std::vector<std::string> all;
  for (const char* method : {"UPDATE", "OPTIONS", "INFO", "NOTIFY", "REFER", "SUBSCRIBE", "PRACK"}) {
    SipMessage one;
    one.method = method;
    one.uri = "sip:phone@phone";
    one.add("Via", absl::StrCat("SIP/2.0/TLS lab;branch=z9hG4bK", method, made_))
        .add("From", known->header(ours ? "From" : "To"))
        .add("To", known->header(ours ? "To" : "From"))
        .add("Call-ID", known->header("Call-ID"))
        .add("CSeq", absl::StrCat(kFirstCseq + made_, " ", method))
        .add("Max-Forwards", "70")
        .add("Contact", "<sip:lab@lab;transport=tls>")
        .add("Event", "refer")
        .add("Refer-To", "<sip:1@lab>")
        .add("RAck", "1 1 INVITE");
    all.push_back(one.text());
  }
  return all;
}

std::string MutatedSip::changed(std::string bytes) {
  for (size_t changes = 1 + below(4); changes > 0; --changes) {
    const size_t at = below(bytes.size()), length = std::min(below(40), bytes.size() - at);
    switch (below(6)) {
      case 0:
        bytes[at] = kOctets[below(kOctets.size())];
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      case 3:
        bytes.insert(at, std::string(below(300), kOctets[below(kOctets.size())]));
        break;
      case 4:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      default:
        bytes.insert(std::min(bytes.find("\r\n"), bytes.size() - 2) + 2, bytes.substr(at, length) + "\r\n");
    }
    if (bytes.size() < 2) bytes = "SIP/2.0";
    if (bytes.size() > kMostOctets) bytes.resize(kMostOctets);
  }
  return bytes;
}

std::string MutatedSip::next() {
  std::vector<std::string> all(recent_.begin(), recent_.end());
  for (std::string& one : in_dialog()) all.push_back(std::move(one));
  if (all.empty()) return "";
  ++made_;
  return framed(changed(all[below(all.size())]));
}

}  // namespace phone::lab
