// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/board/diagnostics_lines.hpp"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tools/board/facts.hpp"

namespace phone::board {

namespace fs = std::filesystem;

std::vector<std::string> DiagnosticsDoor::lab_arguments() {
  return {"--remote-diagnostics", "--set", absl::StrCat("vendorConfig/remoteDiagnosticsPort=", kPort)};
}

absl::Status DiagnosticsDoor::place_certificates(const rig::Stage& stage) {
  const fs::path state = stage.state("gateway");
  std::error_code error;
  fs::create_directories(state, error);
  // Certificate and key are one file in the lab.
  for (const auto& [from, to] : {std::pair{"diagnostics-ca.crt", "diagnostics-ca.crt"},
                                 {"diagnostics-door.pem", "diagnostics.crt"},
                                 {"diagnostics-door.pem", "diagnostics.key"}}) {
    if (!error) fs::copy_file(stage.lab() / from, state / to, error);
  }
  return error ? absl::InternalError(absl::StrCat("certificates of remote diagnostics: ", error.message()))
               : absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> DiagnosticsDoor::far_away(const rig::Stage& stage, rig::Phone& phone) {
  const auto network = phone.phonectl({"network", "--json"});
  if (!network.ok()) return network.status();
  for (const auto& address : network->value("address", Json::array())) {
    const std::string text = address.get<std::string>();
    if (!text.starts_with("10.77.0.")) continue;
    const std::string own = (stage.lab() / "diagnostics-client.pem").string();
    std::vector<std::string> words = phone.beside();
    for (const std::string& word :
         {(stage.bin() / "phonectl").string(), std::string("--remote"), absl::StrCat(text, ":", kPort),
          std::string("--authority"), (stage.lab() / "diagnostics-ca.crt").string(), std::string("--certificate"), own,
          std::string("--key"), own, std::string("--server-name"), std::string("phone")})
      words.push_back(word);
    return words;
  }
  return absl::NotFoundError("the phone has no address of IPv4");
}

void line_of_remote_diagnostics(Board& board, const rig::Stage& stage, rig::Phone& phone) {
  board.hold({"remote diagnostics answers", "gateway, at the far end of the cable", [&]() -> Fact {
                auto words = DiagnosticsDoor::far_away(stage, phone);
                if (!words.ok()) return words.status();
                words->insert(words->end(), {"status", "--json"});
                const auto outcome = rig::run({.argv = *words});
                if (!outcome.ok()) return outcome.status();
                const Json status = Json::parse(outcome->output, nullptr, false);
                if (outcome->exit_code != 0 || !status.is_object()) return absl::UnavailableError(outcome->output);
                const Fact registered = is_registered(status);
                if (!registered.ok()) return registered;
                return absl::StrCat("by mutual TLS on port ", DiagnosticsDoor::kPort, ", read-only");
              }});
}

}  // namespace phone::board
