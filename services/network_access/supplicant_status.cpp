#include "services/network_access/supplicant_status.hpp"

#include "services/network_access/supplicant_event.hpp"

namespace phone::network {
namespace {

constexpr std::size_t kMaxReply = 8 * 1024;
constexpr std::size_t kMaxValue = 128;

// "13 (EAP-TLS)" is EAP-TLS.
std::string method_name(std::string_view value) {
  const auto open = value.find('(');
  const auto close = value.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close <= open) return {};
  return printable(value.substr(open + 1, close - open - 1), kMaxValue);
}

}  // namespace

SupplicantStatus parse_status(std::string_view reply) {
  SupplicantStatus status;
  reply = reply.substr(0, kMaxReply);
  while (!reply.empty()) {
    const auto end = reply.find('\n');
    const std::string_view line = reply.substr(0, end);
    reply.remove_prefix(end == std::string_view::npos ? reply.size() : end + 1);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    if (key == "Supplicant PAE state") status.pae_state = printable(value, kMaxValue);
    if (key == "EAP state") status.eap_state = printable(value, kMaxValue);
    if (key == "suppPortStatus") status.port_authorized = value == "Authorized";
    if (key == "selectedMethod") status.method = method_name(value);
    if (key == "eap_tls_version") status.tls_version = printable(value, kMaxValue);
    if (key == "EAP TLS cipher") status.tls_cipher = printable(value, kMaxValue);
  }
  return status;
}

}  // namespace phone::network
