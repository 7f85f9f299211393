// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "services/policy/configuration/configuration.hpp"
#include "services/policy/files/ports.hpp"

// What to do with a verified SEP<MAC>.cnf.xml.sgn: use it, fetch the encrypted one, or let the call manager learn our
// certificate first (cisco-formats.md B3).
namespace phone::policy {

// Whether and how an enrolment has already been tried in this run; it is tried once for each reason.
enum class Enrolment { kNotTried, kDone, kFailed };

struct RetrievalContext {
  std::vector<std::string> certificate_md5;  // of the MIC and the LSC, lower-case hex
  Enrolment enrolment = Enrolment::kNotTried;
  bool decryption_failed = false;  // an .enc.sgn of this run could not be opened
  bool encrypted_absent = false;   // the server had no .enc.sgn once in this run
};

enum class Next {
  kUse,             // this file is the whole configuration
  kFetchEncrypted,  // SEP<MAC>.cnf.xml.enc.sgn
  kEnrol,           // CAPF, then begin retrieval again
  kAwaitUser,       // CAPF needs the string the user types; stay as we are
  kGiveUp           // nothing more can be done in this run
};

struct Decision {
  Next next = Next::kGiveUp;
  CapfAuthMode mode = CapfAuthMode::kNone;  // with kEnrol
  std::string reason;
  friend bool operator==(const Decision&, const Decision&) = default;
};

// About the signed file, partial or complete.
Decision decide(const Configuration& file, const RetrievalContext& held);

// About the file inside an .enc.sgn: used as it is, after a CAPF session when it asks for one.
Decision decide_decrypted(const Configuration& file, const RetrievalContext& held);

// F12: a secure device needs a CTL, or where the configuration says so an ITL. Empty when the configuration may be
// used, else why not.
std::string refusal_of(const Configuration& complete, const TrustFacts& trust);

// What a secure device lacks whose call manager is known by the ITL alone; empty when it is not so.
std::string lacks_ctl(const Configuration& complete, const TrustFacts& trust);

}  // namespace phone::policy
