// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// A run's files whose signature or server is to be believed, and that for a phone which the call manager does not know.
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/policy/run/file_rules.hpp"
#include "services/policy/run/provisioning_run.hpp"

namespace phone::policy {

std::optional<ProvisioningRun::Authentic> ProvisioningRun::authentic(const std::string& name, Download download) {
  const auto failed = [this](std::string why) {
    fail(std::move(why));
    return std::nullopt;
  };
  if (download.outcome != http::Outcome::kOk) {
    return failed(absl::StrCat(name, ": ", http::to_string(download.outcome), download.detail.empty() ? "" : ", ",
                               download.detail));
  }
  const bool needs_signature = facts_.signed_files_required && !download.authenticated;
  if (!looks_signed(download.body) && !needs_signature) return Authentic{.xml = std::move(download.body)};
  doing(absl::StrCat("verifying ", name));
  auto verdict = trust_.verify_file(name, download.body);
  if (!verdict.ok())
    return failed(absl::StrCat("trust_store could not verify ", name, ": ", verdict.status().message()));
  if (!verdict->trusted || verdict->encryption) {
    const std::string why =
        verdict->trusted ? "the file is encrypted, but its name is that of an unencrypted one" : verdict->reason;
    report(name, FileState::kRefused, why);
    return failed(absl::StrCat(name, " was refused: ", why));
  }
  return Authentic{.xml = std::move(verdict->body), .signed_content = std::move(download.body)};
}

// Auto-registration (cisco-formats.md E4, cucm-calls.md 8.9).
void ProvisioningRun::default_file() {
  constexpr char kNone[] = "the server has no configuration for this phone";
  const std::string name = facts_.signed_files_required ? "XMLDefault.cnf.xml.sgn" : "XMLDefault.cnf.xml";
  doing(absl::StrCat("downloading ", name));
  Download download = fetch(name, kMaxFileBytes, https_expected(facts_));
  if (no_file(download.outcome)) return fail(kNone);
  const auto text = authentic(name, std::move(download));
  if (!text) return;
  Remarks remarks;
  auto file = parse_default_configuration(text->xml, device_, &remarks);
  if (!file.ok()) {
    report(name, FileState::kRefused, std::string(file.status().message()));
    return fail(absl::StrCat(kNone, ", and ", name, " cannot be used: ", file.status().message()));
  }
  use(*std::move(file), false, name, text->signed_content, std::move(remarks));
}

}  // namespace phone::policy
