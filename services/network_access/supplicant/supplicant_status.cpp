// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/supplicant_status.hpp"

#include <charconv>

#include "common/text/foreign_text.hpp"
#include "services/network_access/supplicant/supplicant_event.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxReply = 8 * 1024;
constexpr std::size_t kMaxValue = 128;

// "13 (EAP-TLS)" is EAP-TLS.
std::string method_name(std::string_view value) {
  const auto open = value.find('(');
  const auto close = value.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close <= open) return {};
  return text::printable(value.substr(open + 1, close - open - 1), kMaxValue);
}

template <class Number>
Number number(std::string_view text) {
  Number value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() ? value : Number{0};
}

template <class Each>
void each_line(std::string_view reply, Each each) {
  reply = reply.substr(0, kMaxReply);
  while (!reply.empty()) {
    const auto end = reply.find('\n');
    const std::string_view line = reply.substr(0, end);
    reply.remove_prefix(end == std::string_view::npos ? reply.size() : end + 1);
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) each(line.substr(0, equals), line.substr(equals + 1));
  }
}

}  // namespace

SupplicantStatus parse_status(std::string_view reply) {
  SupplicantStatus status;
  bool done = false, sure = false;
  each_line(reply, [&](std::string_view key, std::string_view value) {
    if (key == "Supplicant PAE state") status.pae_state = text::printable(value, kMaxValue);
    if (key == "EAP state") status.eap_state = text::printable(value, kMaxValue);
    if (key == "suppPortStatus") status.port_authorized = value == "Authorized";
    if (key == "selectedMethod") status.method = method_name(value);
    if (key == "eap_tls_version") status.tls_version = text::printable(value, kMaxValue);
    if (key == "EAP TLS cipher") status.tls_cipher = text::printable(value, kMaxValue);
    if (key == "methodState") done = value == "DONE";
    if (key == "decision") sure = value == "UNCOND_SUCC";
    if (key == "wpa_state") status.wpa_state = text::printable(value, kMaxValue);
    if (key == "bssid" && is_hardware_address(value)) status.bssid = value;
    if (key == "key_mgmt") status.key_management = text::printable(value, kMaxValue);
    if (key == "pairwise_cipher") status.cipher = text::printable(value, kMaxValue);
    if (key == "freq") status.frequency = number<unsigned>(value);
    if (key == "pmf") status.protected_management = value != "0";
  });
  status.method_done = done && sure;
  return status;
}

int parse_signal(std::string_view reply) {
  int signal = 0;
  each_line(reply, [&signal](std::string_view key, std::string_view value) {
    if (key == "RSSI") signal = number<int>(value);
  });
  return signal;
}

}  // namespace phone::network
