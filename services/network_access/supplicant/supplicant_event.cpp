// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_event.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/crypto/digest.hpp"

namespace phone::network {
namespace {

using Kind = SupplicantEvent::Kind;

constexpr std::size_t kMaxCertificate = 8 * 1024;
constexpr std::size_t kAddressSize = 17;

struct Word {
  std::string_view text;
  Kind kind;
};
constexpr std::array<Word, 20> kWords = {{
    {"CTRL-EVENT-EAP-STARTED", Kind::kEapStarted},
    {"CTRL-EVENT-EAP-PROPOSED-METHOD", Kind::kMethodProposed},
    {"CTRL-EVENT-EAP-METHOD", Kind::kMethodSelected},
    {"CTRL-EVENT-EAP-PEER-CERT", Kind::kPeerCertificate},
    {"CTRL-EVENT-EAP-TLS-CERT-ERROR", Kind::kCertificateError},
    {"CTRL-EVENT-EAP-SUCCESS", Kind::kEapSuccess},
    {"CTRL-EVENT-EAP-FAILURE", Kind::kEapFailure},
    {"CTRL-EVENT-CONNECTED", Kind::kConnected},
    {"CTRL-EVENT-DISCONNECTED", Kind::kDisconnected},
    {"CTRL-EVENT-TERMINATING", Kind::kTerminating},
    {"Associated with", Kind::kAssociated},
    {"CTRL-EVENT-NETWORK-NOT-FOUND", Kind::kNetworkNotFound},
    {"CTRL-EVENT-SSID-TEMP-DISABLED", Kind::kNetworkDisabled},
    {"CTRL-EVENT-AUTH-REJECT", Kind::kRejected},
    {"CTRL-EVENT-ASSOC-REJECT", Kind::kAssociationRefused},
    {"CTRL-EVENT-SCAN-RESULTS", Kind::kScanResults},
    {"CTRL-EVENT-SIGNAL-CHANGE", Kind::kSignalChange},
    {"CTRL-REQ-PASSWORD-", Kind::kPasswordWanted},
    {"EAP-MSCHAPV2: failure message:", Kind::kPasswordRefused},
    {"EAP: Failed to initialize EAP method:", Kind::kMethodUnusable},
}};

// A word is whole: "CTRL-EVENT-EAP-SUCCESS2" is another one.
bool starts_with_word(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  return word.back() == '-' || word.back() == ':' || text.size() == word.size() || text[word.size()] == ' ';
}

template <class Number>
Number number_after(std::string_view text, std::string_view key) {
  Number value = 0;
  const auto at = text.find(key);
  if (at == std::string_view::npos) return value;
  const std::string_view digits = text.substr(at + key.size());
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return read.ec == std::errc() ? value : 0;
}

// What stands between key' and the last quote before `next`: a subject may hold quotes of its own.
std::string_view quoted(std::string_view text, std::string_view key, std::string_view next) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  const auto limit = next.empty() ? std::string_view::npos : text.rfind(next);
  const auto end = text.substr(0, limit).rfind('\'');
  return end == std::string_view::npos ? text.substr(0, limit) : text.substr(0, end);
}

std::string address_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view address = text.substr(at + key.size(), kAddressSize);
  return is_hardware_address(address) ? std::string(address) : "";
}

std::string_view word_after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find(' '));
}

void read_wlan(std::string_view rest, SupplicantEvent& event) {
  switch (event.kind) {
    case Kind::kConnected:
      event.address = address_after(rest, "Connection to ");
      break;
    case Kind::kAssociated:
      event.address = address_after(rest, " ");
      break;
    case Kind::kDisconnected:
      event.address = address_after(rest, "bssid=");
      event.number = number_after<int>(rest, " reason=");
      break;
    case Kind::kRejected:
      event.address = address_after(rest, " ");
      event.method = number_after<unsigned>(rest, "auth_type=");
      event.number = number_after<int>(rest, "status_code=");
      break;
    case Kind::kAssociationRefused:
      event.address = address_after(rest, "bssid=");
      event.number = number_after<int>(rest, "status_code=");
      break;
    case Kind::kNetworkDisabled:
      // An SSID may hold anything; the reason comes after it.
      event.text = printable(word_after(rest.substr(std::min(rest.rfind(" reason="), rest.size())), " reason="), 32);
      break;
    case Kind::kSignalChange:
      event.above = number_after<int>(rest, "above=") == 1;
      event.number = number_after<int>(rest, "signal=");
      break;
    default:
      break;
  }
}

CertificateFault fault_of(unsigned number) {
  return number <= static_cast<unsigned>(CertificateFault::kDomainMismatch) ? static_cast<CertificateFault>(number)
                                                                            : CertificateFault::kUnspecified;
}

void read_certificate(std::string_view rest, SupplicantEvent& event) {
  event.depth = number_after<int>(rest, "depth=");
  const auto at = rest.rfind(" cert=");
  event.subject = printable(quoted(rest, "subject='", at != std::string_view::npos ? " cert=" : " hash="));
  if (at == std::string_view::npos) return;
  const std::string_view hex = rest.substr(at + 6);
  if (hex.size() > 2 * kMaxCertificate) return;
  if (auto der = crypto::unhex(hex); der.ok()) event.der = *std::move(der);
}

}  // namespace

bool is_hardware_address(std::string_view text) {
  if (text.size() != kAddressSize) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (at % 3 == 2 ? c != ':' : !digit) return false;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string clean(text.substr(0, limit));
  for (char& c : clean) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return clean;
}

std::optional<SupplicantEvent> parse_event(std::string_view datagram) {
  if (datagram.size() < 4 || datagram.size() > kMaxControlDatagram || datagram[0] != '<' || datagram[2] != '>' ||
      datagram[1] < '0' || datagram[1] > '9') {
    return std::nullopt;
  }
  datagram.remove_prefix(3);
  while (!datagram.empty() && datagram.back() == '\n') datagram.remove_suffix(1);
  SupplicantEvent event;
  std::string_view rest;
  for (const Word& word : kWords) {
    if (!starts_with_word(datagram, word.text)) continue;
    event.kind = word.kind;
    rest = datagram.substr(word.text.size());
    break;
  }
  switch (event.kind) {
    case Kind::kMethodProposed:
      event.method = number_after<unsigned>(rest, " method=");
      event.refused = rest.ends_with(" -> NAK");
      break;
    case Kind::kMethodSelected:
      event.method = number_after<unsigned>(rest, " method ");
      break;
    case Kind::kPeerCertificate:
      read_certificate(rest, event);
      break;
    case Kind::kCertificateError:
      event.fault = fault_of(number_after<unsigned>(rest, "reason="));
      event.depth = number_after<int>(rest, "depth=");
      event.subject = printable(quoted(rest, "subject='", " err="));
      event.text = printable(quoted(rest.substr(std::min(rest.rfind(" err="), rest.size())), "err='", ""));
      break;
    case Kind::kPasswordRefused:
      event.text = printable(rest);
      // The server's own words come before it and may hold anything.
      event.number = number_after<int>(rest.substr(std::min(rest.rfind("allowed, error "), rest.size())), " error ");
      break;
    default:
      read_wlan(rest, event);
      break;
  }
  return event;
}

}  // namespace phone::network
