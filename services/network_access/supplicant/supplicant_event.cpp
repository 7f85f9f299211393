// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_event.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/crypto/digest.hpp"
#include "common/text/foreign_text.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxCertificate = 8 * 1024;
constexpr std::size_t kAddressSize = 17;

// "CTRL-EVENT-EAP-SUCCESS2" is another event than "CTRL-EVENT-EAP-SUCCESS".
bool starts_with_word(std::string_view text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  return word.back() == '-' || word.back() == ':' || word.back() == '\'' || text.size() == word.size() ||
         text[word.size()] == ' ';
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

// The text between key' and the last quote before `next`: a subject may hold quotes of its own.
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

CertificateFault fault_of(unsigned number) {
  return number <= static_cast<unsigned>(CertificateFault::kDomainMismatch) ? static_cast<CertificateFault>(number)
                                                                            : CertificateFault::kUnspecified;
}

template <class Event>
SupplicantEvent without_values(std::string_view) {
  return Event{};
}

SupplicantEvent method_proposed(std::string_view rest) {
  return supplicant::MethodProposed{.method = number_after<unsigned>(rest, " method="),
                                    .refused = rest.ends_with(" -> NAK")};
}

SupplicantEvent method_selected(std::string_view rest) {
  return supplicant::MethodSelected{.method = number_after<unsigned>(rest, " method ")};
}

SupplicantEvent certificate_shown(std::string_view rest) {
  const auto at = rest.rfind(" cert=");
  supplicant::PeerCertificateShown shown{
      .depth = number_after<int>(rest, "depth="),
      .subject = text::printable(quoted(rest, "subject='", at != std::string_view::npos ? " cert=" : " hash=")),
      .der = {}};
  if (at == std::string_view::npos) return shown;
  const std::string_view hex = rest.substr(at + 6);
  if (hex.size() > 2 * kMaxCertificate) return shown;
  if (auto der = crypto::unhex(hex); der.ok()) shown.der = *std::move(der);
  return shown;
}

SupplicantEvent certificate_refused(std::string_view rest) {
  return supplicant::PeerCertificateRefused{
      .fault = fault_of(number_after<unsigned>(rest, "reason=")),
      .subject = text::printable(quoted(rest, "subject='", " err=")),
      .reason = text::printable(quoted(rest.substr(std::min(rest.rfind(" err="), rest.size())), "err='", ""))};
}

// The server's own text comes before the number and may hold anything.
SupplicantEvent password_refused(std::string_view rest) {
  return supplicant::PasswordRefused{
      .error = number_after<int>(rest.substr(std::min(rest.rfind("allowed, error "), rest.size())), " error ")};
}

SupplicantEvent tls_alert(std::string_view rest) {
  return supplicant::TlsAlertReceived{.description = text::printable(rest.substr(0, rest.find('\'')), 64)};
}

SupplicantEvent connected(std::string_view rest) {
  return supplicant::Connected{.address = address_after(rest, "Connection to ")};
}

SupplicantEvent disconnected(std::string_view rest) {
  return supplicant::Disconnected{.reason = number_after<int>(rest, " reason=")};
}

SupplicantEvent associated(std::string_view rest) {
  return supplicant::Associated{.address = address_after(rest, " ")};
}

// An SSID may hold anything; the reason comes after it.
SupplicantEvent network_disabled(std::string_view rest) {
  return supplicant::NetworkDisabled{
      .reason =
          text::printable(word_after(rest.substr(std::min(rest.rfind(" reason="), rest.size())), " reason="), 32)};
}

SupplicantEvent authentication_rejected(std::string_view rest) {
  return supplicant::AuthenticationRejected{.algorithm = number_after<unsigned>(rest, "auth_type="),
                                            .status = number_after<int>(rest, "status_code=")};
}

SupplicantEvent association_rejected(std::string_view rest) {
  return supplicant::AssociationRejected{.status = number_after<int>(rest, "status_code=")};
}

SupplicantEvent signal_changed(std::string_view rest) {
  return supplicant::SignalChanged{.dbm = number_after<int>(rest, "signal="),
                                   .above = number_after<int>(rest, "above=") == 1};
}

struct EventName {
  std::string_view text;
  SupplicantEvent (*read)(std::string_view rest);
};
constexpr std::array<EventName, 20> kEventNames = {{
    {"CTRL-EVENT-EAP-STARTED", without_values<supplicant::EapStarted>},
    {"CTRL-EVENT-EAP-PROPOSED-METHOD", method_proposed},
    {"CTRL-EVENT-EAP-METHOD", method_selected},
    {"CTRL-EVENT-EAP-PEER-CERT", certificate_shown},
    {"CTRL-EVENT-EAP-TLS-CERT-ERROR", certificate_refused},
    {"CTRL-EVENT-EAP-STATUS status='remote TLS alert' parameter='", tls_alert},
    {"CTRL-EVENT-EAP-SUCCESS", without_values<supplicant::EapSucceeded>},
    {"CTRL-EVENT-EAP-FAILURE", without_values<supplicant::EapFailed>},
    {"CTRL-EVENT-CONNECTED", connected},
    {"CTRL-EVENT-DISCONNECTED", disconnected},
    {"Associated with", associated},
    {"CTRL-EVENT-NETWORK-NOT-FOUND", without_values<supplicant::NetworkNotFound>},
    {"CTRL-EVENT-SSID-TEMP-DISABLED", network_disabled},
    {"CTRL-EVENT-AUTH-REJECT", authentication_rejected},
    {"CTRL-EVENT-ASSOC-REJECT", association_rejected},
    {"CTRL-EVENT-SCAN-RESULTS", without_values<supplicant::ScanCompleted>},
    {"CTRL-EVENT-SIGNAL-CHANGE", signal_changed},
    {"CTRL-REQ-PASSWORD-", without_values<supplicant::PasswordRequested>},
    {"EAP-MSCHAPV2: failure message:", password_refused},
    {"EAP: Failed to initialize EAP method:", without_values<supplicant::MethodSetupFailed>},
}};

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

std::optional<SupplicantEvent> parse_event(std::string_view datagram) {
  if (datagram.size() < 4 || datagram.size() > kMaxControlDatagram || datagram[0] != '<' || datagram[2] != '>' ||
      datagram[1] < '0' || datagram[1] > '9') {
    return std::nullopt;
  }
  datagram.remove_prefix(3);
  while (!datagram.empty() && datagram.back() == '\n') datagram.remove_suffix(1);
  for (const EventName& name : kEventNames) {
    if (starts_with_word(datagram, name.text)) return name.read(datagram.substr(name.text.size()));
  }
  return std::nullopt;
}

}  // namespace phone::network
