// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/trust_store/storage/settings_file.hpp"

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "common/flash/state_file.hpp"

namespace phone::trust {
namespace {

constexpr char kFile[] = "settings.json";
constexpr std::size_t kLargest = 128 * 1024;  // certificates of SRST routers are the most of it

}  // namespace

Settings load_settings(const std::filesystem::path& directory) {
  const auto content = flash::read_state(directory / kFile, kLargest);
  if (!content) {
    std::error_code unknown;
    Settings settings;
    settings.locked = std::filesystem::exists(directory / kFile, unknown);
    return settings;
  }
  const nlohmann::json object = nlohmann::json::parse(*content, nullptr, false);
  if (!object.is_object()) return {};
  Settings settings;
  settings.fips = object.contains("fips") && object["fips"] == true;
  settings.tls.fips = settings.fips;
  if (object.contains("tls_minimum") && object["tls_minimum"].is_number_unsigned()) {
    const auto minimum = object["tls_minimum"].get<std::uint64_t>();
    if (minimum >= tls::kTls10 && minimum <= tls::kTls13) {
      settings.tls.client_minimum = static_cast<std::uint16_t>(minimum);
    }
  }
  if (object.contains("tls_switched_off") && object["tls_switched_off"].is_number_unsigned()) {
    settings.tls.switched_off = static_cast<std::uint8_t>(object["tls_switched_off"].get<std::uint64_t>() & 0xFEU);
  }
  if (object.contains("device_name") && object["device_name"].is_string()) {
    settings.device_name = object["device_name"].get<std::string>();
  }
  settings.locked = object.contains("locked") && object["locked"] == true;
  if (object.contains("srst_certificates") && object["srst_certificates"].is_array()) {
    for (const nlohmann::json& one : object["srst_certificates"]) {
      std::string der;
      if (one.is_string() && absl::Base64Unescape(one.get<std::string>(), &der))
        settings.srst_certificates.push_back(der);
    }
  }
  if (!object.contains("tvs") || !object["tvs"].is_array()) return settings;
  for (const nlohmann::json& server : object["tvs"]) {
    if (!server.is_object() || !server.contains("host") || !server["host"].is_string()) continue;
    if (!server.contains("port") || !server["port"].is_number_unsigned()) continue;
    settings.tvs.push_back({server["host"].get<std::string>(), server["port"].get<std::uint16_t>()});
  }
  return settings;
}

absl::Status store_settings(const std::filesystem::path& directory, const Settings& settings) {
  nlohmann::json servers = nlohmann::json::array();
  for (const TvsServer& server : settings.tvs) servers.push_back({{"host", server.host}, {"port", server.port}});
  nlohmann::json srst = nlohmann::json::array();
  for (const std::string& der : settings.srst_certificates) srst.push_back(absl::Base64Escape(der));
  const nlohmann::json object = {{"fips", settings.fips},
                                 {"tls_minimum", settings.tls.client_minimum},
                                 {"tls_switched_off", settings.tls.switched_off},
                                 {"device_name", settings.device_name},
                                 {"tvs", servers},
                                 {"srst_certificates", srst},
                                 {"locked", settings.locked}};
  return flash::write_state(directory / kFile, object.dump(1, ' ', true, nlohmann::json::error_handler_t::replace));
}

}  // namespace phone::trust
