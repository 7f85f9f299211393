// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "services/policy/run/retrieval.hpp"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace phone::policy {
namespace {

bool ours(const std::string& cert_hash, const RetrievalContext& held) {
  return std::any_of(held.certificate_md5.begin(), held.certificate_md5.end(),
                     [&](const std::string& md5) { return absl::EqualsIgnoreCase(md5, cert_hash); });
}

Decision enrol(const Configuration& file, const RetrievalContext& held, std::string reason) {
  if (file.capf_auth_mode == CapfAuthMode::kString) return {Next::kAwaitUser, CapfAuthMode::kString, std::move(reason)};
  if (held.enrolment == Enrolment::kFailed)
    return {Next::kGiveUp, CapfAuthMode::kNone, reason + "; the CAPF enrolment to correct this failed"};
  if (held.enrolment == Enrolment::kDone)
    return {Next::kGiveUp, CapfAuthMode::kNone, reason + "; a CAPF enrolment did not change that"};
  // The call manager asks for no session but needs to see our certificate: show the one we have (decisions/0003).
  const auto mode = file.capf_auth_mode == CapfAuthMode::kNone ? CapfAuthMode::kLsc : file.capf_auth_mode;
  return {Next::kEnrol, mode, std::move(reason)};
}

bool session_due(const Configuration& file, const RetrievalContext& held) {
  const bool wanted = file.capf_auth_mode != CapfAuthMode::kNone && file.capf_auth_mode != CapfAuthMode::kString;
  return wanted && held.enrolment == Enrolment::kNotTried;
}

}  // namespace

Decision decide(const Configuration& file, const RetrievalContext& held) {
  if (session_due(file, held)) {
    return {Next::kEnrol, file.capf_auth_mode, "the configuration asks for a CAPF session"};
  }
  if (!file.encrypted_file_wanted) {
    if (file.full) return {Next::kUse, CapfAuthMode::kNone, "the configuration is complete and not encrypted"};
    return {Next::kGiveUp, CapfAuthMode::kNone, "the configuration is partial, and no encrypted one is announced"};
  }
  // A complete file that promises an encrypted one is still only its announcement: the secrets are in the other.
  if (file.cert_hash.empty())
    return enrol(file, held, "the call manager has no certificate of this phone to encrypt for");
  if (!ours(file.cert_hash, held))
    return enrol(file, held, "the file is encrypted for another key than this phone's (public key mismatch)");
  if (held.decryption_failed)
    return enrol(file, held, "signature accepted; the encrypted file could not be decrypted: it is for another key");
  return {Next::kFetchEncrypted, CapfAuthMode::kNone, "encrypted for a certificate of this phone"};
}

Decision decide_decrypted(const Configuration& file, const RetrievalContext& held) {
  if (!file.full) return {Next::kGiveUp, CapfAuthMode::kNone, "the encrypted configuration is incomplete"};
  if (session_due(file, held)) return {Next::kEnrol, file.capf_auth_mode, "the configuration asks for a CAPF session"};
  return {Next::kUse, CapfAuthMode::kNone, "decrypted"};
}

std::string refusal_of(const Configuration& complete, const TrustFacts& trust) {
  if (complete.security_mode != SecurityMode::kNonsecure && !trust.mixed_mode) {
    constexpr char kNoCtl[] =
        "the configuration asks for a secure device (deviceSecurityMode above 1), but no CTL is installed";
    if (!complete.secure_without_ctl) return absl::StrCat(kNoCtl, ": the call manager is not in mixed mode");
    if (!trust.itl.installed) return absl::StrCat(kNoCtl, ", and secureModeWithoutCtl needs an ITL");
  }
  if (complete.call_managers.empty()) return "the configuration lists no call manager";
  return {};
}

std::string lacks_ctl(const Configuration& complete, const TrustFacts& trust) {
  if (complete.security_mode == SecurityMode::kNonsecure || trust.mixed_mode) return {};
  return "there is no CTL, and secureModeWithoutCtl allows that: the call managers are known by the ITL and TVS alone, "
         "so the key of the provisioning server is enough to name others";
}

}  // namespace phone::policy
