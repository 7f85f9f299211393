// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/network_access/supplicant/eap_frames.hpp"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <array>

#include "services/network_access/link/eapol.hpp"
#include "services/network_access/link/eapol_socket.hpp"

namespace phone::network {
namespace {

constexpr int kBuffer = 32 * 1024;  // an authentication has about ten frames
constexpr int kMost = 64;           // frames of no interest that are read in a row

}  // namespace

absl::StatusOr<EapFrames> EapFrames::open(const std::string& port) {
  auto socket = open_eapol_socket(port, kBuffer);
  if (!socket.ok()) return socket.status();
  return EapFrames(*std::move(socket));
}

std::optional<SupplicantEvent> EapFrames::next() const {
  std::array<char, 2048> buffer;
  for (int read = 0; read < kMost; ++read) {
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        recvfrom(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return std::nullopt;
    const auto frame = parse_eapol({buffer.data(), static_cast<std::size_t>(got)});
    if (!frame || frame->type != EapolType::kEapPacket) continue;
    // To the port's own address, or to the group: a switch may answer to it, and there is no other station here.
    if (from.sll_pkttype != PACKET_HOST && frame->destination != kPaeGroup) continue;
    if (frame->code == static_cast<std::uint8_t>(EapCode::kSuccess)) return supplicant::SuccessFrameSeen{};
    if (frame->code == static_cast<std::uint8_t>(EapCode::kFailure)) return supplicant::FailureFrameSeen{};
  }
  return std::nullopt;
}

}  // namespace phone::network
