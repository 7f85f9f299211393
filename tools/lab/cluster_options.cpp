// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tools/lab/commands.hpp"

namespace phone::lab {
namespace {

struct ModeWord {
  const char* text;
  SecurityMode mode;
};
constexpr ModeWord kModes[] = {{"nonsecure", SecurityMode::kNonsecure},
                               {"authenticated", SecurityMode::kAuthenticated},
                               {"encrypted", SecurityMode::kEncrypted}};
std::vector<std::string> mode_words() {
  std::vector<std::string> all;
  for (const ModeWord& row : kModes) all.emplace_back(row.text);
  return all;
}

absl::StatusOr<KeyOrder> parse_key(const std::string& text) {
  const bool ec = text.starts_with("ec");
  if (!ec && !text.starts_with("rsa")) return absl::InvalidArgumentError(absl::StrCat("no such key: ", text));
  const std::string bits = text.substr(ec ? 2 : 3);
  for (const char* known : {"512", "1024", "2048", "3072", "4096", "256", "384", "521"}) {
    if (bits == known) return KeyOrder{ec, static_cast<unsigned>(std::stoul(bits))};
  }
  return absl::InvalidArgumentError(absl::StrCat("no such key: ", text));
}

std::string first_line(std::string text) {
  const size_t end = text.find_first_of("\r\n");
  return end == std::string::npos ? text : text.substr(0, end);
}

absl::Status add_devices(const ClusterOptions& options, const Pki& pki, Devices& devices) {
  auto key = parse_key(options.key);
  if (!key.ok()) return key.status();
  Device pattern{.key = *key};
  pattern.operation = capf_operation(options.capf_mode);
  pattern.auth = capf_auth(options.capf_auth);
  if (!options.auth_string_file.empty()) {
    auto secret = read_file(options.auth_string_file);
    if (!secret.ok()) return secret.status();
    pattern.auth_string = first_line(*std::move(secret));
  }
  unsigned number = 1001;
  for (const std::string& text : options.devices) {
    const size_t equals = text.find('=');
    Device device = pattern;
    device.name = text.substr(0, equals);
    device.number = equals == std::string::npos ? absl::StrCat(number++) : text.substr(equals + 1);
    const bool has_lsc = std::filesystem::exists(pki.lsc_file(device.name));
    if (options.capf_mode == "install" && has_lsc) device.operation = CapfOperation::kNone;
    devices.add(std::move(device));
  }
  return absl::OkStatus();
}

}  // namespace

void add_cluster_options(CLI::App& command, ClusterOptions& options) {
  command.add_option("--dir", options.dir, "folder of the PKI")->required();
  command.add_option("--device", options.devices, "SEP<MAC>[=directory number], numbers from 1001")->required();
  command.add_option("--host", options.plan.host, "address given to the phones; serve: that of --bind");
  command.add_option("--http-port", options.plan.ports.http)->capture_default_str();
  command.add_option("--https-port", options.plan.ports.https)->capture_default_str();
  command.add_option("--tvs-port", options.plan.ports.tvs)->capture_default_str();
  command.add_option("--capf-port", options.plan.ports.capf)->capture_default_str();
  command.add_option("--sip-port", options.plan.ports.sip)->capture_default_str();
  command.add_option("--sip-tcp-port", options.plan.ports.sip_tcp, "of the nonsecure mode, served only in that mode")
      ->capture_default_str();
  command.add_option("--call-manager", options.plan.call_managers,
                     "address of a further member of the group, at the same ports: another phone-lab serves it");
  command.add_option("--srst-router", options.plan.srst_routers, "address of an SRST router, likewise");
  command.add_option("--srst-certificate", options.srst_certificate, "which the configuration has for SRST routers")
      ->check(CLI::IsMember({"srst", "srst-other", "none"}))
      ->capture_default_str();
  command.add_flag("--sip-oauth", options.plan.sip_oauth, "the phone registers with a token over its own port");
  command.add_option("--sip-oauth-port", options.plan.ports.sip_oauth)->capture_default_str();
  command.add_option("--oauth-port", options.plan.ports.oauth, "of the authorization service")->capture_default_str();
  command.add_option("--signer-version", options.signer_version, "of the ITL; 1.1 switches EC and HTTPS on")
      ->check(CLI::IsMember({"1.0", "1.1"}))
      ->capture_default_str();
  command.add_option("--hash", options.hash)->check(CLI::IsMember({"sha1", "sha512"}))->capture_default_str();
  command.add_flag("--no-ctl", options.no_ctl, "a cluster that is not in mixed mode");
  command.add_flag("--regenerated", options.regenerated,
                   "the call manager has a new certificate that is on no list: only TVS vouches for it");
  command.add_flag("--rollback", options.rollback,
                   "the ITL names neither TFTP nor TVS: the cluster is prepared to go back");
  command.add_option("--signed-at", options.signed_at, "Unix seconds in every list and file, instead of the real ones");
  command.add_flag("--plain-configuration", options.plain_configuration, "signed but not encrypted");
  command
      .add_option("--security-mode", options.security_mode,
                  "of the devices; nonsecure is SIP over TCP, authenticated TLS with NULL suites")
      ->check(CLI::IsMember(mode_words()))
      ->capture_default_str();
  command.add_flag("--unprotected", options.unprotected, "no secure indication tone");
  command.add_option("--watch", options.plan.watched, "number of a button that shows its state (BLF)");
  command.add_option_function<std::vector<std::string>>(
      "--park-slot",
      [&options](const std::vector<std::string>& all) {
        for (const std::string& one : all) {
          const size_t equals = one.find('=');
          options.plan.park_slots[one.substr(0, equals)] = equals == std::string::npos ? "" : one.substr(equals + 1);
        }
      },
      "NUMBER=PREFIX: a number of directed park with a button of its own, fetched from with the prefix");
  command.add_flag("--remote-diagnostics", options.plan.remote_diagnostics);
  command.add_option("--codecs", options.plan.codecs)->delimiter(',')->capture_default_str();
  command.add_option("--srtp-suites", options.plan.suites)->delimiter(',')->capture_default_str();
  command.add_option("--keepalive", options.plan.keepalive_seconds, "seconds; Expires of the 200 OK too")
      ->capture_default_str();
  command.add_option("--version-stamp", options.plan.version_stamp)->capture_default_str();
  command.add_option("--auto-registration", options.plan.auto_registration,
                     "serve XMLDefault.cnf.xml: the number that unknown phones register under");
  command.add_flag("--genuine", options.plan.genuine,
                   "write the configuration with all that a call manager of version 12.5 writes besides");
  command.add_option("--set", options.set, "path/below/device=text, for any other element");
  command.add_option("--capf-mode", options.capf_mode, "install is for a device without an LSC, upgrade for every one")
      ->check(CLI::IsMember(capf_operation_words()))
      ->capture_default_str();
  command.add_option("--capf-auth", options.capf_auth)->check(CLI::IsMember(capf_auth_words()))->capture_default_str();
  command.add_option("--auth-string-file", options.auth_string_file, "file with the string of --capf-auth string");
  command.add_option("--key", options.key, "rsa512..rsa4096, ec256, ec384, ec521")->capture_default_str();
}

absl::StatusOr<std::unique_ptr<Cluster>> open_cluster(const ClusterOptions& options) {
  auto cluster = std::make_unique<Cluster>();
  auto pki = load_pki(options.dir);
  if (!pki.ok()) return pki.status();
  cluster->pki = *std::move(pki);
  cluster->devices = std::make_unique<Devices>(cluster->pki);
  if (absl::Status added = add_devices(options, cluster->pki, *cluster->devices); !added.ok()) return added;
  cluster->plan = options.plan;
  cluster->plan.encrypted = !options.plain_configuration;
  if (options.srst_certificate != "none") {
    const auto& router = options.srst_certificate == "srst" ? cluster->pki.srst : cluster->pki.srst_other;
    cluster->plan.srst_certificate = absl::Base64Escape(router->der());
  }
  cluster->plan.protected_device = !options.unprotected;
  for (const ModeWord& one : kModes) {
    if (options.security_mode == one.text) cluster->plan.security_mode = one.mode;
  }
  for (const std::string& assignment : options.set) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos) return absl::InvalidArgumentError(absl::StrCat("--set ", assignment));
    cluster->plan.extra[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  cluster->lists.ctl = !options.no_ctl;
  cluster->lists.regenerated = options.regenerated;
  cluster->lists.rollback = options.rollback;
  cluster->lists.timestamp = options.signed_at;
  cluster->lists.signer_minor = options.signer_version == "1.1" ? 1 : 0;
  cluster->lists.hash = options.hash == "sha1" ? Hash::kSha1 : Hash::kSha512;
  return cluster;
}

}  // namespace phone::lab
