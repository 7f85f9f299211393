// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "tools/lab/pki.hpp"

#include <openssl/x509.h>

#include "absl/strings/str_cat.h"
#include "tools/lab/issue.hpp"

namespace phone::lab {
namespace {

struct Row {
  const char* file;
  const char* common_name;
  IdentityPtr Pki::*member;
  Extensions extensions;
  const char* curve;         // nullptr: RSA 2048
  IdentityPtr Pki::*issuer;  // nullptr: self-signed
  bool named_by_host;
  const char* dns_name = nullptr;  // in the subjectAltName, of one that is not named by the lab's host
};

const Row kRows[] = {
    {"itlrecovery", "ITLRECOVERY_lab", &Pki::itl_recovery, Extensions::kServer, nullptr, nullptr, false},
    {"callmanager", "cucm.lab", &Pki::call_manager, Extensions::kServer, nullptr, nullptr, true},
    {"callmanager-next", "cucm.lab", &Pki::call_manager_next, Extensions::kServer, nullptr, nullptr, true},
    {"tftp-ec", "tftp-ec.lab", &Pki::tftp_ec, Extensions::kServer, "P-256", nullptr, true},
    {"tvs", "tvs.lab", &Pki::tvs, Extensions::kServer, nullptr, nullptr, true},
    {"capf", "CAPF-lab", &Pki::capf, Extensions::kServer, nullptr, nullptr, true},
    {"tomcat", "tomcat.lab", &Pki::tomcat, Extensions::kServer, nullptr, nullptr, true},
    {"srst", "srst.lab", &Pki::srst, Extensions::kServer, nullptr, nullptr, true},
    {"srst-other", "srst.lab", &Pki::srst_other, Extensions::kServer, nullptr, nullptr, true},
    {"manufacturing", "Lab Manufacturing CA", &Pki::manufacturing, Extensions::kAuthority, nullptr, nullptr, false},
    {"diagnostics-ca", "Lab Diagnostics CA", &Pki::diagnostics_ca, Extensions::kAuthority, nullptr, nullptr, false},
    {"diagnostics-client", "lab-operator", &Pki::diagnostics_client, Extensions::kClient, "P-256", &Pki::diagnostics_ca,
     false},
    {"scep-ca", "Lab SCEP CA", &Pki::scep_ca, Extensions::kAuthority, nullptr, nullptr, false},
    {"scep-ra", "Lab SCEP RA", &Pki::scep_ra, Extensions::kClient, nullptr, &Pki::scep_ca, false},
    {"diagnostics-door", "phone", &Pki::diagnostics_door, Extensions::kServer, "P-256", &Pki::diagnostics_ca, false,
     "phone"},
    {"stranger", "cucm.lab", &Pki::stranger, Extensions::kServer, nullptr, nullptr, true},
    {"stranger-ca", "CAPF-lab", &Pki::stranger_ca, Extensions::kAuthority, nullptr, nullptr, false},
};

std::vector<Entry> lab_name(const std::string& common_name) {
  return {{"CN", common_name}, {"O", "Lab Org"}, {"OU", "Lab Unit"}, {"L", "Lab"}, {"ST", "Lab"}, {"C", "NZ"}};
}

absl::StatusOr<IdentityPtr> make(const Row& row, const Pki& pki, const std::vector<std::string>& hosts) {
  Request request{.subject = lab_name(row.common_name), .extensions = row.extensions};
  if (row.named_by_host) request.hosts = hosts;
  if (row.dns_name != nullptr) request.hosts = {row.dns_name};
  KeyPtr key = row.curve != nullptr ? make_ec(row.curve) : make_rsa(2048);
  if (row.issuer != nullptr) return issued_by(*(pki.*row.issuer), request, std::move(key));
  return self_signed(request, std::move(key));
}

}  // namespace

std::filesystem::path Pki::mic_file(const std::string& device) const { return dir / "devices" / device / "mic.pem"; }

std::filesystem::path Pki::lsc_file(const std::string& device) const { return dir / "devices" / device / "lsc.pem"; }

absl::Status make_pki(const std::filesystem::path& dir, const std::vector<std::string>& hosts) {
  Pki pki;
  pki.dir = dir;
  for (const Row& row : kRows) {
    const std::filesystem::path file = dir / absl::StrCat(row.file, ".pem");
    auto one = std::filesystem::exists(file) ? Identity::load(file) : make(row, pki, hosts);
    if (!one.ok()) return one.status();
    pki.*row.member = *one;
    if (absl::Status saved = (*one)->save(file); !saved.ok()) return saved;
    if (absl::Status saved = write_file(dir / absl::StrCat(row.file, ".crt"), (*one)->certificate_pem()); !saved.ok()) {
      return saved;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Pki> load_pki(const std::filesystem::path& dir) {
  Pki pki;
  pki.dir = dir;
  for (const Row& row : kRows) {
    auto one = Identity::load(dir / absl::StrCat(row.file, ".pem"));
    if (!one.ok()) return one.status();
    pki.*row.member = *one;
  }
  return pki;
}

std::string far_end_device(const std::string& number) {
  return absl::StrCat("SEP", std::string(number.size() < 12 ? 12 - number.size() : 0, '0'), number);
}

absl::Status make_far_end(const Pki& pki, const std::string& number) {
  const std::filesystem::path base = pki.dir / "far-end" / number;
  if (std::filesystem::exists(base.string() + ".both.pem")) return absl::OkStatus();
  const std::string device = far_end_device(number);
  auto one = issued_by(*pki.capf, device_request(*pki.capf, device), make_rsa(2048));
  if (!one.ok()) return one.status();
  const struct {
    const char* suffix;
    std::string content;
  } files[] = {{".key.pem", (*one)->key_pem()},
               {".cert.pem", (*one)->certificate_pem()},
               {".both.pem", (*one)->key_pem() + (*one)->certificate_pem()},
               {".ca.pem", pki.call_manager->certificate_pem()}};
  for (const auto& file : files) {
    if (absl::Status saved = write_file(base.string() + file.suffix, file.content, true); !saved.ok()) return saved;
  }
  return write_file(pki.lsc_file(device), (*one)->certificate_pem());
}

std::vector<std::string> far_ends(const Pki& pki) {
  constexpr std::string_view kSuffix = ".both.pem";
  std::vector<std::string> numbers;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(pki.dir / "far-end", none)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kSuffix)) numbers.push_back(name.substr(0, name.size() - kSuffix.size()));
  }
  return numbers;
}

}  // namespace phone::lab
