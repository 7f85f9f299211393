// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/switch_lines.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/product/product.hpp"
#include "tools/board/words.hpp"

namespace phone::board {
namespace {

using rig::Pc;
using Fact = absl::StatusOr<std::string>;

constexpr char kPhoneAddress[] = "0a:1b:2c:3d:4e:5f";  // namespace.sh
constexpr char kServer[] = "radius.lab.test";          // wired_pki.sh
constexpr absl::Duration kProxyLogoff = absl::Seconds(1);

// The certificates of a PEM file that may hold keys as well.
std::string certificates_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  const std::string all(std::istreambuf_iterator<char>(in), {});
  const auto start = all.find("-----BEGIN CERTIFICATE-----");
  return start == std::string::npos ? "" : all.substr(start);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Switch>> Switch::set_up(const rig::Stage& stage, rig::Phone& phone,
                                                       const std::string& device) {
  std::unique_ptr<Switch> made(new Switch(stage, phone));
  if (auto done = made->port_.make_certificates(device); !done.ok()) return done;
  std::ofstream clients(made->port_.file("clients.pem"));
  clients << certificates_of(made->port_.file("authority.pem")) << certificates_of(stage.lab() / "manufacturing.pem");
  clients.close();
  const std::string users = absl::StrCat("\"", product::product_id(), "-", device, "\" TLS");
  if (auto done =
          made->port_.start({.clients = "clients", .users = {users, absl::StrCat("\"", Pc::kIdentity, "\" TLS")}});
      !done.ok()) {
    return done;
  }
  auto pc = Pc::plug_in(phone);
  if (!pc.ok()) return pc.status();
  made->pc_ = *std::move(pc);
  return made;
}

Fact Switch::says(const std::string& address) const {
  if (!port_.authorized(address)) return absl::NotFoundError(absl::StrCat(address, " is not authorized"));
  return absl::StrCat(address, " is authorized");
}

void Switch::lines_until_both_are_authenticated(Board& board) {
  board.hold({"802.1X switched on in the phone's menu", "network_access", [this]() -> Fact {
                const auto applied =
                    phone_.phonectl_text({"network", "802.1x", "tls", "--certificate", "mic", "--authority",
                                          port_.file("authority.pem").string(), "--server", kServer});
                if (applied.exit_code != 0) return absl::UnavailableError(applied.output);
                return absl::StrCat("EAP-TLS with the MIC; ", kServer, " is the server it accepts");
              }});
  line_that_the_phone_is_authenticated(board, "the phone is authenticated at its switch port");
  board.hold({"the switch lets the phone in", "hostapd", [this] { return says(kPhoneAddress); }});
  board.hold({"the PC behind the phone is authenticated", "hostapd", [this]() -> Fact {
                static bool started = false;
                if (!started) {
                  if (!pc_->has_link()) return absl::NotFoundError("the PC has no link");
                  if (auto done = pc_->start_supplicant(port_); !done.ok()) return done;
                  started = true;
                }
                return says(Pc::kAddress);
              }});
}

void Switch::lines_when_the_pc_leaves(Board& board) {
  absl::Time out;
  board.hold({"the PC leaves and the switch hears of it", "hostapd",
              [&]() -> Fact {
                if (out == absl::Time()) {
                  if (pc_->run({"ip", "link", "set", "pc0", "down"}).exit_code != 0) {
                    return absl::InternalError("the PC's cable is stuck");
                  }
                  out = absl::Now();
                }
                if (port_.authorized(Pc::kAddress)) return absl::NotFoundError("the switch still lets the PC in");
                return absl::StrCat("after ", absl::ToInt64Milliseconds(absl::Now() - out), " ms");
              },
              kProxyLogoff});
  board.hold({"the phone's own session is untouched", "hostapd", [this] { return says(kPhoneAddress); }});
}

void Switch::line_that_the_phone_is_authenticated(Board& board, const std::string& when) {
  board.hold({when, "network_access", [this]() -> Fact {
                auto network = phone_.phonectl({"network", "--json"});
                if (!network.ok()) return network.status();
                const auto access = network->value("wiredAccess", nlohmann::json::object());
                if (access.value("state", "") != "ACCESS_STATE_AUTHENTICATED") {
                  return absl::NotFoundError(
                      absl::StrCat(word_of(access.value("state", "no state")), " ", access.value("causeText", "")));
                }
                return absl::StrCat(access.value("method", ""), ", ", access.value("tlsVersion", ""), ", as ",
                                    access.value("identity", ""));
              }});
}

}  // namespace phone::board
