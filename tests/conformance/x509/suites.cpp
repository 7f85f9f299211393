// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/conformance/x509/suites.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"

namespace phone::crypto::suites {
namespace {

namespace fs = std::filesystem;

constexpr char kDirectory[] = PHONE_SHARED_DIR "/testdata/x509/";
const absl::Time kNow = absl::FromCivil(absl::CivilDay(2026, 11, 25), absl::UTCTimeZone());

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

nlohmann::json cases_of(const char* manifest) {
  return nlohmann::json::parse(read(fs::path(kDirectory) / manifest))["cases"];
}

// Unpacked until the object goes.
class Archive {
 public:
  explicit Archive(const char* name) {
    std::string pattern = fs::path(testing::TempDir()) / "x509-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    directory_ = pattern;
    const std::string command = absl::StrCat("tar -xzf '", kDirectory, name, "' -C '", pattern, "'");
    if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot unpack " + std::string(name));
  }
  ~Archive() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;
  fs::path operator/(const char* below) const { return directory_ / below; }

 private:
  fs::path directory_;
};

// Whatever its key, so that ours is the verdict on it.
std::string pem_of(const std::string& der) {
  std::string text = "-----BEGIN CERTIFICATE-----\n";
  const std::string code = absl::Base64Escape(der);
  for (std::size_t at = 0; at < code.size(); at += 64) absl::StrAppend(&text, code.substr(at, 64), "\n");
  return text + "-----END CERTIFICATE-----\n";
}

std::vector<std::string> strings(const nlohmann::json& list) { return list.get<std::vector<std::string>>(); }

}  // namespace

bool present() { return fs::exists(fs::path(kDirectory) / "pkits-manifest.json"); }

std::vector<Case> pkits() {
  const Archive archive("nist-pkits.tar.gz");
  const fs::path certs = archive / "PKITS_data/certs";
  std::vector<std::string> crls;
  for (const auto& file : fs::directory_iterator(archive / "PKITS_data/crls")) {
    if (file.path().extension() == ".crl") crls.push_back(read(file.path()));
  }
  std::vector<Case> result;
  for (const auto& each : cases_of("pkits-manifest.json")) {
    const std::vector<std::string> chain = strings(each["chain"]);
    Case one{.name = each["id"], .accepted = each["expect"] == "SUCCESS", .at = kNow};
    one.name += " " + chain.front().substr(0, chain.front().find('.'));
    one.trusted = {pem_of(read(certs / "TrustAnchorRootCertificate.crt"))};
    one.leaf = pem_of(read(certs / chain.front()));
    for (std::size_t i = 1; i < chain.size(); ++i) one.untrusted.push_back(pem_of(read(certs / chain[i])));
    one.crls = crls;
    result.push_back(std::move(one));
  }
  return result;
}

std::vector<Case> openssl_table() {
  const Archive archive("openssl-test-certs/openssl-3.0-test-certs.tar.gz");
  const fs::path certs = archive / "test/certs";
  const auto pem = [&](const std::string& name) { return read(certs / (name + ".pem")); };
  std::vector<Case> result;
  for (const auto& each : cases_of("openssl-test-certs/verify-manifest.json")) {
    if (!fs::exists(certs / (each["leaf"].get<std::string>() + ".pem"))) continue;  // pc6-cert was not packed
    const std::vector<std::string> options = strings(each["opts"]);
    Case one{.accepted = each["expect"] == "SUCCESS", .at = kNow};
    one.name = absl::StrCat(each["what"].get<std::string>(), ": ", each["leaf"].get<std::string>(), " < ",
                            absl::StrJoin(strings(each["untrusted"]), " "), " < ",
                            absl::StrJoin(strings(each["trusted"]), " "));
    if (!options.empty()) absl::StrAppend(&one.name, " ", absl::StrJoin(options, " "));
    one.purpose = each["purpose"] == "sslclient" ? PathPurpose::kClient : PathPurpose::kServer;
    for (std::size_t i = 0; i + 1 < options.size(); ++i) {
      if (options[i] == "-attime") one.at = absl::FromUnixSeconds(std::stoll(options[i + 1]));
      if (options[i] == "-verify_depth") one.deepest = std::stoi(options[i + 1]);
    }
    one.leaf = pem(each["leaf"]);
    for (const std::string& name : strings(each["untrusted"])) one.untrusted.push_back(pem(name));
    for (const std::string& name : strings(each["trusted"])) one.trusted.push_back(pem(name));
    result.push_back(std::move(one));
  }
  return result;
}

PathVerdict judge(const Case& one) {
  TrustAnchors anchors;
  if (!one.trusted.empty()) {
    auto read = TrustAnchors::from_pem(absl::StrJoin(one.trusted, "\n"));
    if (!read.ok()) return {false, read.status().ToString(), {}};
    anchors = *std::move(read);
  }
  for (const std::string& crl : one.crls) {
    if (absl::Status status = anchors.add_crl(crl); !status.ok()) return {false, status.ToString(), {}};
  }
  auto leaf = certificate_from_pem(one.leaf);
  if (!leaf.ok()) return {false, leaf.status().ToString(), {}};
  auto intermediates = certificates_from_pem(absl::StrJoin(one.untrusted, "\n"));
  if (!intermediates.ok()) return {false, intermediates.status().ToString(), {}};
  return validate_path(*leaf, *intermediates, anchors, {.purpose = one.purpose, .at = one.at, .deepest = one.deepest});
}

}  // namespace phone::crypto::suites
